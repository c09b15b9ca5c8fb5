"""A data file is data: it knows its lines, and it never runs anything."""

import subprocess
import sys

import pytest

from euthymia.errors import DataError
from euthymia.evidence.yaml_with_lines import read_yaml, read_yaml_text

TEXT = """\
# a comment
values:
  clearance:
    value: 31
    spread: {kind: sd, value: 2}
list:
- a: 1
-
  b: 2
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("values",), 2),
        (("values", "clearance", "value"), 4),
        (("values", "clearance", "spread", "kind"), 5),
        (("values", "clearance", "nowhere"), 3),
        (("list", 0, "a"), 7),
        (("list", 1, "b"), 9),
    ],
)
def test_every_key_path_has_its_line(path, line):
    assert read_yaml_text(TEXT, "f.yaml").line(*path) == line


def test_content_is_plain_and_typed():
    content = read_yaml_text("a: 1\nb: 1e-5\nc: yes\nd: 2020-01-31\ne: null\nf: true\ng: 'x'").content
    assert content == {"a": 1, "b": 1e-5, "c": "yes", "d": "2020-01-31", "e": None, "f": True, "g": "x"}
    assert read_yaml_text("a: &x [1, 2]\nb: *x").content == {"a": [1, 2], "b": [1, 2]}
    assert read_yaml_text("").content is None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: [1\nc: 2", 3, "not readable YAML"),
        ("a: 1\na: 2", 2, "the key 'a' is given twice"),
        ("a: &x [*x]", 1, "an alias points at itself"),
        ("a: !weight 3", 1, "the tag '!weight' is not allowed here"),
        ("[" * 3000, None, "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text, line, said):
    with pytest.raises(DataError) as fault:
        read_yaml_text(text, "f.yaml")
    assert said in str(fault.value)
    assert fault.value.place.line == line
    assert fault.value.fix


def test_a_python_tag_is_refused_and_never_run(tmp_path):
    trap = tmp_path / "trap"
    with pytest.raises(DataError, match="is not allowed here"):
        read_yaml_text(f"a: !!python/object/apply:pathlib.Path.touch [!!python/object:pathlib.Path {trap}]")
    with pytest.raises(DataError, match="is not allowed here"):
        read_yaml_text(f"a: !!python/object/apply:os.mkdir ['{trap}']")
    assert not trap.exists()


def test_files_that_are_missing_or_not_text(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_yaml(tmp_path / "nowhere.yaml")
    with pytest.raises(DataError, match="a folder, not a file"):
        read_yaml(tmp_path)
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="this is not text"):
        read_yaml(tmp_path / "binary.yaml")


def test_the_value_module_is_cheap_to_import():
    heavy = "print([m for m in ('pydantic', 'ruamel.yaml', 'bibtexparser', 'numpy') if m in sys.modules])"
    code = f"import sys, euthymia.evidence.value, euthymia.evidence.library; {heavy}"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
