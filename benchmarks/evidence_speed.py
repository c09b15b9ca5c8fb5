"""How fast exports are read, duplicates found and updates made: ratios against peers, in one run.

    python benchmarks/evidence_speed.py FILE.xml …      # PubMed XML; repeated to about 40 MB

Compared with: lxml's own iterparse with nothing read (the floor of that library) and, where it is installed
(`pip install pubmed_parser`), pubmed_parser's readers with default and with all options. Processor seconds of one core;
the ratio is what to look at.
"""

from __future__ import annotations

import gzip
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from euthymia.evidence.dedupe.clusters import deduplicate
from euthymia.evidence.records.read import read, stream
from euthymia.evidence.store.store import EvidenceStore

SIZE = 40_000_000


def timed(work: Callable[[], object]) -> float:
    """The best of three runs, in processor seconds."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def main(files: list[str]) -> None:
    data = b"".join(Path(file).read_bytes() for file in files)
    records = re.findall(rb"<PubmedArticle>.*?</PubmedArticle>", data, re.DOTALL)
    times = max(1, SIZE // sum(map(len, records))) * len(records)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.xml"
        body = b"\n".join(islice(cycle(records), times))
        path.write_bytes(b'<?xml version="1.0"?>\n<PubmedArticleSet>\n' + body + b"\n</PubmedArticleSet>\n")
        _xml(path, times)
        _update(Path(folder), records)
    found = [one for file in files for one in read(file).records]
    varied = [
        replace(
            one,
            title=f"{number % 17000} {one.title} {number % 17000}",
            doi="",
            pmid="",
            pages=str(number % 17000),
            sha256="",
        )
        for number, one in enumerate(islice(cycle(found), 20000))
    ]
    print(f"duplicates: {len(varied) / timed(lambda: deduplicate(varied)):,.0f} records/s")


def _xml(path: Path, count: int) -> None:
    size = path.stat().st_size / 1e6
    packed = path.with_suffix(".xml.gz")
    packed.write_bytes(gzip.compress(path.read_bytes(), 1))
    ours = timed(lambda: sum(1 for _ in stream(path)))
    print(f"euthymia: {size / ours:.1f} MB/s, {count / ours:,.0f} records/s, every field")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB for {size:.0f} MB")
    from lxml import etree

    def floor() -> None:
        for _, element in etree.iterparse(str(path), tag="PubmedArticle"):
            element.clear()

    print(f"lxml iterparse, nothing read: {size / timed(floor):.1f} MB/s")
    try:
        import pubmed_parser
    except ImportError:
        print("pubmed_parser is not installed")
        return
    full = {
        "year_info_only": False,
        "nlm_category": True,
        "author_list": True,
        "reference_list": True,
        "parse_downto_mesh_subterms": True,
    }
    same = timed(lambda: sum(1 for _ in stream(packed)))  # it reads gzip alone, so the ratio is on that file
    for name, options in (("default", {}), ("all options", full)):
        theirs = timed(lambda options=options: sum(1 for _ in pubmed_parser.parse_medline_xml(str(packed), **options)))
        print(f"pubmed_parser, {name}: {size / theirs:.1f} MB/s; euthymia is {theirs / same:.2f} times as fast")


def _update(folder: Path, records: list[bytes]) -> None:
    """A base of 5,000 records, each with a number, title, page and DOI of its own, then one per cent more."""
    every = [
        re.sub(
            rb"<ArticleTitle>|<MedlinePgn>|</ArticleTitle>|10\.\d{4,}/",
            lambda found, number=number: (
                b" %d</ArticleTitle>" % number
                if b"/A" in found.group(0)
                else found.group(0) + b"%d " % number
                if b"<" in found.group(0)
                else b"10.9999/%d." % number
            ),
            re.sub(rb"(<PMID[^>]*>)\d+", rb"\g<1>%d" % (20_000_000 + number), record, count=1),
        )
        for number, record in enumerate(islice(cycle(records), 5050))
    ]
    full, new = folder / "full.xml", folder / "new.xml"
    full.write_bytes(b"<PubmedArticleSet>" + b"".join(every[:5000]) + b"</PubmedArticleSet>")
    new.write_bytes(b"<PubmedArticleSet>" + b"".join(every[5000:]) + b"</PubmedArticleSet>")
    with EvidenceStore(folder / "base.db") as store:
        spent = []
        for file in (full, new):
            start = time.process_time()
            store.ingest(file)
            store.group()
            spent.append(time.process_time() - start)
    print(f"a base of 5,000 records: {spent[0]:.1f} s; one per cent more: {100 * spent[1] / spent[0]:.1f} % of that")


if __name__ == "__main__":
    main(sys.argv[1:])
