"""An SBML document as a program of the engine.

Every species is held as an amount, called `S.amount` where formulas mean its concentration by `S`. So an event that
changes a size leaves amounts as they are, and one that also sets a concentration there sets it in the size before.
What never changes by itself is a parameter of the program, so it can be varied without compiling again. Quantities
that nothing but events change are parameters too: an event moves a patient's own row.
The assumption that matters: one unit of the model's own time is one unit of the engine's. A size that is nowhere given
counts as 1 in concentrations, as it does without dimensions. Left out: units.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from euthymia.engine.arithmetic import in_order
from euthymia.engine.events import Event
from euthymia.engine.program import Program
from euthymia.errors import DataError, ModelError, Place, UnknownName
from euthymia.exchange.mathml_functions import ONE, ZERO, balanced, call
from euthymia.exchange.mathml_read import RATE_OF
from euthymia.exchange.sbml_document import (
    Compartment,
    Document,
    Participant,
    Species,
    Trigger,
    names_of,
    read_document,
)
from euthymia.exchange.sbml_model import SbmlModel, started
from euthymia.exchange.slope import slope
from euthymia.exchange.unsupported import Unsupported
from euthymia.model.expression import Call, Expression, Name, Number, names_in


def read_sbml(path: str | Path) -> SbmlModel:
    """The model of an SBML file of Level 2 or 3.

    Raises `DataError` for a file that is no SBML, `Unsupported` naming every feature that stands in the way, and
    `ModelError` for formulas that cannot be computed.
    """
    document = read_document(path)
    try:
        return _Lowering(document).model()
    except Unsupported as refused:
        raise Unsupported(refused.features, path) from None
    except (DataError, ModelError) as error:
        error.place = error.place or Place(path)
        raise
    except RecursionError:
        raise too_deep(path) from None


def too_deep(path: str | Path | None = None) -> ModelError:
    """What is said of formulas that nest further than Python's own stack goes."""
    return ModelError(
        "formulas stand within formulas too deeply",
        place=None if path is None else Place(path),
        rule="About two hundred levels can be read, function definitions written out.",
        fix="Give a part of the longest formula a name, with an assignment rule of its own.",
    )


def _amount(species: Species) -> str:
    return species.id if species.substance_only else f"{species.id}.amount"


def _concentration(species: Species) -> str:
    return f"{species.id}.concentration" if species.substance_only else species.id


class _Lowering:
    """Sorts a document's quantities into constants, states and values, with an equation at the start for each."""

    def __init__(self, document: Document):
        self.document = document
        self.refused = list(document.refused)
        self.compartments = {one.id: one for one in document.compartments}
        self.species = {one.id: one for one in document.species}
        self.participants = {p.id: p for r in document.reactions for p in r.participants if p.id}
        self.assigned = {name: formula for name, formula in document.assignments if formula is not None}
        self.rates = {name: formula for name, formula in document.rates if formula is not None}
        self.initially = {name: formula for name, formula in document.initial if formula is not None}
        self.touched = {name for e in document.events for name, formula in e.assignments if formula is not None}
        self.start: dict[str, Expression] = {}
        self.constants: dict[str, None] = {}
        self.states: dict[str, Expression] = {}
        self.values: dict[str, Expression] = {}

    def model(self) -> SbmlModel:
        self._check_names()
        for compartment in self.document.compartments:
            self._quantity(compartment.id, compartment.size)
        for parameter in self.document.parameters:
            self._quantity(parameter.id, parameter.value)
        for participant in self.participants.values():
            self._participant(participant)
        for reaction in self.document.reactions:
            self.values[reaction.id] = reaction.rate or ZERO
        changes = self._changes()
        for species in self.document.species:
            self._species(species, changes.get(species.id))
        events = tuple(self._event(one) for one in self.document.events if one.condition is not None)
        events = self._rate_of_events(events)
        self._rates_as_values()
        if self.refused:
            raise Unsupported(self.refused)
        values = in_order(self.values)
        program = Program(
            parameters=tuple(self.constants),
            inputs=(),
            input_initial=(),
            states=tuple(self.states),
            initial=tuple(ZERO for _ in self.states),
            algebraic=values,
            derivatives=tuple(self.states.values()),
        )
        starting = in_order({**self.values, **self.start})
        species_names = {one.id: (_amount(one), _concentration(one)) for one in self.document.species}
        return started(SbmlModel(self.document.id, program, events, {}, starting, MappingProxyType(species_names)))

    def _check_names(self) -> None:
        """Every name a formula or a reference uses must be there."""
        known = names_of(self.document)
        for species in self.document.species:
            self._known("compartment", species.compartment, self.compartments, f"species '{species.id}'")
        for reaction in self.document.reactions:
            for participant in reaction.participants:
                self._known("species", participant.species, self.species, f"reaction '{reaction.id}'")
        for kind, names in (
            ("rule", [*self.assigned, *self.rates]),
            ("initial assignment", self.initially),
            ("event", self.touched),
        ):
            for name in names:
                self._known("quantity", name, known, f"a {kind}")
        for formula in self._formulas():
            for name in names_in(formula):
                if name != "time":
                    self._known("quantity", name, known, "a formula")

    def _formulas(self) -> Iterable[Expression]:
        yield from self.assigned.values()
        yield from self.rates.values()
        yield from self.initially.values()
        for reaction in self.document.reactions:
            yield from (p.math for p in reaction.participants if p.math is not None)
            if reaction.rate is not None:
                yield reaction.rate
        for one in self.document.events:
            parts = (one.condition, one.priority, one.delay, *(formula for _, formula in one.assignments))
            yield from (part for part in parts if part is not None)

    @staticmethod
    def _known(kind: str, name: str, known: Iterable[str], where: str) -> None:
        if name not in known:
            error = UnknownName(kind, name, known)
            raise DataError(f"{where} mentions '{name}', but {error.problem}", rule=error.rule, fix=error.fix)

    # -- quantities ----------------------------------------------------------------------------------------

    def _quantity(self, name: str, given: float | None) -> None:
        """A parameter, compartment or stoichiometry: constant, following a rate, or following a formula."""
        if name in self.assigned:
            self.values[name] = self.assigned[name]
            return
        self.start[name] = self.initially.get(name, Number(math.nan if given is None else given))
        if name in self.rates:
            self.states[name] = self.rates[name]
        else:
            self.constants[name] = None

    def _participant(self, participant: Participant) -> None:
        assert participant.id is not None
        if participant.math is not None:
            self.values[participant.id] = participant.math
        else:
            self._quantity(participant.id, participant.stoichiometry)

    def _stoichiometry(self, participant: Participant) -> Expression:
        if participant.id:
            return Name(participant.id)
        if participant.math is not None:
            return participant.math
        return Number(1.0 if participant.stoichiometry is None else participant.stoichiometry)

    def _changes(self) -> dict[str, Expression]:
        """What reactions do to the amount of each species."""
        terms: dict[str, list[Expression]] = {}
        for reaction in self.document.reactions:
            for participant in reaction.participants:
                species = self.species[participant.species]
                if species.boundary or species.constant or reaction.rate is None:
                    continue
                factor = self._stoichiometry(participant)
                term: Expression = Name(reaction.id) if factor == ONE else call("*", factor, Name(reaction.id))
                terms.setdefault(species.id, []).append(call("neg", term) if participant.sign < 0 else term)
        changes = {}
        for name, parts in terms.items():
            total = balanced("+", parts, ZERO)
            conversion = self.species[name].conversion or self.document.conversion
            changes[name] = total if conversion is None else call("*", Name(conversion), total)
        return changes

    def _size(self, compartment: str) -> Expression:
        """What turns a concentration into an amount."""
        found: Compartment = self.compartments[compartment]
        named_somewhere = {*self.assigned, *self.rates, *self.initially, *self.touched}
        unknown = found.size is None and found.id not in named_somewhere
        return ONE if found.dimensionless or unknown else Name(found.id)

    def _species(self, species: Species, change: Expression | None) -> None:
        size, name = self._size(species.compartment), species.id
        amount, concentration = _amount(species), _concentration(species)
        scaled = {amount: call("*", Name(concentration), size), concentration: call("/", Name(amount), size)}
        if name in self.assigned:
            other = amount if name == concentration else concentration
            self.values |= {name: self.assigned[name], other: scaled[other]}
            return
        if name in self.rates:
            change = self.rates[name]
            if not species.substance_only and size != ONE:
                change = call("*", change, size)
                if isinstance(size, Name) and size.id in (*self.rates, *self.assigned):
                    change = call("+", change, call("*", Name(name), call(RATE_OF, size)))
        if change is None:
            self.constants[amount] = None
        else:
            self.states[amount] = change
        self.values[concentration] = scaled[concentration]
        self.start[amount] = self._start_of(species, size)

    def _start_of(self, species: Species, size: Expression) -> Expression:
        """The amount of a species at the start."""
        given: Expression
        if species.id in self.initially:
            given, is_amount = self.initially[species.id], species.substance_only
        elif species.amount is not None:
            given, is_amount = Number(species.amount), True
        else:
            given = Number(math.nan if species.concentration is None else species.concentration)
            is_amount = False
        return given if is_amount or size == ONE else call("*", given, size)

    # -- rateOf --------------------------------------------------------------------------------------------

    def _rates_as_values(self) -> None:
        """`rateOf` in every formula, replaced by a value that stands for the rate."""
        for group in (self.values, self.states, self.start):
            for name, formula in list(group.items()):
                group[name] = self._without_rate_of(formula)

    def _rate_of_events(self, events: Sequence[Event]) -> tuple[Event, ...]:
        return tuple(
            replace(
                event,
                trigger=self._without_rate_of(event.trigger),
                priority=None if event.priority is None else self._without_rate_of(event.priority),
                delay=None if event.delay is None else self._without_rate_of(event.delay),
                assignments=tuple((name, self._without_rate_of(formula)) for name, formula in event.assignments),
            )
            for event in events
        )

    def _without_rate_of(self, expression: Expression) -> Expression:
        match expression:
            case Call(operator=operator, arguments=(Name(id=name),)) if operator == RATE_OF:
                return self._rate_of(name)
            case Call(operator=operator) if operator == RATE_OF:
                self.refused.append("rateOf of a formula (CSymbolRateOf)")
                return ZERO
            case Call(operator=operator, arguments=arguments):
                return Call(operator, tuple(self._without_rate_of(argument) for argument in arguments))
        return expression

    def _rate_of(self, name: str) -> Expression:
        value = f"{name}.rate"
        if value in self.values:
            return Name(value)
        own = self.rates.get(name) or self.states.get(name)
        if own is not None:
            self.values[value] = ZERO  # holds the place, so that a ring is seen as one
            self.values[value] = self._without_rate_of(own)
            return Name(value)
        species = self.species.get(name)
        formula = self.assigned.get(name) or (self.values.get(name) if species is None else None)
        if formula is not None:
            self.values[value] = ZERO  # holds the place, so that a ring is seen as one
            self.values[value] = self._without_rate_of(slope(formula, self._rate_of))
            return Name(value)
        if species is None or species.substance_only or name in self.constants:
            return ZERO
        size = self._size(species.compartment)
        grows = self._rate_of(size.id) if isinstance(size, Name) else ZERO
        changes = self._rate_of(_amount(species)) if _amount(species) in self.states else ZERO
        if grows == ZERO:
            return ZERO if changes == ZERO else call("/", changes, size)
        diluted = call("-", changes, call("*", Name(name), grows))
        self.values[value] = call("/", diluted, size)
        return Name(value)

    # -- events --------------------------------------------------------------------------------------------

    def _event(self, written: Trigger) -> Event:
        assert written.condition is not None
        given = {name: formula for name, formula in written.assignments if formula is not None}
        sizes = {
            self._held(name): self._size(self.species[name].compartment)
            for name in given
            if name in self.species and not self.species[name].substance_only
        }
        return Event(
            trigger=written.condition,
            assignments=tuple((self._held(name), formula) for name, formula in given.items()),
            priority=written.priority,
            persistent=written.persistent,
            fires_at_start=not written.starts_true,
            use_trigger_values=written.uses_trigger_values,
            delay=written.delay,
            scales=tuple((name, size) for name, size in sizes.items() if size != ONE),
            name=written.id,
        )

    def _held(self, name: str) -> str:
        """What holds a quantity that an event assigns: of a species, its amount."""
        return _amount(self.species[name]) if name in self.species else name
