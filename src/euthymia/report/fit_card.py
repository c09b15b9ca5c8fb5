"""The card of the fit in use: where it comes from, how well it does, and what the data say of every parameter.

The assumption that matters: what is printed is what the calibration wrote; nothing is computed again. Left out: the
hypotheses, which have cards of their own (`show hypotheses`), and single targets, which the report lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from euthymia.report.cards import Card
from euthymia.report.wording import DASH

if TYPE_CHECKING:
    from euthymia.model.parameter_table import Fit

NONE = "nothing has been fitted; every parameter is its starting value"


@dataclass(frozen=True)
class FitCard(Card):
    """A card with the fit behind it, for the tables that a card has no room for."""

    fit: Fit | None = None

    def told(self) -> dict[str, Any]:
        """Identity, checks, scatter and every parameter as plain data; `parameters` are least identified first."""
        from euthymia.report.fit_statements import check_lines, target_counts
        from euthymia.report.identifiability import known

        every, fit = known(self.fit), self.fit
        return {
            "kind": self.kind,
            "name": self.name,
            "title": self.title,
            "facts": dict(self.facts),
            "targets": None if fit is None else target_counts(fit),
            "checks": {line["check"]: line["share"] for line in check_lines(fit)},
            "scatter": {} if fit is None else dict(fit.told.get("scatter", {})),
            "free": 0 if fit is None else len(fit.names),
            "unidentified": [one.name for one in every if one.unidentified],
            "parameters": [one.told() for one in every],
            "hypotheses": {} if fit is None else _weights(fit),
        }

    def __str__(self) -> str:
        from euthymia.report.fit_statements import check_lines
        from euthymia.report.identifiability import known_lines

        wide = max((len(label) for label in self.facts), default=0)
        text = [self.title, ""]
        text += [f"{label.ljust(wide)}  {said}" for label, said in self.facts.items() if said]
        if lines := check_lines(self.fit):
            text += ["", "outside the 90 % predictive interval, the worst first (3 to 20 % is as it should be):"]
            text += [
                f"  {a['outside_count']} of {a['of']} ({a['outside']})  {a['meaning']}: {a['verdict']}" for a in lines
            ]
        every = known_lines(self.fit)
        if every:
            silent = [one["name"] for one in every if one["unidentified"]]
            text += [
                "",
                f"nothing identifies {len(silent)} of {len(every)} parameters: {', '.join(silent) or DASH}",
                "",
            ]
            text.append(_table(every))
        elif self.fit is not None:
            text += ["", f"it does not tell which of its {len(self.fit.names)} free parameters the data identify"]
        return "\n".join([*text, "", "weights of rival hypotheses: euthymia show hypotheses"])


def fit_card(name: str | None = None) -> FitCard:
    """The fit in use; `name` may be its id. Raises `UnknownName` for another, `DataError` for one that is damaged."""
    from euthymia.errors import UnknownName
    from euthymia.model.parameter_table import current_fit
    from euthymia.report.fit_statements import target_counts

    fit = current_fit()
    if name is not None and (fit is None or name != fit.id):
        raise UnknownName("fit", name, () if fit is None else (fit.id,))
    if fit is None:
        return FitCard("fit", "", f"No fit: {NONE}", {}, (), None)
    told, counts = fit.told, target_counts(fit)
    scatter = ", ".join(f"{kind} {float(size):.2f}" for kind, size in told.get("scatter", {}).items())
    members = f"{told.get('members', len(fit.ensemble))} parameter sets"
    if "effective_members" in told:
        members += f", worth {told['effective_members']} equal ones, {told.get('dropped_members', 0)} dropped"
    facts = {
        "method": str(told.get("method", "")),
        "targets": f"{counts['all']}: {counts['trials']} of trials, {counts['markers']} of markers",
        "targets hash": str(told.get("targets_hash", "")),
        "cost": str(told.get("cost", "")),
        "ensemble": members,
        "scatter between trials": f"{scatter} (MADRS points; logits of rates)" if scatter else "",
        "engine, seed, people": ", ".join(str(told[key]) for key in ("engine", "seed", "people") if key in told),
        "free parameters": str(len(fit.names)),
    }
    return FitCard("fit", fit.id, f"The fit in use: {fit.id}", facts, (), fit)


def _weights(fit: Fit) -> dict[str, dict[str, dict[str, float]]]:
    """Weight of every alternative before and after, by hypothesis."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row in fit.rivals:
        told = {"prior": float(row["prior"]), "posterior": float(row["weight"])}
        found.setdefault(row["hypothesis"], {})[row["alternative"]] = told
    return found


def _table(lines: list[dict[str, Any]]) -> str:
    heads = ("parameter", "prior", "posterior", "log spread", "moved", "narrowed", "flag", "data")
    keys = ("name", "prior", "posterior", "spreads", "moved", "shrunk", "flag", "by")
    rows = [heads, *(tuple(str(one[key]) for key in keys) for one in lines)]
    wide = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip() for row in rows
    )
