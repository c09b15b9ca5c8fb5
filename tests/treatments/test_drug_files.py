"""Every drug and device file loads, and a wrong one says where and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from euthymia.errors import EuthymiaError
from euthymia.treatments.device import device, devices
from euthymia.treatments.drug import drug, drugs

LEAST_DRUGS, LEAST_DEVICES = 7, 3

#: published length (s, with tolerance) and pulses of a session
SESSIONS = {
    "left-dlpfc-10hz": (2250, 20, 3000),
    "left-dlpfc-10hz-19min": (1125, 20, 3000),
    "left-dlpfc-itbs": (192, 5, 600),
}


def test_enough_files_were_found() -> None:
    assert len(drugs()) >= LEAST_DRUGS
    assert len(devices()) >= LEAST_DEVICES


@pytest.mark.parametrize("name", drugs())
def test_a_drug_brings_every_compound_it_turns_into(name: str) -> None:
    given = drug(name)
    known = {compound.name for compound in given.compounds}
    assert set(given.contains) <= known
    assert {m.compound for compound in given.compounds for m in compound.metabolites} <= known


@pytest.mark.parametrize("name", SESSIONS)
def test_sessions_have_the_published_length_and_pulses(name: str) -> None:
    seconds, tolerance, pulses = SESSIONS[name]
    protocol = device(name)
    assert protocol.pulses == pulses
    assert protocol.session_hours * 3600 == pytest.approx(seconds, abs=tolerance)


def test_r_ketamine_is_scaled_from_s_ketamine_as_its_formula_says() -> None:
    s, r = (next(c for c in drug("ketamine").compounds if c.name == f"{hand}-ketamine") for hand in "SR")
    assert r.volume.number / s.volume.number == pytest.approx(5.6 / 6.6, rel=2e-3)
    assert r.liver.elimination_rate.number / s.liver.elimination_rate.number == pytest.approx(1530 / 1620, rel=2e-3)


GOOD = """\
name: sertraline
label: sertraline
kind: SSRI
contains: {sertraline: 1}
routes:
  oral: {kind: first-order, rate: {value: 0.1, unit: 1/h, grade: assumed, confidence: recalled, because: test}}
compounds:
  sertraline:
    volume: {value: 800, unit: L, grade: assumed, confidence: recalled, because: test}
    clearance: {value: 76, unit: L/h, grade: assumed, confidence: recalled, because: test}
"""

WRONG = {
    "a clearance for a volume": (
        "volume: {value: 800, unit: L,",
        "volume: {value: 800, unit: L/h,",
        "sertraline.yaml, line 9, compounds.sertraline.volume",
        "the unit 'L/h' does not fit; 'L' or one like it is wanted",
    ),
    "a misspelt key": ("clearance:", "clearence:", "line 10", "Did you mean 'clearance'?"),
    "an unread source": (
        "{value: 800, unit: L, grade: assumed, confidence: recalled, because: test}",
        "{take: nobody2020/v}",
        "line 9",
        "there is no value 'nobody2020/v'",
    ),
    "shares that do not add up": ("{sertraline: 1}", "{sertraline: 0.9}", "sertraline.yaml", "add up to 1"),
    "no reason for an assumption": (
        "because: test}}\ncompounds",
        "because: ''}}\ncompounds",
        "line 6",
        "An assumed value needs 'because'.",
    ),
    "a compound nobody defines": (
        "contains: {sertraline: 1}",
        "contains: {sertralin: 1}",
        "line 4",
        "'sertralin' is defined nowhere",
    ),
}


def _write(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "sertraline.yaml").write_text(text)
    monkeypatch.setenv("EUTHYMIA_DRUGS", str(folder))


def test_a_drug_from_a_folder_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, GOOD, monkeypatch)
    assert drug("sertraline").compounds[0].clearance.number == 76


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_names_line_rule_and_fix(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong, place, said = WRONG[case]
    assert right in GOOD
    _write(tmp_path, GOOD.replace(right, wrong, 1), monkeypatch)
    with pytest.raises(EuthymiaError) as refused:
        drug("sertraline")
    assert place in str(refused.value)
    assert said in str(refused.value)
