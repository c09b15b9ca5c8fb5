"""What a fresh machine installs: one resolution, told twice, by hash, from nowhere in particular."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTS = ("requirements.lock", "requirements-dev.lock")
#: extras that no test installs: a head with anatomy brings thirty packages for one case
UNTESTED = ("head",)


def resolved() -> dict[str, set[str]]:
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    found: dict[str, set[str]] = {}
    for package in packages:
        found.setdefault(package["name"], set()).add(package.get("version", ""))
    return found


def without(extras: tuple[str, ...]) -> set[str]:
    """Names of everything resolved that is reached without these extras of ours."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    needs: dict[str, set[str]] = {}
    for package in packages:
        own = package["name"] == "euthymia"
        parts = [package.get("dependencies", [])]
        for table in ("optional-dependencies", "dev-dependencies"):
            wanted = package.get(table, {}).items()
            parts += [part for name, part in wanted if not (own and table.startswith("optional") and name in extras)]
        needs.setdefault(package["name"], set()).update(one["name"] for part in parts for one in part)
    found, waiting = set(), ["euthymia"]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needs.get(name, ())
    return found


def pinned(file: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("file", LISTS)
def test_the_lists_for_pip_are_those_of_the_resolver(file: str):
    pins, known = pinned(file), resolved()
    assert len(pins) > 35
    for name, versions in pins.items():
        assert versions == known[name], name


def test_the_list_for_tests_holds_all_the_resolver_found():
    assert set(pinned("requirements-dev.lock")) == without(UNTESTED) - {"euthymia"}
    assert set(resolved()) - without(UNTESTED) >= {"mne", "nilearn", "pyamg"}
    assert set(pinned("requirements.lock")) < set(pinned("requirements-dev.lock"))


@pytest.mark.parametrize("file", LISTS)
def test_every_pin_has_its_hash_and_no_address(file: str):
    text = (ROOT / file).read_text(encoding="utf-8")
    assert "http" not in text
    assert "index-url" not in text
    for entry in re.split(r"^(?=\S+==)", text, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize("name", ["hatchling", "editables"])
def test_the_package_is_installed_without_fetching_a_build_tool(name: str):
    assert name in pinned("requirements.lock")
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--no-build-isolation" in make
    assert "--only-binary :all:" in make


def test_the_licence_of_every_package_is_listed():
    table = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    missing = [name for name in pinned("requirements-dev.lock") if f"| {name} |" not in table]
    assert not missing, "run 'make licences'"
