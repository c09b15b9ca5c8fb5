"""The licence of every package that the lock installs, as a Markdown table; run by 'make licences'.

What each package says of itself in its metadata. Left out: what it bundles, which stands in its own files.
"""

from __future__ import annotations

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
LISTS = {"requirements.lock": "used", "requirements-dev.lock": "for tests only"}

HEAD = """\
# Licences of what we depend on

Written by `make licences` from the metadata of the locked packages. Nothing here is copied into this repository;
packages are installed from an index. euthymia itself is under the Apache licence 2.0, see [LICENSE](LICENSE).

| package | version | licence | |
|---|---|---|---|"""


def main() -> None:
    print(HEAD)
    shown: set[str] = set()
    for file, use in LISTS.items():
        for name in sorted(set(re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / file).read_text(), re.MULTILINE)) - shown):
            shown.add(name)
            try:
                found = metadata(name)
            except PackageNotFoundError:
                print(f"| {name} | | not looked at: for other systems | {use} |")
                continue
            print(f"| {name} | {found['Version']} | {licence(found)} | {use} |")


def licence(found: PackageMetadata) -> str:
    """The SPDX expression, else the classifiers, else the first line of the licence field."""
    if found["License-Expression"]:
        return found["License-Expression"]
    classified = [c.rpartition(" :: ")[2] for c in found.get_all("Classifier") or () if c.startswith("License ::")]
    first = (found["License"] or "").strip().splitlines()
    return "; ".join(classified) or (first[0] if first else "not said")


if __name__ == "__main__":
    main()
