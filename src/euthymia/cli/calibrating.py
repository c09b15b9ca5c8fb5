"""The verb that calibrates: one command, one seed, and a folder to go on from when it was stopped."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from euthymia.cli.engines import EngineName, engine_called
from euthymia.cli.telling import progress


def calibrate(
    *,
    trials: Path | None = None,
    people: int | None = None,
    members: int | None = None,
    rounds: int | None = None,
    seed: int = 7,
    markers: Annotated[bool, Parameter(negative="--no-markers")] = True,
    keep: Path | None = None,
    out: Path | None = None,
    engine: EngineName = "auto",
) -> None:
    """Calibrate the free parameters against published trials and markers, with an ensemble of what they leave open.

    Parameters
    ----------
    trials
        A YAML file or folder of published trials (its form: docs/trial-table.md); our calibration trials, if not given.
    people
        Virtual people for each trial.
    members
        Parameter sets in the ensemble.
    rounds
        Steps of the search for the most probable parameters, at most.
    seed
        Where the random numbers start.
    markers
        Whether biological markers and preclinical observations count too.
    keep
        Folder for what is finished along the way; a calibration that was stopped goes on from there.
    out
        Folder for the result; the one that ships (model/parameters/fit), if not given.
    engine
        compiled, reference, or auto for the fastest that works here.
    """
    from datetime import date

    from euthymia.model.parameter_table import FIT
    from euthymia.trial.calibration.ensemble import MEMBERS
    from euthymia.trial.calibration.problem import PEOPLE, problem
    from euthymia.trial.calibration.run import ROUNDS
    from euthymia.trial.calibration.run import calibrate as run
    from euthymia.trial.calibration.told import told
    from euthymia.trial.calibration.written import write_fit

    solver = engine_called(engine)
    given = None
    if trials is not None:
        from euthymia.evidence.trial_table import read_trials

        table = read_trials(trials)
        for wrong in table.problems:
            print(wrong, file=sys.stderr)
        given = table.trials
    with progress() as tell:
        posed = problem(people or PEOPLE, trials=given, markers=markers, engine=solver)
        done = run(
            posed, solver, rounds=rounds or ROUNDS, members=members or MEMBERS, seed=seed, keep=keep, progress=tell
        )
    print(told(done))
    print(write_fit(done, f"fit-{date.today().isoformat()}", out or FIT))
