"""What the words of an observation say: drugs, amounts, how often, for how long, in whom, between which hours.

The assumption that matters: tables of the field use a small language (`20 mg bid x14 d`, `CYP2D6 PM`, `Child-Pugh B`),
and what is not in it is not guessed. Left out: doses by response, crossover order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from euthymia.errors import EuthymiaError
from euthymia.treatments.drug import drug, drugs, folders

NUMBER = r"\d+(?:\.\d+)?"
AMOUNT = re.compile(
    rf"({NUMBER})(?:\s*(?:-|to|or|/|->)\s*({NUMBER}))*\s*(mg/70\s?kg/h|mg/kg/h|ug/kg/h|mg/kg|mg)(?![a-z])"
    rf"(?:\s*/\s*(day|24\s?h|d)\b)?",
    re.I,
)
OFTEN = (
    (re.compile(r"\b(tid|three times (?:a day|daily)|q8h)\b", re.I), 3),
    (re.compile(r"\b(bid|twice (?:a day|daily)|q12h|b\.i\.d)\b", re.I), 2),
    (re.compile(r"\b(qid|four times (?:a day|daily))\b", re.I), 4),
    (re.compile(r"\b(qd|od|once (?:a day|daily)|daily|q24h)\b|mg\s*/\s*(?:d|day|24\s?h)\b", re.I), 1),
)
DAYS = re.compile(
    rf"(?:x\s?|for |after |over )?({NUMBER})(?:-({NUMBER}))?[- ]?(days?|d|weeks?|wk|w|months?)\b(?!\s*(?:after|post))",
    re.I,
)
LASTING = re.compile(
    rf"(?:over\s+|infusion of\s+|,\s*|iv\s+)?({NUMBER})[- ]?(min|minutes|h|hours?)\b(?:\s*infusion)?", re.I
)
STEADY = re.compile(r"\bss\b|steady.?state|chronic|\bAUCss|\bCss|tau\b|normalised|multiple.dose|last dose", re.I)
#: words for how an enzyme works in the people studied → the phenotype of our enzyme files
PHENOTYPES = (
    (r"null/null|\*2/\*2|\*3/\*3|\bpoor|\bPMs?\b|\*4/\*4", "poor"),
    (r"null/\*17|\*17/null|\*2/\*17", "intermediate*17"),
    (r"\*17/\*17|\bultra-?rapid|\bUMs?\b", "ultrarapid"),
    (r"\*1/\*17|\brapid\b|\bRMs?\b", "rapid"),
    (r"\*1/null|null/\*1|\*1/\*2|\bintermediate|\bIMs?\b", "intermediate"),
    (r"\bextensive|\bnormal met|\bEMs?\b|\bNMs?\b|\*1/\*1", "normal"),
)
SCORE = re.compile(r"(?:\bAS\s*=?\s*|activity(?: score)?\s*(?:of\s*)?)(\d(?:\.\d+)?)", re.I)
GENE = re.compile(r"CYP\s?(2D6|2C19|2B6|2C9|3A4|3A5|1A2|2A6)", re.I)


@dataclass(frozen=True)
class Dosing:
    """A drug named in a text, and what is said of its dose."""

    drug: str
    amount: float | None = None
    unit: str = "mg"
    a_day: int | None = None
    days: float | None = None
    place: int = 0


def aliases() -> Mapping[str, str]:
    """Every name a table may use for a drug (lower case, longest first) → the drug's name."""
    return _aliases(folders())


@cache
def _aliases(_where: tuple[Path, ...]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name in drugs():
        try:
            given = drug(name)
        except EuthymiaError:
            continue  # a file that cannot be read costs its own drug only; `check` tells
        for one in (name, given.label, name.replace("_", " "), name.replace("_", "-"), *given.also):
            found.setdefault(one.lower(), name)
    found |= {"s-citalopram": "escitalopram", "auvelity": "dextromethorphan_bupropion", "rifampin": "rifampicin"}
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


def drugs_in(text: str) -> list[Dosing]:
    """Drugs named in a text, in order, each with the amount, frequency and length nearest after its name."""
    lowered, taken, found = text.lower(), [], []
    for alias, name in aliases().items():
        for match in re.finditer(rf"(?<![\w-]){re.escape(alias)}(?![\w])", lowered):
            if not any(a < match.end() and match.start() < b for a, b in taken):
                taken.append((match.start(), match.end()))
                found.append((match.start(), match.end(), name))
    found.sort()
    told = []
    for index, (start, end, name) in enumerate(found):
        until = found[index + 1][0] if index + 1 < len(found) else len(text)
        stop = re.search(r"\s(?:\+|->|→|vs)\s|;", text[end:until])
        piece = text[end : end + stop.start()] if stop else text[end:until]
        amount, unit = amount_in(piece)
        told.append(Dosing(name, amount, unit, often_in(piece), days_in(piece), start))
    return told


def amount_in(text: str) -> tuple[float | None, str]:
    """The amount a text gives and its unit; of a range the geometric middle, of a titration the last."""
    text = re.sub(rf"\b(\d)\s*x\s*({NUMBER})\s*mg", lambda m: f"{int(m[1]) * float(m[2]):g} mg", text)
    found = AMOUNT.search(text)
    if found is None:
        return None, "mg"
    numbers = [float(n) for n in re.findall(NUMBER, found[0].split(found[3])[0])]
    unit = re.sub(r"\s", "", found[3].lower())
    if "->" in found[0] or "/" in found[0].split(found[3])[0]:
        return numbers[-1], unit
    return (numbers[0] * numbers[-1]) ** 0.5, unit


def often_in(text: str) -> int | None:
    """Doses a day, where a text says so."""
    return next((count for pattern, count in OFTEN if pattern.search(text)), None)


def days_in(text: str) -> float | None:
    """How many days a text says a treatment lasts."""
    for low, high, kind in DAYS.findall(text):
        number = float(high or low)
        length = {"w": 7.0, "m": 30.0}.get(kind[0].lower(), 1.0)
        if 0 < number * length <= 400:
            return number * length
    return None


def lasting_in(text: str) -> float | None:
    """How many hours an infusion takes, where a text says so."""
    for number, kind in re.findall(rf"({NUMBER})[- ]?(min|h)\b", text):
        hours = float(number) / (60 if kind == "min" else 1)
        if 0 < hours <= 72:
            return hours
    return None


def covariates_in(text: str, main: str | None) -> dict[str, float | str]:
    """Who was studied: genotype, organs, age, weight, sex, ancestry; `main` is the enzyme meant by `PM` alone."""
    found: dict[str, float | str] = {}
    if score := SCORE.search(text):
        found["CYP2D6"] = f"AS{float(score[1]):g}"
    if re.search(r"\*10/\*10", text):
        found["CYP2D6"] = "AS0.5"
    genes = [f"CYP{gene.upper()}".replace("3A5", "3A4") for gene in GENE.findall(text)]
    gene = next((one for one in genes if one in ("CYP2D6", "CYP2C19", "CYP2B6", "CYP2C9")), main)
    if re.search(r"sparteine|debrisoquine", text, re.I):
        gene = "CYP2D6"
    for pattern, phenotype in PHENOTYPES:
        if gene and gene not in found and re.search(pattern, text, re.I if "*" in pattern else 0):
            found[gene] = phenotype
            break
    for words, covariate, level in (
        (r"child-?pugh\s*(?:class\s*)?C|severe hepatic|CP-?C", "hepatic", "severe"),
        (r"child-?pugh\s*(?:class\s*)?B|moderate (?:hepatic|cirrhosis)|cirrhosis|child-?pugh 5-9|CP-?B"
         r"|hepatic (?:impairment|disease)|reduced hepatic",
         "hepatic", "moderate"),
        (r"child-?pugh\s*(?:class\s*)?A|mild hepatic|CP-?A", "hepatic", "mild"),
        (r"ESRD|end.stage|dialysis", "renal", "end-stage"),
        (r"severe renal|(?:CrCl|e?GFR)\s*(?:<\s*30|1\d\s*-\s*(?:29|30))", "renal", "severe"),
        (r"(?:CrCl|eGFR)\s*(?:<\s*(?:50|60)|30-\d\d)|moderate renal|(?<!mild )renal impairment", "renal", "moderate"),
        (r"mild renal|(?:CrCl|eGFR)\s*60-", "renal", "mild"),
        (r"\bfemales?\b|\bwomen\b", "sex", "female"),
        (r"(?<!non)(?<!non-)(?<!non )smokers?\b", "smoking", "smoker"),
        (r"\bjapanese\b", "ethnicity", "japanese"),
        (r"\bchinese (?:in|out)?patients|chinese patients", "ethnicity", "chinese"),
        (r"\basians?\b|\bkorean", "ethnicity", "asian"),
        (r"\bblack\b", "ethnicity", "black"),
    ):  # fmt: skip
        if covariate not in found and re.search(words, text, re.I) and not re.search(rf"non-(?:{words})", text, re.I):
            found[covariate] = level
    if age := re.search(rf"(?:mean|age|aged)\s*(?:age\s*)?({NUMBER})\s*y", text):
        found["age"] = float(age[1])
    elif re.search(r">=?\s?6[05]\s?y|\belderly|≥\s?65", text, re.I):
        found["age"] = 75.0
    plain = re.sub(r"(?:mg|ug)/(?:70\s?)?kg(?:/h)?", "", text)
    weight = re.search(rf"({NUMBER})\s*kg\b(?!/)", plain)
    if weight and 35 <= float(weight[1]) <= 180:
        found["weight"] = float(weight[1])
    return found


def window_in(text: str) -> tuple[float, float] | None:
    """The hours between which an area was taken: `AUC(1.6-72 h)`, `AUC0-24`, `AUC(7.01-7.99 d)`, `AUC48h`."""
    if found := re.search(rf"\(\s*(?:tau\s*)?({NUMBER})\s*-\s*({NUMBER})(?:\s*or\s*({NUMBER}))?\s*(h|d|day)?", text):
        scale = 24.0 if (found[4] or "h").startswith("d") else 1.0
        return float(found[1]) * scale, float(found[2]) * scale
    if found := re.search(rf"\(\s*(?:tau\s*)?({NUMBER})\s*h", text):
        return 0.0, float(found[1])
    if found := re.search(rf"AUC\s*\(?(?:({NUMBER})\s*-\s*)({NUMBER})", text):
        return float(found[1]), float(found[2])
    if found := re.search(rf"AUC\s?_?({NUMBER})\s?h?\b", text):
        return 0.0, float(found[1])
    return None
