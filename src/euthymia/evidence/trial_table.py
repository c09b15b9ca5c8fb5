"""Tables of published trials: a list in one file, or a folder with one trial a file.

The assumption that matters: one bad trial never loses the others, so what is wrong with a trial is handed
back beside the good ones. Only a file that cannot be read at all raises. The form is told in
`docs/trial-table.md`. Left out: simulating or scoring them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from euthymia.errors import DataError, Place
from euthymia.evidence.checked import checked
from euthymia.evidence.published_trial import PublishedTrial
from euthymia.evidence.yaml_with_lines import Document, read_yaml

FORM = "A table of trials is a YAML list; each trial begins with '- id:' and holds 'arms:'."


@dataclass(frozen=True)
class TrialTable:
    """The trials that could be read, in file order, and one `DataError` for each that could not."""

    trials: tuple[PublishedTrial, ...]
    problems: tuple[DataError, ...] = ()

    def __iter__(self) -> Iterator[PublishedTrial]:
        return iter(self.trials)

    def __len__(self) -> int:
        return len(self.trials)


def read_trials(path: str | Path) -> TrialTable:
    """The table in a file or a folder of files; raises `DataError` when there is nothing a table could be."""
    path = Path(path)
    trials: list[PublishedTrial] = []
    problems: list[DataError] = []
    if path.is_dir():
        files = sorted(path.glob("*.yaml"))
        if not files:
            raise DataError("there is no trial in this folder", place=Place(path), fix="Add a file '<id>.yaml'.")
    else:
        files = [path]
    for file in files:
        try:
            document = read_yaml(file)
            steps = _where_trials_stand(document)
        except DataError as fault:
            if not path.is_dir():
                raise
            problems.append(fault)
            continue
        for step in steps:
            try:
                trials.append(_trial(document, step, {trial.id for trial in trials}))
            except DataError as fault:
                problems.append(fault)
    return TrialTable(tuple(trials), tuple(problems))


def _where_trials_stand(document: Document) -> list[tuple[int, ...]]:
    """The path of each trial: the whole document when it is one trial, else each item of its list."""
    content = document.content
    if isinstance(content, dict) and ("arms" in content or "id" in content):
        return [()]
    if isinstance(content, list) and content:
        return [(index,) for index in range(len(content))]
    said = "empty" if not content else "a mapping" if isinstance(content, dict) else "one word or number"
    raise DataError(
        f"this is not a list of trials but {said}",
        place=document.place(),
        rule=FORM,
        fix="See docs/trial-table.md for the smallest table that works.",
    )


def _trial(document: Document, step: tuple[int, ...], known: set[str]) -> PublishedTrial:
    given = document.at(*step)
    if not isinstance(given, dict):
        raise DataError(
            f"a trial is a mapping, not '{given}'",
            place=document.place(*step),
            rule=FORM,
            fix="Indent its keys under one '-'.",
        )
    name = f"trial '{given['id']}'" if given.get("id") else f"trial number {step[0] + 1 if step else 1}"
    try:
        trial = checked(PublishedTrial, document, *step, content=given | {"place": document.place(*step)})
    except DataError as fault:
        raise DataError(
            f"{name}: {fault.problem}",
            place=fault.place,
            rule=fault.rule,
            fix=fault.fix or "Mend this trial; the others were read.",
        ) from fault
    if not (trial.outcomes or trial.rates or trial.contrasts or trial.relapse):
        raise DataError(
            f"{name} reports nothing: no outcomes, no rates, no contrasts",
            place=document.place(*step),
            rule="A trial says what was seen at one visit at least.",
            fix="Add under an arm 'outcomes:' with time_d, kind and mean, or 'contrasts:' with a difference.",
        )
    if trial.id in known:
        raise DataError(
            f"{name} stands in the table twice",
            place=document.place(*step, "id"),
            rule="An id names one trial; the first was kept.",
            fix="Give this one an id of its own, or remove it.",
        )
    return trial
