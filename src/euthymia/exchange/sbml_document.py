"""An SBML file as plain frozen values: what it says, before anything is made of it.

Levels 2 and 3 look alike here: attributes a level leaves out have that level's default. What stands in the way of
simulation is collected in `refused`, so that a refusal names everything. Left out: units, notes, constraints (they
change no value), and packages that change no value (layout, render, groups).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from euthymia.errors import DataError, Place
from euthymia.exchange.mathml_read import Function, Scope, read_lambda, read_math
from euthymia.exchange.unsupported import ALGEBRAIC_RULE, FAST_REACTION, LEVEL_ONE, Unsupported
from euthymia.exchange.xml_safely import local, namespace, read_xml
from euthymia.model.expression import Expression, Name

CORE = "http://www.sbml.org/sbml/level"
#: packages that describe pictures, groups or spreads and change no value over time
HARMLESS = {"layout", "render", "groups", "distrib"}


@dataclass(frozen=True)
class Compartment:
    id: str
    size: float | None
    dimensionless: bool  # no dimensions, so no size
    constant: bool


@dataclass(frozen=True)
class Species:
    """`substance_only`: the name means an amount in formulas, otherwise a concentration."""

    id: str
    compartment: str
    amount: float | None
    concentration: float | None
    substance_only: bool
    boundary: bool
    constant: bool
    conversion: str | None


@dataclass(frozen=True)
class Parameter:
    id: str
    value: float | None
    constant: bool


@dataclass(frozen=True)
class Participant:
    """A species in a reaction; `sign` is -1 for a reactant. `math` is Level 2's stoichiometry by formula."""

    id: str | None
    species: str
    stoichiometry: float | None
    sign: int
    math: Expression | None


@dataclass(frozen=True)
class Reaction:
    id: str
    participants: tuple[Participant, ...]
    rate: Expression | None


@dataclass(frozen=True)
class Trigger:
    """An event as written. Mathematics that is missing is `None`."""

    id: str
    condition: Expression | None
    starts_true: bool
    persistent: bool
    uses_trigger_values: bool
    priority: Expression | None
    delay: Expression | None
    assignments: tuple[tuple[str, Expression | None], ...]


@dataclass(frozen=True)
class Document:
    """One model. Rules are (variable, formula); local parameters stand among `parameters` as reaction.parameter."""

    id: str
    level: int
    version: int
    compartments: tuple[Compartment, ...]
    species: tuple[Species, ...]
    parameters: tuple[Parameter, ...]
    initial: tuple[tuple[str, Expression | None], ...]
    assignments: tuple[tuple[str, Expression | None], ...]
    rates: tuple[tuple[str, Expression | None], ...]
    reactions: tuple[Reaction, ...]
    events: tuple[Trigger, ...]
    conversion: str | None
    refused: tuple[str, ...]


def read_document(path: str | Path) -> Document:
    """Read a file; raises `DataError` for one that is no SBML and `Unsupported` for one of Level 1."""
    root = read_xml(path)
    try:
        return _Reader(root, path).document()
    except DataError as error:
        error.place = error.place or Place(path)
        raise


def named(identifier: str) -> str:
    """The name inside for an identifier of the file: `time` itself is the clock's, so that one moves aside."""
    return "time.of.model" if identifier == "time" else identifier


class _Reader:
    """Reads one file; `scope` gathers functions and what has to be refused."""

    def __init__(self, root: Element, path: str | Path):
        if local(root) != "sbml" or not namespace(root).startswith("http://www.sbml.org/sbml/"):
            raise DataError(
                f"is not an SBML file (its first element is '{local(root)}')",
                rule="An SBML file opens with the element 'sbml' in SBML's own namespace.",
                fix="Export the model as SBML Level 3.",
            )
        self.level, self.version = (int(_number(root, name, 0) or 0) for name in ("level", "version"))
        if self.level == 1:
            raise Unsupported([LEVEL_ONE], path)
        if self.level not in (2, 3):
            raise DataError(
                f"says it is SBML Level {self.level}", rule="SBML has Levels 2 and 3.", fix="Correct 'level'."
            )
        models = [child for child in root if local(child) == "model"]
        self.root = root
        self.core = namespace(root)
        self.scope = Scope(names={"time": Name(named("time"))})
        self.scope.refused += _packages(root, self.core)
        self.model = models[0] if models else Element("model")

    def document(self) -> Document:
        self._read_functions()
        reactions, local_parameters = self._reactions()
        rules = [(local(rule), *self._definition(rule, "variable")) for rule in self._list("Rules", "*Rule")]
        if any(kind == "algebraicRule" for kind, *_ in rules):
            self.scope.refused.append(ALGEBRAIC_RULE)
        return Document(
            id=self.model.get("id") or "model",
            level=self.level,
            version=self.version,
            compartments=tuple(map(self._compartment, self._list("Compartments", "compartment"))),
            species=tuple(map(self._species, self._list("Species", "species"))),
            parameters=(*map(self._parameter, self._list("Parameters", "parameter")), *local_parameters),
            initial=tuple(
                self._definition(one, "symbol") for one in self._list("InitialAssignments", "initialAssignment")
            ),
            assignments=tuple((name, math) for kind, name, math in rules if kind == "assignmentRule"),
            rates=tuple((name, math) for kind, name, math in rules if kind == "rateRule"),
            reactions=reactions,
            events=tuple(map(self._event, self._list("Events", "event"))),
            conversion=_name(self.model, "conversionFactor"),
            refused=tuple(dict.fromkeys(self.scope.refused)),
        )

    # -- finding -------------------------------------------------------------------------------------------

    def _children(self, element: Element, name: str) -> Iterator[Element]:
        """Children of this name in SBML's own namespace; `*Rule` stands for every name that ends so."""
        for child in element:
            own = namespace(child) == self.core
            if own and (local(child) == name or (name[0] == "*" and local(child).endswith(name[1:]))):
                yield child

    def _list(self, plural: str, name: str, element: Element | None = None) -> list[Element]:
        parent = self.model if element is None else element
        return [child for held in self._children(parent, f"listOf{plural}") for child in self._children(held, name)]

    def _math(self, element: Element | None, scope: Scope | None = None) -> Expression | None:
        """The formula of an element, or nothing where there is none."""
        if element is None:
            return None
        for child in element:
            if local(child) == "math":
                return read_math(child, scope or self.scope)
        return None

    def _definition(self, element: Element, attribute: str) -> tuple[str, Expression | None]:
        return _name(element, attribute) or "", self._math(element)

    # -- reading -------------------------------------------------------------------------------------------

    def _read_functions(self) -> None:
        """All function definitions, each after those it calls."""
        written = {
            _required(element, "id"): element for element in self._list("FunctionDefinitions", "functionDefinition")
        }
        under_way: set[str] = set()

        def read(identifier: str) -> None:
            if identifier in self.scope.functions or identifier in under_way:
                return
            under_way.add(identifier)
            element = written[identifier]
            for used in element.iter():
                called = (used.text or "").strip()
                if local(used) == "ci" and called in written:
                    read(called)
            self.scope.functions[identifier] = Function((), None)
            for child in element:
                if local(child) == "math" and len(child):
                    self.scope.functions[identifier] = read_lambda(child, self.scope)

        for identifier in written:
            read(identifier)

    def _compartment(self, element: Element) -> Compartment:
        dimensions = _number(element, "spatialDimensions", 3.0)
        return Compartment(
            _identifier(element), _number(element, "size"), dimensions == 0, _truth(element, "constant", True)
        )

    def _species(self, element: Element) -> Species:
        return Species(
            _identifier(element),
            _name(element, "compartment") or "",
            _number(element, "initialAmount"),
            _number(element, "initialConcentration"),
            _truth(element, "hasOnlySubstanceUnits", False),
            _truth(element, "boundaryCondition", False),
            _truth(element, "constant", False),
            _name(element, "conversionFactor"),
        )

    def _parameter(self, element: Element) -> Parameter:
        return Parameter(_identifier(element), _number(element, "value"), _truth(element, "constant", True))

    def _reactions(self) -> tuple[tuple[Reaction, ...], list[Parameter]]:
        reactions, parameters = [], []
        for element in self._list("Reactions", "reaction"):
            identifier = _identifier(element)
            if _truth(element, "fast", False):
                self.scope.refused.append(FAST_REACTION)
            law = next(self._children(element, "kineticLaw"), None)
            own: dict[str, Expression] = {}
            for plural, name in (("LocalParameters", "localParameter"), ("Parameters", "parameter")):
                for local_one in [] if law is None else self._list(plural, name, law):
                    full = f"{identifier}.{_required(local_one, 'id')}"
                    own[_required(local_one, "id")] = Name(full)
                    parameters.append(Parameter(full, _number(local_one, "value"), True))
            participants = tuple(
                self._participant(one, sign)
                for plural, sign in (("Reactants", -1), ("Products", 1))
                for one in self._list(plural, "speciesReference", element)
            )
            reactions.append(Reaction(identifier, participants, self._math(law, self.scope.within(own))))
        return tuple(reactions), parameters

    def _participant(self, element: Element, sign: int) -> Participant:
        by_formula = self._math(next(self._children(element, "stoichiometryMath"), None))
        default = 1.0 if self.level == 2 else None
        return Participant(
            _name(element, "id"),
            _name(element, "species") or "",
            _number(element, "stoichiometry", default),
            sign,
            by_formula,
        )

    def _event(self, element: Element) -> Trigger:
        trigger, delay, priority = (
            next(self._children(element, name), None) for name in ("trigger", "delay", "priority")
        )
        return Trigger(
            id=_name(element, "id") or "",
            condition=self._math(trigger),
            starts_true=trigger is None or _truth(trigger, "initialValue", True),
            persistent=trigger is None or _truth(trigger, "persistent", True),
            uses_trigger_values=_truth(element, "useValuesFromTriggerTime", True),
            priority=self._math(priority),
            delay=self._math(delay),
            assignments=tuple(
                self._definition(one, "variable") for one in self._list("EventAssignments", "eventAssignment", element)
            ),
        )


def _packages(root: Element, core: str) -> list[str]:
    """Extension packages that may change values, by name."""
    spaces = {key[1:].partition("}")[0] for key in root.attrib if key.endswith("}required")}
    spaces |= {namespace(element) for element in root.iter()}
    found = {_package(space) for space in spaces if space != core and space.startswith(CORE) and "/version" in space}
    return [f"package '{name}'" for name in sorted(found - HARMLESS)]


def _package(space: str) -> str:
    """The short name in a package's namespace: .../level3/version1/comp/version1."""
    parts = space.split("/")
    return parts[-2] if len(parts) > 1 else space


def _name(element: Element, attribute: str) -> str | None:
    value = element.get(attribute)
    return None if value is None else named(value.strip())


def _required(element: Element, attribute: str) -> str:
    value = (element.get(attribute) or "").strip()
    if not value:
        raise DataError(
            f"a {local(element)} has no '{attribute}'",
            rule="Everything that formulas can mention has an identifier.",
            fix=f"Add '{attribute}' to it.",
        )
    return value


def _identifier(element: Element) -> str:
    return named(_required(element, "id"))


def _number(element: Element, attribute: str, default: float | None = None) -> float | None:
    """An attribute as a number; `INF`, `-INF` and `NaN` are numbers in XML."""
    text = element.get(attribute)
    if text is None:
        return default
    try:
        return float(text)
    except ValueError:
        raise DataError(
            f"{local(element)} '{element.get('id') or ''}' has {attribute}='{text}'",
            rule="It has to be a number.",
            fix="Write it with a point and without a unit.",
        ) from None


def _truth(element: Element, attribute: str, default: bool) -> bool:
    text = element.get(attribute)
    return default if text is None else text.strip() in ("true", "1")


def names_of(document: Document) -> Mapping[str, str]:
    """Every identifier a formula may mention, and what it is; raises `DataError` for one that means two things."""
    found: dict[str, str] = {}
    groups = {
        "compartment": [one.id for one in document.compartments],
        "species": [one.id for one in document.species],
        "parameter": [one.id for one in document.parameters],
        "reaction": [one.id for one in document.reactions],
        "species reference": [p.id for reaction in document.reactions for p in reaction.participants if p.id],
    }
    for kind, names in groups.items():
        for name in names:
            if name in found:
                raise DataError(
                    f"'{name}' is the identifier of a {found[name]} and of a {kind}",
                    rule="An identifier means one thing in a model.",
                    fix="Rename one of them.",
                )
            found[name] = kind
    return found
