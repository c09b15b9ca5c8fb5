"""Words that turn a statement: negation, hedging, what was done to the subject, in whom, in what kind of study.

The assumption that matters: a cue reaches from where it stands to the end of its clause. Left out: irony, questions
answered elsewhere, and doses.
"""

from __future__ import annotations

import re
from typing import Literal

from euthymia.evidence.records.record import Record

NEGATION = re.compile(
    r"\b(?:no(?! longer)|not|nor|neither|never|without|failed? to|fails to|did not|does not|do not|didn't|"
    r"doesn't|cannot|could not|"
    r"lack(?:s|ed)? of|lacks|absence of|unable to|un(?:affected|altered|changed)|insensitive to|independent of|"
    r"rather than|"
    r"no (?:significant )?(?:effect|change|difference|association|evidence))\b",
    re.IGNORECASE,
)
HEDGE = re.compile(
    r"\b(?:may|might|could|can|possibl[ey]|probably|perhaps|suggest(?:s|ed|ing)?|hypothesi[sz]e[ds]?|hypothesis|propos(?:e[ds]?|al)|"
    r"putative(?:ly)?|potential(?:ly)?|presumabl[ey]|seems?|appears?|believed|thought to|speculat\w+|likely|postulated|"
    r"whether|unclear|remains to be|to (?:investigate|examine|test|determine|assess|evaluate)|aim(?:ed|s)?|"
    r"purpose|if)\b",
    re.IGNORECASE,
)
CLAUSE = re.compile(
    r"[;:]|,\s+(?:but|whereas|while|although|however|which|and (?:it|they|this))\b|\b(?:but|whereas|while|"
    r"although|however)\b",
    re.IGNORECASE,
)
DOWN_BEFORE = re.compile(
    r"\b(?:inhibit(?:ion|ing|or|ors)|block(?:ade|ing|er|ers)|antagoni(?:sm|st|sts|sing|zing)|knock-?(?:down|"
    r"out)|knocking down|deletion|deficiency|"
    r"depletion|loss|silencing|suppression|reduction|ablation|disruption|absence|reduced|decreased|lower(?:ed|ing)?|low|lack|impaired|"
    r"downregulation|withdrawal|removal|inactivation|occupancy)\s+(?:of|in|at)?\s*(?:the\s+)?(?:(?!by\b|with\b|after\b|and\b)\w+\s+)?$",
    re.IGNORECASE,
)
UP_BEFORE = re.compile(
    r"\b(?:activation|stimulation|agonism|agonists?|activat(?:ing|or|ors)|overexpression|infusion|administration|increased|elevated|high|"
    r"enhanced|potentiation|upregulation|increase|elevation|induction|raised)\s+(?:of|in|at)?\s*(?:the\s+)?(?:(?!by\b|with\b|after\b|and\b)\w+\s+)?$",
    re.IGNORECASE,
)
DOWN_AFTER = re.compile(
    r"^[\s-]*(?:\([^()]{1,14}\)\s*)?(?:receptors?\s+|transporter\s+|signal(?:l)?ing\s+|gene\s+)?(?:inhibit(?:ion|ors?)|antagoni(?:sts?|sm)|block(?:ade|ers?)|knock-?outs?|"
    r"knock-?down|-?/-|deficien(?:t|cy)|null|depletion|deletion|loss|silencing|siRNA|reuptake inhibitors?|"
    r"suppression|deprivation|reduction|dysfunction|deficits?)",
    re.IGNORECASE,
)
UP_AFTER = re.compile(
    r"^[\s-]*(?:\([^()]{1,14}\)\s*)?(?:receptors?\s+|signal(?:l)?ing\s+)?(?:agonists?|activat(?:ion|ors?)|overexpression|stimulation|potentiat(?:ion|ors?)|infusion|upregulation|elevation)",
    re.IGNORECASE,
)
COMPARES = re.compile(r"\b(?:versus|vs\.?|compared (?:with|to)|in comparison (?:with|to)|than)\b", re.IGNORECASE)
BELONGS = re.compile(
    r"\b(?:such as|including|e\.g\.|for example|like|namely|class of|member of|family of)\b", re.IGNORECASE
)

Operation = Literal["", "up", "down"]
SPECIES = (
    ("mouse", r"\bmice\b|\bmouse\b|\bmurine\b|C57BL|BALB/c|knock-?out mice"),
    ("rat", r"\brats?\b|sprague[- ]dawley|\bwistar\b"),
    ("monkey", r"\bmonkeys?\b|\bmacaques?\b|non-?human primates?"),
    ("zebrafish", r"zebrafish"),
    ("fly", r"drosophila"),
    (
        "cell",
        r"\bcell lines?\b|\bHEK ?-?293\b|\bCHO cells?\b|\bin vitro\b|\bcultured? (?:\w+ )?(?:neurons?|cells?|"
        r"astrocytes?)\b|\bslices?\b|oocytes?",
    ),
    (
        "human",
        r"\bpatients?\b|\bparticipants?\b|\bvolunteers?\b|\bhumans?\b|\bsubjects?\b|\badults?\b|\bwomen\b|\bmen\b|\badolescents?\b|post-?mortem",
    ),
)
_SPECIES = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in SPECIES)
_MESH_SPECIES = {
    "Humans": "human",
    "Mice": "mouse",
    "Rats": "rat",
    "Macaca mulatta": "monkey",
    "Zebrafish": "zebrafish",
}
_STUDY = (
    (
        "review",
        r"\breview\b|\bmeta-?analysis\b|we (?:review|summari[sz]e|discuss)|this (?:article|paper|"
        r"chapter) (?:reviews|summari|discusses)",
    ),
    ("randomised trial", r"randomi[sz]ed|placebo-controlled|double-blind"),
    (
        "observational",
        r"\bcohort\b|cross-?sectional|case-?control|registry|population-based|retrospective|"
        r"prospective(?:ly)? (?:study|followed)",
    ),
)
_STUDIES = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _STUDY)


def operation(before: str, after: str) -> Operation:
    """What was done to a thing, from the words just before and after it.

    >>> operation("Inhibition of ", " helps"), operation("", " antagonists act fast"), operation("we saw ", " rise")
    ('down', 'down', '')
    """
    if DOWN_BEFORE.search(before) or DOWN_AFTER.match(after):
        return "down"
    if UP_BEFORE.search(before) or UP_AFTER.match(after):
        return "up"
    return ""


def species_of(record: Record, text: str) -> str:
    """In whom: by MeSH if the record has it, else by the words; the animal wins where both are named."""
    found = [_MESH_SPECIES[name] for name in record.mesh if name in _MESH_SPECIES]
    animals = [name for name in found if name != "human"]
    if animals or found:
        return (animals or found)[0]
    return next((name for name, pattern in _SPECIES if pattern.search(text)), "")


def study_type(record: Record, text: str) -> str:
    """Kind of study: randomised trial, observational, review, animal, in vitro or empty."""
    types = " ".join(record.publication_types).lower()
    if "review" in types or "meta-analysis" in types or "editorial" in types or "comment" in types:
        return "review"
    if "randomized" in types or "clinical trial" in types:
        return "randomised trial"
    species = species_of(record, text)
    found = next((name for name, pattern in _STUDIES if pattern.search(text)), "")
    if found == "review":
        return found
    if species in ("mouse", "rat", "monkey", "zebrafish", "fly"):
        return "animal"
    if species == "cell":
        return "in vitro"
    return found or ("observational" if "observational" in types else "")
