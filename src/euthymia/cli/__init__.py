"""The command line: twelve verbs, each calling one public function.

Results go to stdout, progress and errors to stderr. The assumption that matters: help must be quick, so a verb
imports the rooms it needs when it runs. Left out: anything a script cannot do as well.
"""

from euthymia.cli.app import main

__all__ = ["main"]
