"""From an observation to what has to be simulated: one arm, or two that are compared, and what is read off them.

The assumption that matters: what a table leaves out is filled with the usual (one dose where nothing is said, the
drug's usual dose, eight days of a perpetrator before its victim), and every such step is told. What it does not say and
cannot be filled is refused with a reason. Left out: parallel groups that differ in more than one thing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from euthymia.evidence.observation import Observation
from euthymia.treatments.drug import Drug, drug
from euthymia.treatments.plan import Dose
from euthymia.treatments.regimen_file import regimen_from
from euthymia.trial.pharmacology import words
from euthymia.trial.pharmacology.words import Dosing

DAY = 24.0
LEAD = 8.0  # days of a perpetrator before its victim, where the table does not say
STEADY = 28.0  # days to steady state, where the table does not say
#: drugs whose steady state takes longer
SLOW = {"fluoxetine": 70.0, "cariprazine": 84.0, "norfluoxetine": 70.0}
AFTER = 10.0  # days followed after the last dose; SLOW drugs five times that
#: measures that mean nothing without the dose
DOSE_DEPENDENT = re.compile(r"cmax|auc|css|trough|cmin|conc", re.I)
#: within one interval at steady state
FLUCTUATION = r"fluctuation|swing|peak.{1,4}trough|trough.{1,4}peak|cmax/cmin|cmin/cmax"
ROUTES = {
    "oral": "oral", "po": "oral", "iv": "intravenous", "intravenous": "intravenous", "nasal": "intranasal",
    "intranasal": "intranasal", "im": "intramuscular", "sc": "subcutaneous", "transdermal": "transdermal",
    "oromucosal film": "oromucosal", "film": "oromucosal", "sublingual": "sublingual",
}  # fmt: skip


class CannotExpress(Exception):
    """Why an observation has no simulated counterpart; the text is shown to the user."""


@dataclass(frozen=True)
class Arm:
    """What one group was given and who they were; `last` is the hour of the last dose of the drug that is measured."""

    doses: tuple[Dose, ...]
    covariates: tuple[tuple[str, float | str], ...]
    last: float
    tau: float | None
    amount: float
    until: float


@dataclass(frozen=True)
class Setting:
    """An observation as a simulation: the arm, the one it is compared with, and what was taken for granted."""

    drug: str
    compound: str
    arm: Arm
    reference: Arm | None = None
    taken: tuple[str, ...] = ()


@dataclass
class _Reading:
    """What is being worked out about one row."""

    row: Observation
    subject: str
    taken: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Title, dose and population, without notes."""
        return " ; ".join(part for part in (self.row.title, self.row.dose, self.row.population) if part)


def setting_of(row: Observation) -> Setting:
    """How to simulate an observation; raises `CannotExpress`."""
    row = _one_form(row)
    perpetrator_file = row.kind == "ddi_perpetrator"
    owner = owner_of(row)
    victim = _victim(row, owner) if perpetrator_file else _given(row, owner)
    reading = _Reading(row, victim)
    text = reading.text
    named = [one for one in words.drugs_in(text) if drug(one.drug).routes]
    others = _others(row, owner, victim, named)
    repeated = _repeated(row, victim)
    titration = _titration(row, victim, text)
    if titration is not None:
        told = tuple(sorted(words.covariates_in(text, None).items()))
        first, last = titration[0], titration[-1]
        arm = Arm(titration, told, first.time, None, sum(d.amount for d in titration), last.time + 5 * DAY)
        return Setting(victim, row.compound or victim, arm, None, ("the usual titration of the label",))
    subject = _dosing(reading, named, others)
    covariates = words.covariates_in(f"{text} ; {row.name}", _main_enzyme(victim))
    route = _route(row, victim, text)
    route, condition = _form(drug(victim), route, text, covariates)
    versus = _comparison(row, others)
    lead, follow = _lead(reading, others, subject), AFTER * (5 if victim in SLOW else 1)
    arm = _arm(
        reading, subject, route, condition, repeated, covariates, others if versus != "none" else [], lead, follow
    )
    if not others and versus == "co-medication":
        raise CannotExpress("the row does not name a drug that we know as the other one of the interaction")
    reference = None
    if versus == "co-medication":
        reference = _arm(reading, subject, route, condition, repeated, covariates, [], lead, follow)
    elif versus == "genotype":
        reference = _arm(reading, subject, route, condition, repeated, _healthy(covariates), others, lead, follow)
    elif versus == "population":
        plain = {} if "weight" not in covariates else {"weight": covariates["weight"]}
        if covariates.get("age"):
            plain["age"] = 40.0
        if covariates == plain:
            raise CannotExpress("the row does not say in words we know how the two populations differ")
        reference = _arm(reading, subject, route, condition, repeated, plain, others, lead, follow)
    elif versus == "food":
        fed = _arm(reading, subject, route, "", repeated, covariates, [], lead, follow)
        fasted = _arm(reading, subject, route, "fasted", repeated, covariates, [], lead, follow)
        if "fasted" not in drug(victim).routes[route].conditions:
            raise CannotExpress(f"{victim} knows no dose without food")
        arm, reference = fed, fasted
    compound = row.compound or victim
    return Setting(victim, compound, arm, reference, tuple(reading.taken))


def _one_form(row: Observation) -> Observation:
    """A row that measures one of two products compared (`Cmax IR` of `XR 150 mg q24h vs IR 75 mg q12h`) as its own."""
    form = re.search(r"\b(IR|ER|XR|SR|CR)\b", row.name)
    sides = re.split(r"\s+vs\.?\s+", row.title or "")
    mine = [side for side in sides if form and re.search(rf"\b{form[1]}\b", side) and words.amount_in(side)[0]]
    return row.model_copy(update={"title": mine[0], "dose": mine[0]}) if len(sides) == 2 and len(mine) == 1 else row


def owner_of(row: Observation) -> str:
    """The drug whose table a row stands in; raises `CannotExpress`."""
    known = words.aliases()
    for said in (row.drug, row.id.rstrip("0123456789abcdefghij_E"), row.compound):
        if said and said.lower() in known:
            return known[said.lower()]
    for said in (row.drug, row.id, row.compound):
        for part in re.split(r"[+/(]", said or ""):
            if part.strip().lower() in known:
                return known[part.strip().lower()]
    found = words.drugs_in(f"{row.title or ''} ; {row.dose or ''}")
    if found:
        return found[0].drug
    prefix = re.match(r"[A-Za-z]+", row.id)
    near = [name for name in known.values() if prefix and name.startswith(prefix[0].lower()[:3])]
    if near:
        return near[0]
    raise CannotExpress(f"there is no drug '{row.drug or row.compound}' in the treatments")


def _victim(row: Observation, owner: str) -> str:
    known = words.aliases()
    said = (row.compound or "").lower()
    if said in known:
        return known[said]
    raise CannotExpress(f"the drug whose exposure changes ('{row.compound}') is not in the treatments")


def _given(row: Observation, owner: str) -> str:
    """The drug that was given: the table's own, unless the row measures, and names as given, one of its metabolites."""
    known = words.aliases()
    text = f"{row.title or ''} ; {row.dose or ''}"
    measured = known.get((row.compound or "").lower())
    parts = drug(owner).components
    whole = {one.drug for one in words.drugs_in(text)} >= set(parts) or owner in {o.drug for o in words.drugs_in(text)}
    if parts and not whole and not re.search(r"\d\s*/\s*\d+\s*(?:mg|BID)|tablet", text, re.I):
        first = re.split(r"[/:+]", row.compound or "")[-1].strip()
        for part in parts:
            if first in {c.name for c in drug(part).compounds}:
                return part
    if measured is None:
        said = [one.drug for one in words.drugs_in(f"{row.title or ''} ; {row.dose or ''}")]
        makers = [n for n in said if (row.compound or "") in {c.name for c in drug(n).compounds}]
        return makers[0] if makers and owner not in said else owner
    if measured == owner:
        return owner
    if row.kind == "occupancy" and not words.drugs_in(text):
        return measured  # a scan of a compound that is a drug itself, and nothing else is named as given
    named = {one.drug for one in words.drugs_in(f"{row.title or ''} ; {row.dose or ''} ; {row.name}")}
    own = {owner, *drug(owner).components}
    if measured in named and (not named & own or measured in own or owner not in named):
        return owner if measured in drug(owner).components and owner in named else measured
    return owner


def _others(row: Observation, owner: str, victim: str, named: list[Dosing]) -> list[Dosing]:
    """Co-medication: drugs named beside the one measured."""
    if row.kind not in ("ddi", "ddi_perpetrator") and not re.search(r"\+|with |comedic|DDI", f"{row.title} {row.dose}"):
        return [one for one in named if False]
    inside = {victim, *drug(victim).components}
    found: dict[str, Dosing] = {}
    for one in named:
        if one.drug in inside or drug(one.drug).role == "control":
            continue
        before = found.get(one.drug)
        if before is None or (before.amount is None and one.amount is not None):
            found[one.drug] = one
        elif before.days is None and one.days is not None:
            found[one.drug] = replace(before, days=one.days, a_day=before.a_day or one.a_day)
    if row.kind == "ddi_perpetrator" and owner not in found:
        amount, unit = words.amount_in(row.dose or row.title or "")
        text = f"{row.title or ''} {row.dose or ''}"
        found[owner] = Dosing(owner, amount, unit, words.often_in(text), words.days_in(text))
    elif row.kind == "ddi_perpetrator" and found[owner].amount is None:
        text = f"{row.title or ''} {row.dose or ''}"
        amount, unit = words.amount_in(text)
        found[owner] = replace(
            found[owner], amount=amount, unit=unit, a_day=words.often_in(text), days=words.days_in(text)
        )
    if row.kind == "ddi_perpetrator":
        found = {owner: replace(found[owner], days=found[owner].days or words.days_in(f"{row.title} {row.dose}"))}
    return list(found.values())


def _repeated(row: Observation, subject: str) -> bool:
    name = "steady state" if "predicted" in row.name else row.name
    text = f"{name} {row.title or ''} {row.dose or ''}"
    if row.name.lower().startswith("time to") or re.search(r"\bchronic\b|\bmultiple\b", row.name, re.I):
        return True
    if re.search(r"\bsingle\b|first dose|day 1\b", text, re.I) and row.kind != "ddi":
        return False
    if re.search(r"\bacute\b|\bsingle\b", name, re.I):
        return False
    daily = rf"{re.escape(subject)}[^;+>]*?mg\s*(?:/\s*d|qd|bid|od|daily|twice)|^\W*{words.NUMBER}\s*mg\s*/\s*d"
    if row.kind in ("ddi", "ddi_perpetrator") and re.search(daily, row.dose or "", re.I) and row.kind == "ddi":
        return True
    if row.kind in ("ddi", "ddi_perpetrator") and not re.search(r"css|steady|AUC24|SS\b|trough", text, re.I):
        return False  # the perpetrator is repeated; its victim usually is given once
    if words.STEADY.search(text):
        return True
    if row.schedule == "single":
        return False
    if re.search(r"mg\s*/\s*d", row.unit) and re.search(r"\bed50\b", row.name, re.I):
        return True
    if row.schedule == "repeated":
        return True
    return words.often_in(text) is not None and words.days_in(text) is not None


def _dosing(reading: _Reading, named: list[Dosing], others: list[Dosing]) -> Dosing:
    """The dose of the drug that is measured; its usual one where the row gives none."""
    row, subject = reading.row, reading.subject
    mine = [one for one in named if one.drug == subject and one.amount is not None]
    text = f"{row.dose or ''} ; {row.title or ''}"
    if mine:
        found = mine[-1] if row.dose and subject.split("_")[0] in row.dose.lower() else mine[0]
    else:
        plain = text
        for other in others:
            if row.kind != "ddi_perpetrator" and other.amount is not None:
                plain = re.sub(rf"{re.escape(other.drug)}[^;+>]*", " ", plain, flags=re.I)
        if row.kind == "ddi_perpetrator":
            plain = ""
        elif not others and words.amount_in(row.dose or "")[0] is not None:
            plain = row.dose or ""
        amount, unit = words.amount_in(plain)
        found = Dosing(subject, amount, unit, words.often_in(plain), words.days_in(plain))
    one, unit = words.amount_in(row.name)
    if one is not None and not others and len(re.findall(words.NUMBER, (row.dose or "").split("mg")[0])) > 1:
        found = replace(found, amount=one, unit=unit)  # the dose lists several; the name says which
    daily = (
        re.search(r"mg\s*/\s*(?:d|day)\b", text) is not None
        and words.often_in(re.sub(r"mg\s*/\s*d(?:ay)?", "mg", text)) is None
    )
    if daily and found.amount is not None and any("twice_daily" in one for one in drug(subject).usual[:1]):
        found = replace(found, amount=found.amount / 2, a_day=2)
        reading.taken.append("the daily dose is split into two, as is usual")
    found = replace(
        found,
        a_day=found.a_day or (None if others else words.often_in(row.dose or "") or words.often_in(text)),
        days=found.days or (None if others else words.days_in(text)),
    )
    if subject == "dextromethorphan_bupropion" and re.search(r"45\s*/\s*105|AXS-05|tablet", text, re.I):
        found = replace(found, amount=150.0, unit="mg")
    if found.amount is None:
        if (
            DOSE_DEPENDENT.match(row.name)
            and row.kind == "pk"
            and not re.search(r"ratio|/", row.name + (row.compound or ""))
        ):
            raise CannotExpress("the row gives no dose, on which this number depends")
        amount, unit, a_day = usual(subject)
        reading.taken.append(f"the usual dose of {subject}, {amount:g} {unit}, as the row gives none")
        found = replace(found, amount=amount, unit=unit, a_day=found.a_day or a_day)
    return found


def _titration(row: Observation, name: str, text: str) -> tuple[Dose, ...] | None:
    """The doses of a drug whose usual regimen is a titrated infusion, unless the row gives an amount of its own."""
    first = next(iter(drug(name).usual), {})
    if "titration" not in first or (words.amount_in(text)[0] is not None and words.amount_in(text)[1] == "mg"):
        return None
    return regimen_from(first).plan().doses


def usual(name: str) -> tuple[float, str, int]:
    """Amount, unit and doses a day of a drug's first usual regimen; raises `CannotExpress`."""
    for regimen in drug(name).usual:
        text = str(regimen.get("amount", ""))
        amount, unit = words.amount_in(text)
        if amount is not None:
            return amount, unit, 2 if "twice_daily" in regimen else 1
    raise CannotExpress(f"neither the row nor the file of {name} gives a dose")


def _main_enzyme(name: str) -> str | None:
    """The enzyme that `poor metaboliser` means for a drug: the one of CYP2D6 and CYP2C19 with the largest share."""
    shares: dict[str, float] = {}
    for compound in drug(name).compounds[:1]:
        for path in compound.pathways:
            if path.enzyme in ("CYP2D6", "CYP2C19", "CYP2B6", "CYP2C9"):
                shares[path.enzyme] = shares.get(path.enzyme, 0.0) + path.share.number
    return max(shares, key=shares.__getitem__) if shares else None


def _route(row: Observation, name: str, text: str) -> str:
    said = (row.route or "").lower()
    if said == "im" and "intramuscular" not in drug(name).routes:
        said = ""  # `IM` also means intermediate metaboliser
    if said == "im" and not re.search(r"\bim\b(?!\s*metab)|intramusc", f"{row.dose or ''} {row.title or ''}".lower()):
        said = ""  # `IM` also means intermediate metaboliser
    if re.search(r"\boral\b", row.name, re.I) or (row.name.startswith("Tmax") and "po" in (row.dose or "").split()):
        return "oral" if "oral" in drug(name).routes else next(iter(drug(name).routes))
    found = ROUTES.get(said)
    if re.search(r"\boral and (?:patch|im|iv)\b", row.dose or "", re.I) and re.search(r"t1/2|half", row.name):
        found = "oral" if "oral" in drug(name).routes else found  # after a patch, release is seen and not elimination
    if found is None or found not in drug(name).routes:
        for word, route in (
            ("infusion", "intravenous"),
            ("iv", "intravenous"),
            ("nasal", "intranasal"),
            ("po", "oral"),
        ):
            if re.search(rf"\b{word}\b", text, re.I) and route in drug(name).routes:
                return route
    if found is None:
        found = said or next(iter(drug(name).routes))
    if re.search(r"\biv\b|intravenous", row.name, re.I) or re.search(r"\(IV\)", row.name):
        found = "intravenous"
    if found not in drug(name).routes:
        raise CannotExpress(f"{name} has no route '{row.route or found}'; known: {', '.join(drug(name).routes)}")
    return found


def _form(given: Drug, route: str, text: str, covariates: dict[str, float | str]) -> tuple[str, str]:
    """Route with the form of the product, and the condition of meal or people."""
    for pattern, form in (
        (r"\bIR\b|immediate", f"{route} immediate"),
        (r"\bCR\b|controlled", f"{route} controlled"),
        (r"solution", f"{route} solution"),
    ):
        if form in given.routes and re.search(pattern, text) and not re.search(r"\bER\b|\bXR\b", text.split(";")[0]):
            route = form
            break
    conditions = given.routes[route].conditions
    if "fasted" in conditions and re.search(r"\bfasted|\bfasting", text, re.I):
        return route, "fasted"
    if str(covariates.get("ethnicity")) in conditions:
        return route, str(covariates["ethnicity"])
    return route, ""


def _comparison(row: Observation, others: list[Dosing]) -> str:
    """What the row compares: two arms that differ in co-medication, genotype, population or food; or nothing."""
    name, compound = row.name.lower(), row.compound or ""
    relative = re.search(r"ratio|change|decrease|increase|fold|gmr", name) and not re.search(r"[/:]", compound)
    if not relative and not re.search(r"female/male|nonsmoker/smoker", name):
        return "with" if others else "none"
    within = r"accumulation|dose|max/min|metabolic ratio|predicted"
    if re.search(rf"{within}|{FLUCTUATION}", name):
        return "with" if others else "none"
    if "fasted" in row.words and row.kind == "pk":
        return "food"
    if others:
        return "co-medication"
    if row.kind.endswith("genotype") or re.search(r"pm/em|pm vs|vs nm|\*1/\*1", name):
        return "genotype"
    if row.kind == "special_population":
        return "population"
    if row.kind in ("ddi", "ddi_perpetrator"):
        return "co-medication"
    return "none"


def _healthy(covariates: dict[str, float | str]) -> dict[str, float | str]:
    return {key: value for key, value in covariates.items() if not key.startswith("CYP")}


def _lead(reading: _Reading, others: list[Dosing], subject: Dosing) -> float:
    """Days of co-medication before the dose that is measured."""
    said = [one.days for one in others if one.days is not None]
    if others and not said:
        reading.taken.append(f"{LEAD:g} days of the other drug before, as the row does not say")
    slow = [SLOW[one.drug] / 5 for one in others if one.drug in SLOW]
    return max(said) if said else max([LEAD, *slow])


def _arm(
    reading: _Reading,
    subject: Dosing,
    route: str,
    condition: str,
    repeated: bool,
    covariates: dict[str, float | str],
    others: list[Dosing],
    lead: float,
    follow: float,
) -> Arm:
    row, name = reading.row, reading.subject
    amount = subject.amount
    assert amount is not None
    a_day = subject.a_day or 1
    tau = DAY / a_day if repeated else None
    longest = max([STEADY, *(SLOW.get(one.drug, 0.0) for one in (subject, *others))])
    days = (subject.days or longest) if repeated else 0.0
    start = 0.0
    if others or reading.row.kind in ("ddi", "ddi_perpetrator"):
        start = 0.0 if repeated and days > lead else max(0.0, lead - 1) * DAY
    if repeated and others:
        days = max(days, lead)
    moments = [start] if not repeated else [start + n * (tau or DAY) for n in range(max(1, round(days * a_day)))]
    steps = _steps(row, name) if not repeated else None
    if steps is not None:
        return Arm(steps, tuple(sorted(covariates.items())), 0.0, None, amount, steps[-1].time + follow * DAY)
    doses = [_dose(row, name, moment, amount, subject.unit, route, condition, covariates) for moment in moments]
    until = moments[-1] + follow * DAY
    for other in others:
        doses += _companion(reading, other, min(until, moments[-1] + 6 * DAY))
    return Arm(tuple(sorted(doses)), tuple(sorted(covariates.items())), moments[-1], tau, amount, until)


def _steps(row: Observation, name: str) -> tuple[Dose, ...] | None:
    """An infusion in steps, `0.14/0.28/0.57 mg/kg/h, 60 min each`."""
    found = re.search(rf"((?:{words.NUMBER}/)+{words.NUMBER})\s*mg/kg/h,\s*({words.NUMBER})\s*min each", row.dose or "")
    if found is None or drug(name).routes.get("intravenous") is None:
        return None
    hours = float(found[2]) / 60
    rates = [float(rate) for rate in found[1].split("/")]
    return tuple(Dose(n * hours, name, rate * hours, "mg/kg", "intravenous", hours) for n, rate in enumerate(rates))


def _companion(reading: _Reading, other: Dosing, until: float) -> list[Dose]:
    """Doses of a co-medication from the start until the last sample."""
    amount, unit, a_day = other.amount, other.unit, other.a_day
    if amount is None:
        amount, unit, usually = usual(other.drug)
        a_day = a_day or usually
        reading.taken.append(f"{other.drug} {amount:g} {unit}, its usual dose, as the row gives none")
    if a_day is None:
        try:
            a_day = usual(other.drug)[2]
        except CannotExpress:
            a_day = 1
    given = drug(other.drug)
    route = "oral" if "oral" in given.routes else next(iter(given.routes))
    step = DAY / a_day
    count = int(until // step) + 1
    return [Dose(n * step, other.drug, amount, "mg", route) for n in range(min(count, 400))]


def _dose(
    row: Observation,
    name: str,
    time: float,
    amount: float,
    unit: str,
    route: str,
    condition: str,
    covariates: dict[str, float | str],
) -> Dose:
    """One dose of the drug that is measured; rates of infusion become amounts."""
    given = drug(name)
    if given.routes[route].kind != "infusion":
        if unit not in ("mg", "mg/kg"):
            raise CannotExpress(f"a dose in {unit} by the {route} route")
        return Dose(time, name, amount, unit, route, 0.0, condition)
    text = f"{row.dose or ''} {row.title or ''}"
    hours = words.lasting_in(re.sub(r"AUC\S*|\d+\s*min after", "", text))
    if re.search(r"bolus", text, re.I) or hours is None:
        default = 2 / 3 if re.search("ketamine", name) and not re.search(r"bolus", text, re.I) else 1 / 30
        hours = default
    weight = float(covariates.get("weight", 70.0))
    if unit == "mg/70kg/h":
        amount, unit = amount * hours, "mg"
    elif unit == "mg/kg/h":
        amount, unit = amount * weight * hours, "mg"
    elif unit == "ug/kg/h":
        raise CannotExpress("a titrated infusion that is not the drug's usual one")
    return Dose(time, name, amount, unit, route, hours, condition)
