"""Synthetic records, invented for the tests and like no real study."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PUBMED = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://example.org/pubmed_250101.dtd">
<PubmedArticleSet>
<PubmedArticle>
  <MedlineCitation Status="MEDLINE" Owner="NLM">
    <PMID Version="2">90000001</PMID>
    <DateRevised><Year>2024</Year><Month>05</Month><Day>02</Day></DateRevised>
    <Article PubModel="Print">
      <Journal><ISSN IssnType="Print">1234-567X</ISSN>
        <JournalIssue CitedMedium="Print"><Volume>12</Volume><Issue>3</Issue>
          <PubDate><Year>2023</Year><Month>Mar</Month><Day>5</Day></PubDate></JournalIssue>
        <Title>Journal of Invented Results</Title><ISOAbbreviation>J Inv Res</ISOAbbreviation></Journal>
      <ArticleTitle>Inventamine raises <i>nothing</i> at 5 &lt; 10 &#956;M in H<sub>2</sub>O.</ArticleTitle>
      <Pagination><MedlinePgn>283-98</MedlinePgn></Pagination>
      <ELocationID EIdType="doi" ValidYN="Y">10.1234/INV.2023.1</ELocationID>
      <Abstract>
        <AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">Nobody knew.</AbstractText>
        <AbstractText Label="RESULTS" NlmCategory="RESULTS">Fluoxetine inhibited the serotonin transporter. NCT01234567.</AbstractText>
        <CopyrightInformation>nobody</CopyrightInformation>
      </Abstract>
      <AuthorList CompleteYN="Y">
        <Author ValidYN="Y"><LastName>Able</LastName><ForeName>Anna B</ForeName><Initials>AB</Initials>
          <Identifier Source="ORCID">https://orcid.org/0000-0000-0000-0001</Identifier>
          <AffiliationInfo><Affiliation>Nowhere.</Affiliation></AffiliationInfo></Author>
        <Author ValidYN="Y"><CollectiveName>The Invented Group</CollectiveName></Author>
      </AuthorList>
      <Language>eng</Language>
      <DataBankList CompleteYN="Y"><DataBank><DataBankName>ClinicalTrials.gov</DataBankName>
        <AccessionNumberList><AccessionNumber>NCT07654321</AccessionNumber></AccessionNumberList></DataBank></DataBankList>
      <GrantList CompleteYN="Y"><Grant><GrantID>R01</GrantID><Agency>NOBODY</Agency></Grant></GrantList>
      <PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList>
    </Article>
    <MedlineJournalInfo><Country>Nowhere</Country><MedlineTA>J Inv Res</MedlineTA><NlmUniqueID>1</NlmUniqueID></MedlineJournalInfo>
    <ChemicalList><Chemical><RegistryNumber>0</RegistryNumber><NameOfSubstance UI="D1">Fluoxetine</NameOfSubstance></Chemical></ChemicalList>
    <CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J Inv Res. 2024</RefSource>
      <PMID Version="1">90000009</PMID></CommentsCorrections></CommentsCorrectionsList>
    <MeshHeadingList><MeshHeading><DescriptorName UI="D051381" MajorTopicYN="N">Rats</DescriptorName>
      <QualifierName UI="Q1" MajorTopicYN="Y">metabolism</QualifierName></MeshHeading></MeshHeadingList>
    <KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">invented</Keyword></KeywordList>
    <UnheardOf>kept</UnheardOf>
  </MedlineCitation>
  <PubmedData>
    <History><PubMedPubDate PubStatus="pubmed"><Year>2023</Year><Month>3</Month><Day>6</Day></PubMedPubDate></History>
    <PublicationStatus>ppublish</PublicationStatus>
    <ArticleIdList><ArticleId IdType="pubmed">90000001</ArticleId><ArticleId IdType="pmc">PMC1</ArticleId></ArticleIdList>
    <ReferenceList><Reference><Citation>Able 2020</Citation></Reference>
      <Reference><Citation>x</Citation><ArticleIdList><ArticleId IdType="pubmed">90000002</ArticleId></ArticleIdList></Reference></ReferenceList>
  </PubmedData>
</PubmedArticle>
<PubmedArticle><MedlineCitation><PMID Version="1">90000003</PMID><Article><Journal><JournalIssue><PubDate>
<MedlineDate>1998 Spring</MedlineDate></PubDate></JournalIssue><Title>J</Title></Journal><ArticleTitle>Old &amp; new</ArticleTitle>
</Article></MedlineCitation></PubmedArticle>
<DeleteCitation><PMID Version="1">90000004</PMID></DeleteCitation>
</PubmedArticleSet>
"""

RIS = """TY  - JOUR
TI  - Inventamine and mood: a trial nobody ran
AU  - Able, Anna
AU  - Müller, Bo
T2  - Journal of Invented Results
AB  - Background: none was given at all.
It goes on here.
PY  - 2020
DA  - 2020/05/04/
VL  - 7
IS  - 2
SP  - 101
EP  - 9
DO  - https://doi.org/10.1234/inv.2020.2
SN  - 1234-567X
KW  - mood
KW  - invention
LA  - eng
ER  -

Link to the full text: https://example.org/1
TY  - JOUR
T1  - A second invention
A1  - Cole, Cy
Y1  - 2021//
JF  - Other Journal
ER  -
"""

BIB = r"""@article{able2020,
  title = {Inventamine and mood: a trial nobody ran},
  author = {Able, Anna and M{\"u}ller, Bo},
  journal = {Journal of Invented Results},
  abstract = {Background: none was given at all.
It goes on here.},
  year = {2020}, month = may, day = 4, volume = {7}, number = {2}, pages = {101--109},
  doi = {10.1234/INV.2020.2}, issn = {1234-567X}, keywords = {mood, invention}, language = {eng},
}
@article{broken, title = {No end
@misc{cole2021, title = {A second {Invention} of 31.8\% and $\beta$}, author = {Cole, Cy}, year = 2021}
"""

CSV = (
    '"Key","Item Type","Publication Year","Author","Title","Publication Title","ISSN","DOI","Abstract Note","Pages",'
    '"Issue","Volume","Odd"\n'
    '"K1","journalArticle","2020","Able, Anna; Müller, Bo","Inventamine and mood: a trial nobody ran",'
    '"Journal of Invented Results","1234-567X","10.1234/inv.2020.2","Background: none was given at all.\nIt goes on here.",'
    '"101-109","2","7","kept"\n'
)

SCHOLAR = (
    "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,CitesURL,GSRank,Type\n"
    '12,"A Able, B Müller","Inventamine and mood: a trial …",2020,"Journal of Inv…",example.org,https://example.org/1,,1,\n'
)

NBIB = """PMID- 90000001
OWN - NLM
IS  - 1234-567X (Print)
VI  - 12
IP  - 3
DP  - 2023 Mar 5
TI  - Inventamine raises nothing: a title that
      goes on.
PG  - 283-98
LID - 10.1234/inv.2023.1 [doi]
AB  - BACKGROUND: Nobody knew. RESULTS: Fluoxetine inhibited the serotonin transporter.
FAU - Able, Anna B
AU  - Able AB
AD  - Nowhere.
CN  - The Invented Group
LA  - eng
SI  - ClinicalTrials.gov/NCT07654321
PT  - Journal Article
TA  - J Inv Res
JT  - Journal of invented results
MH  - Rats/*metabolism
RIN - J Inv Res. 2024. PMID: 90000009
XX  - kept
SO  - J Inv Res. 2023 Mar 5;12(3):283-98.

PMID- 90000003
TI  - Old and new
DP  - 1998 Spring
"""


def study(**changed) -> dict:
    """A synthetic registration with posted MADRS results, in the shape of API version 2."""
    groups = [{"id": "OG000", "title": "Inventamine 5 mg"}, {"id": "OG001", "title": "Placebo"}]

    def counts(first: int, second: int) -> list:
        return [
            {
                "units": "Participants",
                "counts": [{"groupId": "OG000", "value": str(first)}, {"groupId": "OG001", "value": str(second)}],
            }
        ]

    def measured(first: dict, second: dict) -> list:
        return [{"groupId": "OG000", **first}, {"groupId": "OG001", **second}]

    def outcome(title: str, kind: str, spread: str, classes: list, **more) -> dict:
        return {
            "type": "PRIMARY", "title": title, "reportingStatus": "POSTED", "paramType": kind, "dispersionType": spread,
            "unitOfMeasure": "units on a scale", "timeFrame": "Baseline, Week 6", "groups": groups, "denoms": counts(100, 96),
            "classes": classes, **more,
        }  # fmt: skip

    madrs = outcome(
        "Change From Baseline in MADRS Total Score", "LEAST_SQUARES_MEAN", "Standard Error",
        [
            {"title": "Week 2", "categories": [{"measurements": measured({"value": "-6.0", "spread": "0.8"}, {"value": "-4.5", "spread": "0.9"})}]},
            {"title": "Week 6", "denoms": counts(90, 88),
             "categories": [{"measurements": measured({"value": "-14.0", "spread": "1.0"}, {"value": "-11.0", "spread": "1.1"})}]},
        ],
        analyses=[{
            "groupIds": ["OG000", "OG001"], "statisticalMethod": "MMRM", "paramType": "Mean Difference (Final Values)",
            "paramValue": "-3.1", "ciPctValue": "95", "ciNumSides": "TWO_SIDED", "ciLowerLimit": "-6.04", "ciUpperLimit": "-0.16",
        }],
    )  # fmt: skip
    response = outcome(
        "MADRS Responders", "COUNT_OF_PARTICIPANTS", "",
        [{"categories": [{"measurements": measured({"value": "45"}, {"value": "30"})}]}],
    )  # fmt: skip
    interval = outcome(
        "PHQ-9 at Week 6", "MEAN", "95% Confidence Interval",
        [{"categories": [{"measurements": measured(
            {"value": "8.0", "lowerLimit": "7.02", "upperLimit": "8.98"}, {"value": "NA", "comment": "not reached"}
        )}]}],
    )  # fmt: skip
    made = {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT07654321", "briefTitle": "Inventamine for an invented depression"},
            "statusModule": {"overallStatus": "COMPLETED", "startDateStruct": {"date": "2020-02"},
                             "lastUpdatePostDateStruct": {"date": "2022-01-01"}},
            "descriptionModule": {"briefSummary": "Nobody took part."},
            "conditionsModule": {"conditions": ["Depression"], "keywords": ["invented"]},
            "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE2"], "enrollmentInfo": {"count": 196}},
            "armsInterventionsModule": {"interventions": [{"type": "DRUG", "name": "Inventamine"}]},
            "referencesModule": {"references": [{"pmid": "90000001", "type": "RESULT"}, {"pmid": "1", "type": "BACKGROUND"}]},
        },
        "resultsSection": {"outcomeMeasuresModule": {"outcomeMeasures": [madrs, response, interval]}},
        "hasResults": True,
    }  # fmt: skip
    return made | changed


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """One synthetic export of each kind, by its ending."""
    made = {
        "xml": PUBMED, "nbib": NBIB, "ris": RIS, "bib": BIB, "csv": CSV, "scholar.csv": SCHOLAR,
        "json": json.dumps(study()),
    }  # fmt: skip
    found = {}
    for ending, text in made.items():
        found[ending] = tmp_path / f"invented.{ending}"
        found[ending].write_text(text, encoding="utf-8", newline="")
    return found
