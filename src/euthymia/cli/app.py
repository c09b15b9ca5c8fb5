"""The verbs and how they end: what is printed, and with which exit code.

A mistake of the user is told in plain text and ends with the code of its kind; anything else is a bug and says so.
The assumption that matters: nobody wants a stack trace unless they ask for it with `--debug`. Left out: colours in
errors, so that they can be pasted anywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cyclopts import App, Parameter

from euthymia.cli.calibrating import calibrate
from euthymia.cli.crowds import simulate
from euthymia.cli.evidence.verbs import evidence
from euthymia.cli.exchanging import exchange
from euthymia.cli.looking import check, cite, show, why
from euthymia.cli.pharmacology import scores
from euthymia.cli.stimulating import stimulate
from euthymia.cli.trials import demo, run, sensitivity, trial
from euthymia.errors import EuthymiaError

FOUND_PROBLEMS, BUG, PIPE_CLOSED, INTERRUPTED = 1, 70, 141, 130

EXIT_CODES = """\
Exit codes:
  0  done
  1  'check' found problems
  2  a command, option or amount that cannot be used
  3  a file or a unit that cannot be read, or a model not supported
  4  a name nobody knows
  5  a regimen that cannot be given
  6  equations that do not fit together
  7  a trial that cannot be run
  8  a place where a run cannot be kept or gone on with
  70 a bug
  130 stopped with Ctrl-C

Any verb: --debug shows the stack trace of an error.
Research model; not medical advice."""
ENDING = "Exit codes: see 'euthymia --help'. Research model; not medical advice."

#: in the order of a first visit
VERBS = (
    demo, trial, run, simulate, sensitivity, scores, stimulate, evidence, show, why, cite, check, calibrate, exchange
)  # fmt: skip


def build() -> App:
    """The command-line application."""
    app = App(
        name="euthymia",
        help="An executable, living review of antidepressant strategies: from published numbers to virtual trials.",
        help_epilogue=EXIT_CODES,
        help_format="plaintext",
        version=_version,
        default_parameter=Parameter(negative=()),
        suppress_keyboard_interrupt=False,
        error_formatter=lambda error: f"{error}\n  Run 'euthymia --help' to see what there is.",
        result_action="return_value",
    )
    for order, verb in enumerate(VERBS):
        if isinstance(verb, App):  # a verb with words of its own says the rest itself
            verb.sort_key = order
            app.command(verb)
        else:
            app.command(verb, sort_key=order, help_epilogue=ENDING)
    return app


def _version() -> str:
    from importlib.metadata import version

    return version("euthymia")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one verb and leave the process with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    sys.exit(ended([word for word in given if word != "--debug"], debug))


def ended(arguments: Sequence[str], debug: bool = False) -> int:
    """Run one verb; the exit code it ends with."""
    try:
        return int(build()(arguments) or 0)
    except EuthymiaError as error:
        if debug:
            raise
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        if debug:
            raise
        print("stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as 'head', has had enough
        sys.stderr.close()
        return PIPE_CLOSED
    except Exception as error:
        if debug:
            raise
        told = " ".join(f"{type(error).__name__}: {error}".split())
        print(f"this is a bug, not a mistake of yours ({told}); run again with --debug and report it", file=sys.stderr)
        return BUG
