"""The fields of one PubMed record, from its parsed XML.

After the PubMed DTD (pubmed_250101.dtd and its predecessors). The assumption that matters: label and text of an
abstract section stay apart, so offsets into the text hold. Left out: nothing on purpose; an element without a home
here is kept in `extra` as its text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from euthymia.evidence.records.record import Record, Section
from euthymia.evidence.records.wording import date_of, doi_in, ncts_in, pages_of, year_in

_BREAKS = re.compile(r"\s*[\r\n\t]\s*")
_PMID = re.compile(rb"<PMID[^>]*?(?:Version=\"(\d+)\")?[^>]*>\s*(\d+)\s*</PMID>")
#: children of MedlineCitation that have a field of their own, or none to keep
_KNOWN = frozenset(
    [
        "PMID",
        "Article",
        "MedlineJournalInfo",
        "ChemicalList",
        "MeshHeadingList",
        "KeywordList",
        "CommentsCorrectionsList",
        "DateRevised",
        "DateCompleted",
        "CitationSubset",
        "OtherID",
        "OtherAbstract",
        "SupplMeshList",
        "InvestigatorList",
        "DateCreated",
    ]
)


def parser() -> Any:
    """An XML parser that expands nothing, fetches nothing and keeps no comments."""
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def text(element: Any) -> str:
    """All text of an element, markup dropped, line breaks of the file's own layout made one space."""
    if element is None:
        return ""
    found = "".join(element.itertext()) if len(element) else element.text
    if not found:
        return ""
    return (_BREAKS.sub(" ", found) if "\n" in found or "\t" in found or "\r" in found else found).strip()


def deleted_from(data: bytes, at: int) -> Iterator[Record]:
    """One record of kind `deleted` for every PMID a DeleteCitation withdraws."""
    for version, pmid in _PMID.findall(data):
        yield Record("pubmed", pmid.decode(), (version or b"1").decode(), "deleted", pmid=pmid.decode(), byte_start=at)


def record_from(root: Any, data: bytes, at: int) -> Record:
    """The record in a `PubmedArticle`, `PubmedBookArticle` or bare `MedlineCitation`; raises `ValueError`."""
    if root.tag == "PubmedBookArticle":
        return _book(root, data, at)
    citation = root if root.tag == "MedlineCitation" else root.find("MedlineCitation")
    if citation is None or citation.find("PMID") is None:
        raise ValueError("it has no PMID")
    pmid = citation.find("PMID")
    article = citation.find("Article")
    extra: dict[str, Any] = {name.lower(): value for name, value in citation.attrib.items()}
    given: dict[str, Any] = {}
    if article is not None:
        given |= _article(article, extra)
    given |= _citation(citation, extra)
    ids = _pubmed_data(root.find("PubmedData") if root is not citation else None, given, extra)
    banks = given.get("databanks", ())
    numbers = [one.split("/", 1)[1] for one in banks if one.startswith("ClinicalTrials.gov/")]
    numbers += ncts_in(given.get("abstract", ""))
    given["nct"] = tuple(dict.fromkeys(number for one in numbers for number in ncts_in(one)))
    given["doi"] = doi_in(ids.get("doi", "")) or given.get("doi", "")
    return Record(
        source="pubmed",
        id=text(pmid),
        version=pmid.get("Version", "1"),
        kind="article",
        pmid=text(pmid),
        pmcid=ids.get("pmc", "").upper(),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{text(pmid)}/",
        extra=extra,
        byte_start=at,
        byte_length=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        **given,
    )


def _article(article: Any, extra: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in article:
        tag = part.tag
        if tag == "Journal":
            found |= _journal(part, extra)
        elif tag == "ArticleTitle":
            found["title"] = text(part)
        elif tag == "VernacularTitle":
            found["title_vernacular"] = text(part)
        elif tag == "Abstract":
            found |= _abstract(part, extra)
        elif tag == "AuthorList":
            found |= _authors(part, extra)
        elif tag == "Pagination":
            whole = text(part.find("MedlinePgn"))
            found["pages"] = pages_of(whole) if whole else pages_of(
                text(part.find("StartPage")), text(part.find("EndPage"))
            )  # fmt: skip
        elif tag == "ELocationID":
            kind = part.get("EIdType", "")
            if kind == "doi":
                found["doi"] = doi_in(text(part))
            else:
                extra.setdefault(f"elocation_{kind}", text(part))
        elif tag == "Language":
            found["languages"] = (*found.get("languages", ()), text(part))
        elif tag == "PublicationTypeList":
            found["publication_types"] = tuple(text(one) for one in part)
        elif tag == "DataBankList":
            found["databanks"] = tuple(
                f"{text(bank.find('DataBankName'))}/{text(number)}"
                for bank in part
                for number in bank.iterfind("AccessionNumberList/AccessionNumber")
            )
        elif tag == "GrantList":
            found["grants"] = tuple({one.tag.lower(): text(one) for one in grant} for grant in part)
        elif tag == "ArticleDate":
            extra["article_date"] = _date(part)
        else:
            extra.setdefault(tag, text(part))
    return found


def _journal(journal: Any, extra: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in journal:
        if part.tag == "JournalIssue":
            for one in part:
                if one.tag != "PubDate":
                    found[one.tag.lower()] = text(one)
                    continue
                said = {each.tag: text(each) for each in one}
                extra |= {_ODD_DATES[tag]: value for tag, value in said.items() if tag in _ODD_DATES}
                found["date"] = _date(one) or said.get("MedlineDate", "")
                found["year"] = year_in(found["date"])
        elif part.tag == "ISSN":
            found["issn"] = (*found.get("issn", ()), text(part))
        else:
            found["journal" if part.tag == "Title" else "journal_abbreviation"] = text(part)
    return found


_ODD_DATES = {"MedlineDate": "medline_date", "Season": "season"}


def _date(when: Any) -> str:
    parts = {one.tag: one.text for one in when}
    return _dated(parts.get("Year"), parts.get("Month"), parts.get("Day"))


def _abstract(part: Any, extra: dict[str, Any]) -> dict[str, Any]:
    sections = []
    for one in part:
        if one.tag == "AbstractText":
            if said := text(one):
                sections.append(Section(one.get("Label") or "", said))
                if category := one.get("NlmCategory"):
                    extra.setdefault("nlm_categories", []).append(category)
        elif one.tag == "CopyrightInformation":
            extra["copyright"] = text(one)
    return {"sections": tuple(sections), "abstract": "\n".join(section.text for section in sections)}


def _authors(part: Any, extra: dict[str, Any]) -> dict[str, Any]:
    names, details, places = [], [], []
    for author in part:
        one: dict[str, Any] = {}
        for child in author:
            tag = child.tag
            if tag in _AUTHOR:
                one[_AUTHOR[tag]] = text(child)
            elif tag == "AffiliationInfo":
                place = text(child[0]) if len(child) else ""
                one.setdefault("affiliations", []).append(place)
                places.append(place)
            elif tag == "Identifier":
                one[child.get("Source", "identifier").lower()] = text(child).rsplit("/", 1)[-1]
            else:
                one[tag.lower()] = text(child)
        given = one.get("given") or one.get("initials", "")
        family = one.get("family", "")
        name = one.get("collective") or (f"{family}, {given}" if given else family)
        if name:
            names.append(name)
            details.append(one)
    if part.get("CompleteYN") == "N":
        extra["authors_complete"] = False
    return {
        "authors": tuple(names),
        "author_details": tuple(details),
        "affiliations": tuple(dict.fromkeys(place for place in places if place)),
    }


@lru_cache(maxsize=65536)
def _dated(year: str | None, month: str | None, day: str | None) -> str:
    return date_of(year, month, day)


_AUTHOR = {"LastName": "family", "ForeName": "given", "Initials": "initials", "CollectiveName": "collective"}


def _citation(citation: Any, extra: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    keywords: list[str] = []
    for part in citation:
        tag = part.tag
        if tag == "MeshHeadingList":
            details = tuple(_heading(heading) for heading in part)
            found["mesh_details"] = details
            found["mesh"] = tuple(one["name"] for one in details)
        elif tag == "ChemicalList":
            names = [(text(one[-1]), text(one[0])) for one in part]
            found["chemicals"] = tuple(name for name, _ in names)
            extra["registry_numbers"] = {name: number for name, number in names if number and number != "0"}
        elif tag == "KeywordList":
            keywords += [said for one in part if (said := text(one))]
        elif tag == "CommentsCorrectionsList":
            found["corrections"] = tuple(
                {
                    "relation": one.get("RefType", ""),
                    "source": text(one.find("RefSource")),
                    "pmid": text(one.find("PMID")),
                }
                for one in part
            )
        elif tag == "MedlineJournalInfo":
            extra |= {_JOURNAL[one.tag]: text(one) for one in part if one.tag in _JOURNAL}
        elif tag in ("DateRevised", "DateCompleted", "DateCreated"):
            extra[{"DateRevised": "revised", "DateCompleted": "completed"}.get(tag, "created")] = _date(part)
        elif tag == "OtherAbstract":
            extra.setdefault("other_abstracts", []).append(
                {"type": part.get("Type", ""), "language": part.get("Language", ""), "text": text(part)}
            )
        elif tag == "SupplMeshList":
            extra["supplementary_mesh"] = [text(one) for one in part]
        elif tag == "InvestigatorList":
            extra["investigators"] = [" ".join(text(child) for child in one if len(child) == 0) for one in part]
        elif tag not in _KNOWN or tag in ("CitationSubset", "OtherID"):
            extra.setdefault(tag, []).append(text(part))
    if keywords:
        found["keywords"] = tuple(keywords)
    return found


_JOURNAL = {"NlmUniqueID": "nlm_id", "MedlineTA": "medline_ta", "Country": "country", "ISSNLinking": "issn_linking"}


def _heading(heading: Any) -> Mapping[str, Any]:
    descriptor, *qualifiers = heading
    major = descriptor.get("MajorTopicYN") == "Y"
    names = []
    for one in qualifiers:
        names.append(one.text)
        major = major or one.get("MajorTopicYN") == "Y"
    return {"name": descriptor.text, "id": descriptor.get("UI", ""), "major": major, "qualifiers": names}


def _pubmed_data(part: Any, given: dict[str, Any], extra: dict[str, Any]) -> dict[str, str]:
    if part is None:
        return {}
    ids: dict[str, str] = {}
    for one in part:
        if one.tag == "ArticleIdList":
            ids = {each.get("IdType", ""): text(each) for each in one}
        elif one.tag == "PublicationStatus":
            extra["publication_status"] = text(one)
        elif one.tag == "History":
            extra["history"] = {each.get("PubStatus", ""): _date(each) for each in one}
        elif one.tag == "ReferenceList":
            known, unknown = _references()
            cited = [f"pmid:{pmid.strip()}" for pmid in known(one)] + [text(each) for each in unknown(one)]
            given["references"] = (*given.get("references", ()), *cited)
    if "pii" in ids:
        extra["pii"] = ids["pii"]
    return ids


@lru_cache(maxsize=1)
def _references() -> tuple[Any, Any]:
    """PMIDs of references that have one, and the citations of those that have none."""
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    numbered = "ArticleIdList/ArticleId[@IdType='pubmed']"
    return (
        etree.XPath(f".//Reference/{numbered}/text()", smart_strings=False),
        etree.XPath(f".//Reference[not({numbered})]/Citation"),
    )


def _book(root: Any, data: bytes, at: int) -> Record:
    document = root.find("BookDocument")
    if document is None or document.find("PMID") is None:
        raise ValueError("it has no PMID")
    book, extra = document.find("Book"), {}
    given = _authors(people, extra) if (people := document.find("AuthorList")) is not None else {}
    abstract = document.find("Abstract")
    given |= _abstract(abstract, extra) if abstract is not None else {}
    when = book.find("PubDate") if book is not None else None
    pmid = document.find("PMID")
    title = text(document.find("ArticleTitle")) or text(book.find("BookTitle") if book is not None else None)
    date = _date(when) if when is not None else ""
    ids = {one.get("IdType", ""): text(one) for one in document.iterfind("ArticleIdList/ArticleId")}
    return Record(
        source="pubmed",
        id=text(pmid),
        version=pmid.get("Version", "1"),
        kind="book",
        title=title,
        year=year_in(date),
        date=date,
        journal=text(book.find("BookTitle")) if book is not None else "",
        publisher=text(book.find("Publisher/PublisherName")) if book is not None else "",
        isbn=tuple(text(one) for one in book.iterfind("Isbn")) if book is not None else (),
        doi=doi_in(ids.get("doi", "")),
        pmid=text(pmid),
        languages=tuple(text(one) for one in document.iterfind("Language")),
        publication_types=tuple(text(one) for one in document.iterfind("PublicationType")),
        keywords=tuple(text(one) for one in document.iterfind("KeywordList/Keyword")),
        extra=extra | ids,
        byte_start=at,
        byte_length=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        **given,
    )
