"""Verbs that read and write other formats."""

from __future__ import annotations

import sys
from pathlib import Path

from cyclopts import App

from euthymia.cli.engines import EngineName, engine_called

exchange = App(name="exchange", help="Read and write models in other formats (SBML).", help_epilogue="")


@exchange.command(name="simulate-sbml")
def simulate_sbml(model: Path, /, *, settings: Path, output: Path, engine: EngineName = "auto") -> None:
    """Simulate an SBML model and write a CSV table, in the conventions of the SBML Test Suite.

    A model that needs what is not supported ends with exit code 3 and the name of every such feature.

    Parameters
    ----------
    model
        An SBML file, Level 2 or 3.
    settings
        What to tabulate: start, duration, steps, variables, amount, concentration, one 'key: value' a line.
    output
        The CSV file to write: time, then the variables in the order of the settings.
    engine
        compiled, reference, or auto for the fastest that works here.
    """
    from euthymia.exchange.sbml_simulate import simulate_file
    from euthymia.files import write_whole

    write_whole(output, simulate_file(model, settings, engine_called(engine)))


@exchange.command(name="write-sbml")
def write_sbml(plan: Path, /, *, output: Path, engine: EngineName = "auto") -> None:
    """Write the model of a plan as SBML, with a typical patient's doses as timed events.

    Parameters
    ----------
    plan
        A YAML file with a regimen, for example {oral: escitalopram, amount: 10 mg, daily: {weeks: 8}}.
    output
        The SBML file to write, Level 3 Version 2.
    engine
        What solves the run-in before the first dose: compiled, reference or auto.
    """
    from euthymia.evidence.yaml_with_lines import read_yaml
    from euthymia.exchange.sbml_write import write_sbml as write
    from euthymia.treatments.regimen_file import regimen_from

    document = read_yaml(plan)
    regimen = regimen_from(document.content, document.place())
    left_out = write(regimen.plan(), output, engine=engine_called(engine))
    print(f"model: {output}")
    for sentence in left_out:
        print(f"not carried: {sentence}", file=sys.stderr)
