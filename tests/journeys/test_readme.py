"""The front page keeps its word: its Python runs, its pages exist, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_the_python_on_the_front_page_runs(capsys):
    assert len(PYTHON) == 2
    names: dict[str, object] = {}
    for block in PYTHON:
        exec(block, names)
    printed = capsys.readouterr().out
    assert "Estimate(arm='escitalopram', endpoint='response', scale='MADRS', day=56" in printed
    assert "endpoint='difference'" in printed
    assert len(re.findall("left-dlpfc-10hz", printed)) == 30
    assert len(re.findall("escitalopram", printed.partition("day  0")[2])) >= 42


def test_pages_that_are_linked_exist():
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"(?<!!)\[[^]]+\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_public_name_is_there():
    import euthymia

    assert 15 <= len(euthymia.__all__) <= 48
    for name in euthymia.__all__:
        assert callable(getattr(euthymia, name)), name
    assert set(euthymia.__all__) <= set(dir(euthymia))


def test_a_public_name_survives_its_room():
    import euthymia
    import euthymia.cohort.cohort
    import euthymia.trial.run

    assert callable(euthymia.cohort)
    assert callable(euthymia.trial)
