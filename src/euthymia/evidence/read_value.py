"""From a mapping in a YAML file to a `Value`, or an error that says which line to mend.

The assumption that matters: the keys are closed, so a misspelt `confidnce` is refused instead of ignored.
Left out: whether the source exists in the bibliography, which the library checks as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from euthymia.errors import DataError, Place
from euthymia.evidence.value import Confidence, Grade, Spread, SpreadKind, Value

TEXTS = ("source", "where", "because", "formula", "fit", "meaning")
#: who and what a number was measured in; kept in `Value.setting`
SETTINGS = (
    "population", "n", "species", "tissue", "assay", "compound", "statistic", "dose", "route", "schedule",
    "time", "sampling", "qualifier", "sure", "p_correct", "note",
)  # fmt: skip
KEYS = ("value", "unit", "spread", "grade", "confidence", "inputs", *TEXTS, *SETTINGS)
EXAMPLE = "For example {value: 31, unit: L/h, where: abstract, grade: measured, confidence: verified}."

Word = TypeVar("Word", bound=StrEnum)


def value_from(mapping: Any, place: Place | None = None, *, source: str | None = None) -> Value:
    """The `Value` a mapping describes; `source` is the key its file is about; raises `DataError`."""
    place = place or Place()
    if not isinstance(mapping, Mapping):
        raise DataError(f"a value is a mapping, not '{mapping}'", place=place, fix=EXAMPLE)
    _refuse_unknown(mapping, KEYS, place)
    texts = {key: _text(mapping, key, place) for key in TEXTS}
    if "unit" not in mapping or not isinstance(mapping["unit"], str):
        raise DataError(
            "the unit is missing",
            place=place,
            rule="A number never travels without its unit.",
            fix="Write unit: L/h, or unit: '' for a number that has none.",
        )
    value = Value(
        number=_number(mapping, "value", place),
        unit=mapping["unit"],
        spread=_spread(mapping.get("spread"), place),
        grade=_word(Grade, mapping, "grade", Grade.measured, place),
        confidence=_word(Confidence, mapping, "confidence", None, place),
        inputs=tuple(str(item) for item in mapping.get("inputs") or ()),
        setting=tuple((key, mapping[key]) for key in SETTINGS if mapping.get(key) is not None),
        place=place,
        **(texts | {"source": texts["source"] or source}),
    )
    if problems := value.problems():
        raise DataError(
            f"the value is graded '{value.grade}' without what that grade asks for",
            place=place,
            rule=" ".join(problems),
            fix="Add it, or choose the grade that fits: measured, derived, fitted or assumed.",
        )
    return value


def _refuse_unknown(mapping: Mapping[str, Any], known: tuple[str, ...], place: Place) -> None:
    for key in mapping:
        if key not in known:
            near = get_close_matches(str(key), known, n=1)
            raise DataError(
                f"there is no key '{key}' in a value",
                place=place,
                rule=f"Known: {', '.join(known)}.",
                fix=f"Did you mean '{near[0]}'?" if near else "Put bare facts into 'note'.",
            )


def _text(mapping: Mapping[str, Any], key: str, place: Place) -> str | None:
    given = mapping.get(key)
    if given is None or isinstance(given, str):
        return given or None
    raise DataError(f"'{key}' is not text but '{given}'", place=place, fix="Put it between quotes.")


def _number(mapping: Mapping[str, Any], key: str, place: Place) -> float:
    given = mapping.get(key)
    if isinstance(given, (int, float)) and not isinstance(given, bool) and abs(given) < float("inf"):
        return float(given)
    said = "is missing" if given is None else f"is not a finite number but '{given}'"
    raise DataError(
        f"'{key}' {said}",
        place=place,
        rule="A value is one number; what is not known is left out of the file.",
        fix=EXAMPLE,
    )


def _word(kind: type[Word], mapping: Mapping[str, Any], key: str, default: Word | None, place: Place) -> Word:
    given = mapping.get(key, default)
    known = [word.value for word in kind]
    if given in known:
        return kind(given)
    near = get_close_matches(str(given), known, n=1)
    raise DataError(
        f"'{key}' is missing" if given is None else f"'{key}' is '{given}'",
        place=place,
        rule=f"It is one of: {', '.join(known)}.",
        fix=f"Did you mean '{near[0]}'?"
        if near
        else "Write 'verified' only if somebody read it in the source."
        if kind is Confidence
        else None,
    )


def _spread(given: Any, place: Place) -> Spread | None:
    if given is None:
        return None
    form = "Write {kind: sd, value: 3} or {kind: ci95, low: 25, high: 37}; a cv is a fraction, 0.35 for 35 %."
    if not isinstance(given, Mapping) or not set(given) <= {"kind", "value", "low", "high"}:
        raise DataError(f"the spread cannot be read: '{given}'", place=place, fix=form)
    kind = _word(SpreadKind, given, "kind", None, place)
    if kind.is_interval:
        low, high = _number(given, "low", place), _number(given, "high", place)
        if low > high:
            raise DataError(f"the spread runs backwards, from {low:g} to {high:g}", place=place, fix=form)
        return Spread(kind, low=low, high=high)
    size = _number(given, "value", place)
    if size < 0 or (kind is SpreadKind.cv and size > 5):
        raise DataError(f"a {kind} of {size:g} cannot be right", place=place, fix=form)
    return Spread(kind, value=size)
