"""Verbs that simulate: the demonstration, a trial, one patient."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from euthymia.cli.engines import EngineName, engine_called
from euthymia.cli.hypotheses import held_text, rivals_of, rivals_text
from euthymia.cli.telling import DESIGN, as_json, progress, table, write_whole

if TYPE_CHECKING:
    from euthymia.report.report_data import Typical
    from euthymia.treatments.finding import Finding
    from euthymia.treatments.plan import Plan
    from euthymia.trial.endpoints import Estimate
    from euthymia.trial.run import Run
    from euthymia.trial.world import World


def demo(
    *,
    people: int | None = None,
    seed: int = 1,
    out: Path = Path("runs/demo"),
    engine: EngineName = "auto",
    evidence: str | None = None,
) -> None:
    """Simulate five strategies against their controls, beside the published trials, and write an HTML report.

    Parameters
    ----------
    people
        People in each arm; fewer is quicker. As many as the engine manages in minutes, if not given.
    seed
        Where the random numbers start; the same seed gives the same report.
    out
        Folder for the report and its data.
    engine
        compiled, reference, or auto for the fastest that works here.
    evidence
        An evidence base for the states of the map's edges; the map's own sources, if not given.
    """
    from euthymia.report.demo import demonstrate

    with progress() as tell:
        done = demonstrate(
            out, people, seed, engine_called(engine), tell, people, pharmacology=people is None, evidence=evidence
        )
    print(f"report: {done.report}")
    print(f"seed: {seed}")


def trial(
    design: str,
    /,
    *,
    people: int | None = None,
    seed: int | None = None,
    out: Path | None = None,
    engine: EngineName = "auto",
    json: bool = False,
    allow: tuple[str, ...] = (),
    endophenotype: tuple[str, ...] = (),
    genotype: tuple[str, ...] = (),
    hypothesis: tuple[str, ...] = (),
    by_hypothesis: bool = False,
) -> None:
    """Run a virtual trial and print its endpoints.

    Parameters
    ----------
    design
        A protocol that ships, such as escitalopram-vs-placebo, or a YAML file like one.
    people
        People in the whole trial, instead of what the protocol says.
    seed
        Where the random numbers start, instead of what the protocol says.
    out
        Folder for every rating (parquet) and the header of the run (JSON).
    engine
        compiled, reference, or auto for the fastest that works here.
    json
        Print JSON.
    allow
        A rule of safety that the arms may break; once for each rule.
    endophenotype
        What everybody has, such as inflamed, or to a degree, such as inflamed=0.5, beside what the protocol says.
    genotype
        What everybody has, such as BDNF=Val/Met, instead of what the protocol says; once for each gene.
    hypothesis
        NAME=ALTERNATIVE ('show hypotheses' lists them), or PARAMETER=NUMBER; once for each.
    by_hypothesis
        Also predict each arm under every alternative of the open hypotheses that bear on it.
    """
    from euthymia.cli.people import endophenotypes_called, genotypes_called
    from euthymia.trial.conduct import run as conduct
    from euthymia.trial.protocol_file import path_of, trial_from
    from euthymia.trial.restriction import from_words

    planned = trial_from(design, people=people, seed=seed, allow=tuple(allow), hypotheses=from_words(hypothesis))
    for name, degree in endophenotypes_called(endophenotype).items():
        planned = planned.with_(cohort=planned.cohort.with_endophenotype(name, 1.0 if degree is None else degree))
    planned = planned.with_(cohort=planned.cohort.with_genotypes(**genotypes_called(genotype)))
    with progress() as tell:
        done = conduct(planned, engine_called(engine), tell)
    found = _endpoints(done)
    if out is not None:
        write_whole(out / DESIGN, path_of(design).read_text(encoding="utf-8"))
        done.save(out)
    rivals = rivals_of(done, engine) if by_hypothesis else []
    if json:
        told = {"header": dict(done.header), "endpoints": [vars(one) for one in found]}
        print(as_json(told | ({"by_hypothesis": rivals} if by_hypothesis else {})))
        return
    print(f"{planned.name}: {planned.cohort.size} people, seed {planned.cohort.seed}, day {planned.span:g}")
    print(table([("arm", "endpoint", "scale", "value", "95 % interval", "people"), *(_row(one) for one in found)]))
    if by_hypothesis:
        print(f"\n{rivals_text(rivals)}\n")
    for line in held_text(done.header):
        print(line)
    for arm, plan in planned.arms.items():
        for rule in plan.allowed:
            print(f"{arm}: the rule {rule} would refuse this and was set aside")
    if done.failures:
        print(f"{len(done.failures)} patients could not be solved; --json lists them")
    if out is not None:
        print(f"ratings: {out}")


def _endpoints(done: Run) -> tuple[Estimate, ...]:
    from euthymia.trial.endpoints import effect, endpoint

    scale = done.trial.scales[0]
    found = [one for kind in ("change", "response", "remission") for one in endpoint(done, kind, scale)]
    control = done.trial.control
    if control is not None:
        for arm in done.arms:
            if arm != control:
                found += [effect(done, arm, control, scale), effect(done, arm, control, scale, standardised=True)]
    return tuple(found)


def _row(one: Estimate) -> tuple[str, ...]:
    arm = one.arm if one.reference is None else f"{one.arm} - {one.reference}"
    return arm, one.endpoint, one.scale, f"{one.value:.2f}", f"{one.low:.2f} to {one.high:.2f}", str(one.n)


def run(
    plan: Path,
    /,
    *,
    patient: str = "typical",
    days: float | None = None,
    knock_out: str = "",
    engine: EngineName = "auto",
    json: bool = False,
    allow: tuple[str, ...] = (),
    condition: tuple[str, ...] = (),
    hypothesis: tuple[str, ...] = (),
) -> None:
    """Give one patient a regimen and print what happens, day by day.

    Parameters
    ----------
    plan
        A YAML file with a regimen, for example {oral: escitalopram, amount: 10 mg, daily: {weeks: 8}}.
    patient
        Who takes it: 'typical', whose every parameter is at its centre.
    days
        How long to look; two weeks beyond the plan, if not given.
    knock_out
        Ports, edges ('bdnf_release -> synapse') or blocks to hold at their healthy value, with commas between them.
    engine
        compiled, reference, or auto for the fastest that works here.
    json
        Print every time point and quantity as JSON.
    allow
        A rule of safety that the regimen may break; once for each rule.
    condition
        A condition of the patient, such as metal-in-head, seizure-disorder or long-qt; once for each.
    hypothesis
        NAME=ALTERNATIVE ('show hypotheses' lists them), or PARAMETER=NUMBER; once for each.
    """
    from euthymia.errors import EuthymiaError, UnknownName
    from euthymia.evidence.yaml_with_lines import read_yaml
    from euthymia.report.typical import typical
    from euthymia.treatments.regimen_file import regimen_from
    from euthymia.trial.restriction import from_words
    from euthymia.trial.world import told as told_of
    from euthymia.trial.world import worlds

    if patient != "typical":
        raise UnknownName("patient", patient, ["typical"])
    if days is not None and not days > 0:
        raise EuthymiaError(f"--days is {days:g}", rule="A patient is watched for more than no time.", fix="--days 56")
    document = read_yaml(plan)
    regimen = regimen_from(document.content, document.place())
    planned = regimen.plan(allow=tuple(allow), conditions=tuple(condition))
    chosen = from_words(hypothesis)
    world = worlds(0, chosen)[0]
    with progress() as tell:
        tell("one patient", 0, 1)
        hours, held = (
            None if days is None else days * 24,
            [name.strip() for name in knock_out.split(",") if name.strip()],
        )
        done = typical(
            planned,
            hours=hours,
            engine=engine_called(engine),
            knock_out=held,
            parameters=_held_in(world, chosen, planned),
        )
    safety = _safety(planned, engine, condition)
    if json:
        columns = {name: done.output(name) for name in done.outputs}
        told = {"patient": patient, "time_h": done.times, "quantities": columns}
        told["held"] = [vars(one) for one in done.model.held]
        told |= told_of([world], chosen)
        print(as_json(told | {"safety": [vars(one) for one in safety], "allowed": planned.allowed}))
        return
    print(_daily(done))
    for line in held_text(told_of([world], chosen)):
        print(line)
    for one in done.model.held:
        print(f"held: {one}")
    for one in safety:
        print(one)


def _held_in(world: World, chosen: Mapping[str, object], plan: Plan) -> dict[str, float]:
    """Parameters of a world that the model of the plan has, and those named by hand whether it has them or not."""
    from euthymia.model.treatment import model_of

    known = model_of(plan).parameters
    return {name: number for name, number in world.parameters.items() if name in known or name in chosen}


def _safety(plan: Plan, engine: EngineName, conditions: tuple[str, ...]) -> tuple[Finding, ...]:
    """Rules the plan touches, with what kinetics add where there are drugs."""
    from euthymia.treatments.safety.look import look
    from euthymia.trial.safety import findings

    modelled = any(not name.startswith(("placebo", "midazolam")) for name in plan.drugs)
    return findings(plan, engine_called(engine), tuple(conditions)) if modelled else look(plan, tuple(conditions))


def sensitivity(
    plan: Path,
    /,
    *,
    output: str = "mood",
    day: float | None = None,
    parameters: str | None = None,
    top: int = 15,
    engine: EngineName = "auto",
    json: bool = False,
) -> None:
    """Rank the numbers that one output of the typical patient hangs on, by elasticity.

    An elasticity of -0.3 says: one per cent more of the parameter, 0.3 per cent less of the output.

    Parameters
    ----------
    plan
        A YAML file with a regimen, for example {oral: escitalopram, amount: 10 mg, daily: {weeks: 8}}.
    output
        A quantity of the model, such as mood or sert_occupancy.
    day
        The day asked about; the last of the plan, if not given.
    parameters
        Names of parameters, with commas between them; all of them, if not given.
    top
        How many to print.
    engine
        compiled, reference, or auto for the fastest that works here.
    json
        Print every parameter as JSON.
    """
    from euthymia.evidence.yaml_with_lines import read_yaml
    from euthymia.report.sensitivity import sensitivity as elasticities
    from euthymia.treatments.regimen_file import regimen_from

    document = read_yaml(plan)
    regimen = regimen_from(document.content, document.place()).plan()
    last = regimen.span / 24 if day is None else day
    names = None if parameters is None else [name.strip() for name in parameters.split(",")]
    with progress() as tell:
        tell("compiling and solving", 0, 1)
        found = elasticities(regimen, [output], names, last * 24, engine_called(engine))
    ranked = found.ranked(output, last)
    if json:
        rows = [{"parameter": name, "elasticity": size, "value": v.number, "unit": v.unit, "grade": v.grade,
                 "confidence": v.confidence} for name, size, v in ranked]  # fmt: skip
        print(as_json({"output": output, "day": last, "parameters": rows}))
        return
    print(f"{output} of the typical patient on day {last:g}: elasticity in each parameter")
    rows = [(name, f"{size:+.3f}", f"{v.number:.4g} {v.unit}", v.mark or "measured") for name, size, v in ranked[:top]]
    print(table([("parameter", "elasticity", "value", "rests on"), *rows]))


def _daily(done: Typical) -> str:
    """A line a week, and one for each of the first days: severity, and what is in plasma."""
    import numpy as np

    from euthymia.model.symptoms.domains import DOMAINS
    from euthymia.trial.scale import scale

    totals = scale("MADRS").total(np.stack([done.output(name) for name in DOMAINS], axis=-1))
    shown = [
        name
        for name in done.outputs
        if name.endswith(("_plasma", "_occupancy", "_inhibition", "_block", "_potentiation"))
    ]
    rows = [("day", "MADRS", *shown)]
    for day in (0, 1, 2, 3, *range(7, int(done.times[-1] / 24) + 1, 7)):
        at = int(np.argmin(np.abs(done.times - day * 24)))
        if abs(done.times[at] - day * 24) < 1e-6:
            rows.append((f"{day}", f"{totals[at]:.1f}", *(f"{done.output(name)[at]:.3g}" for name in shown)))
    return table(rows)
