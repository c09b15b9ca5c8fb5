"""Verbs about devices: the dose a session brings to the cortex, and the physics held against known answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from euthymia.cli.telling import as_json, progress, table, write_whole

if TYPE_CHECKING:
    from euthymia.trial.physics import CaseRow


def stimulate(
    what: str,
    /,
    *,
    level: str | None = None,
    over: str | None = None,
    want: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    allow: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    json: bool = False,
) -> None:
    """Compute what a session of a device brings to the cortex.

    Parameters
    ----------
    what
        A protocol by name (left-dlpfc-10hz) or id (elated3), a YAML or JSON file of settings, or settings themselves in
        braces: '{coil: Magstim_D70, didt_A_per_us: 114.73, scalp_radius_mm: 85, depth_mm: 15}'.
    level
        Strength instead of the protocol's own: '110 %RMT', '1.5 mA', '50 mW/cm^2'.
    over
        Length of a session instead of the protocol's own: '20 min'.
    want
        Quantities whose place is in their name, such as under_F3_mean or ratio_30_over_15.
    allow
        Safety rules that may be broken, by name.
    json
        Print JSON.
    """
    if what.lstrip().startswith("{") or what.endswith((".yaml", ".yml", ".json")):
        told = _quantities(what, want)
        print(as_json(told) if json else _listed(told))
        return
    from euthymia.model.stimulation.summary import Stimulated
    from euthymia.model.stimulation.summary import stimulate as doses

    found = doses(what, level, over, allow)
    assert isinstance(found, Stimulated)
    print(as_json(found.told()) if json else found)


def _quantities(what: str, want: tuple[str, ...]) -> dict[str, Any]:
    """Quantities of settings, with what was taken of each; raises `EuthymiaError`."""
    from euthymia.errors import EuthymiaError, Place
    from euthymia.evidence.yaml_with_lines import read_yaml, read_yaml_text
    from euthymia.fields.ask import metric_of
    from euthymia.fields.dose import NOT_FOR_PLANNING
    from euthymia.fields.inputs import CannotExpress
    from euthymia.trial.physics import quantities

    document = read_yaml_text(what, "settings") if what.lstrip().startswith("{") else read_yaml(Path(what))
    given = document.content
    if not isinstance(given, dict) or not given:
        raise EuthymiaError(
            "the settings are no mapping", place=document.place(), fix="Write {coil: D70, depth_mm: 15}."
        )
    given = given.get("inputs", given)
    try:
        found = quantities(given, want)
    except CannotExpress as reason:
        raise EuthymiaError(str(reason), place=Place("settings"), fix="See docs/stimulation.md.") from None
    metrics = {name: said for name in found if (said := metric_of(name))}
    return {"inputs": given, "quantities": found, "metrics": metrics, "note": NOT_FOR_PLANNING}


def _listed(told: dict[str, Any]) -> str:
    lines = [(name, _short(value), told["metrics"].get(name, "")) for name, value in told["quantities"].items()]
    return table([("quantity", "value", "metric"), *lines]) + f"\n{told['note']}"


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(one) for one in value) + "]"
    return str(value)


def physics(*, cases: Path | None = None, json: bool = False, out: Path | None = None) -> None:
    """Compute cases with known answers and print ours beside theirs.

    Parameters
    ----------
    cases
        A YAML table of cases (its form: docs/stimulation.md); ours, if not given.
    json
        Print the rows as JSON: {"rows": [{id, status, computed, expected, tolerance, reason}]}.
    out
        Write the same JSON to a file.
    """
    from euthymia.trial.physics import score_physics

    with progress() as tell:
        rows = score_physics(cases, tell)
    told = as_json({"rows": [row.told() for row in rows]})
    if out is not None:
        write_whole(out, told + "\n")
    print(told if json else _rows(rows))


def _rows(rows: tuple[CaseRow, ...]) -> str:
    order = {"fail": 0, "not_expressed": 1, "pass": 2}
    lines = [("case", "status", "quantity", "ours", "expected", "reason")]
    for row in sorted(rows, key=lambda row: order[row.status]):
        keys = list(row.computed) or [""]
        for number, key in enumerate(keys):
            ours = _short(row.computed[key]) if key else ""
            expected = _short(row.expected.get(key)) if key else ""
            first = number == 0
            lines.append(
                (
                    row.id if first else "",
                    row.status if first else "",
                    key,
                    ours[:48],
                    expected[:40],
                    row.reason if first else "",
                )
            )
    counts = {status: sum(row.status == status for row in rows) for status in order}
    said = (
        f"{counts['pass']} pass, {counts['fail']} fail, {counts['not_expressed']} cannot be expressed, of {len(rows)}"
    )
    return "\n".join([table(lines), said])
