"""Reading SBML: what formulas, rules, sizes and events mean, held against libRoadRunner or against plain sums."""

from __future__ import annotations

import math

import numpy as np
import pytest

from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.reference import ReferenceEngine
from euthymia.errors import DataError, ModelError, UnknownName
from euthymia.exchange.sbml_read import read_sbml
from euthymia.exchange.sbml_simulate import simulate
from euthymia.exchange.unsupported import Unsupported

from .conftest import MODELS, event, maths, ours, parameter, rule, theirs, time

TIMES = np.linspace(0, 5, 26)


def test_an_enzyme_in_a_growing_cell_agrees_with_another_simulator():
    outputs = ["E", "S", "ES", "P", "cell", "total", "kcat"]
    path = MODELS / "enzyme.xml"
    shown = [f"[{name}]" if name in ("E", "S", "ES") else name for name in outputs]
    np.testing.assert_allclose(ours(path, TIMES, outputs), theirs(path, TIMES, shown), rtol=1e-7, atol=1e-10)


def test_a_ball_bounces_when_it_should():
    """Heights between bounces from the equations of free fall."""
    found = ours(MODELS / "ball.xml", TIMES[:6], ["height", "speed", "bounces"])
    first = math.sqrt(2 / 9.81)
    speed = 9.81 * first
    for time_, (height, _, bounces) in zip(TIMES[:6], found, strict=True):
        if time_ < first:
            assert bounces == 0
            assert height == pytest.approx(1 - 9.81 * time_**2 / 2, abs=1e-9)
        else:
            since = time_ - first
            assert bounces == 1
            assert height == pytest.approx(0.8 * speed * since - 9.81 * since**2 / 2, abs=1e-9)


def test_every_feature_in_the_way_is_named():
    with pytest.raises(Unsupported) as refused:
        read_sbml(MODELS / "refused.xml")
    text = str(refused.value)
    for word in ("AlgebraicRule", "CSymbolDelay", "FastReaction", "package 'comp'"):
        assert word in text
    assert refused.value.exit_code == 3


X = "<ci>x</ci>"


def applied(name: str, *arguments: str) -> str:
    return f"<apply><{name}/>{''.join(arguments)}</apply>"


ONE_ARGUMENT = {
    "abs": abs, "exp": math.exp, "floor": math.floor, "ceiling": math.ceil, "sin": math.sin, "cos": math.cos,
    "tan": math.tan, "sec": lambda x: 1 / math.cos(x), "csc": lambda x: 1 / math.sin(x),
    "cot": lambda x: 1 / math.tan(x), "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh,
    "sech": lambda x: 1 / math.cosh(x),
    "csch": lambda x: 1 / math.sinh(x), "coth": lambda x: 1 / math.tanh(x), "arctan": math.atan,
    "arccot": lambda x: math.atan(1 / x), "arcsinh": math.asinh, "arccsch": lambda x: math.asinh(1 / x),
}  # fmt: skip
WITHIN_ONE = {
    "arcsin": math.asin, "arccos": math.acos, "arctanh": math.atanh, "arcsech": lambda x: math.acosh(1 / x),
    "ln": math.log, "arcsech ": lambda x: math.acosh(1 / x),
}  # fmt: skip
ABOVE_ONE = {
    "arccosh": math.acosh, "arcsec": lambda x: math.acos(1 / x), "arccsc": lambda x: math.asin(1 / x),
    "arccoth": lambda x: math.atanh(1 / x), "root": math.sqrt, "log": math.log10,
}  # fmt: skip


@pytest.mark.parametrize(
    "functions, points",
    [(ONE_ARGUMENT, [-2.3, -0.4, 0.7, 3.2]), (WITHIN_ONE, [0.05, 0.3, 0.9]), (ABOVE_ONE, [1.2, 5.5, 40.0])],
    ids=["one argument", "within one", "above one"],
)
def test_functions_of_one_argument(sbml, functions, points):
    """Each as a value and as the rate of a state, so that both the table and the machine code are asked."""
    parameters, rules = [], []
    for i, name in enumerate(functions):
        for j in range(len(points)):
            content = applied(name.strip(), f"<ci>x{j}</ci>")
            parameters += [parameter(f"a{i}_{j}"), parameter(f"r{i}_{j}", 0)]
            rules += [rule("assignment", f"a{i}_{j}", content), rule("rate", f"r{i}_{j}", content)]
    parameters += [parameter(f"x{j}", point, True) for j, point in enumerate(points)]
    path = sbml(
        f"<listOfParameters>{''.join(parameters)}</listOfParameters><listOfRules>{''.join(rules)}</listOfRules>"
    )
    for i, function in enumerate(functions.values()):
        for j, point in enumerate(points):
            value, risen = ours_cached(path)[f"a{i}_{j}"], ours_cached(path)[f"r{i}_{j}"]
            assert value == pytest.approx(function(point), rel=1e-12), (list(functions)[i], point)
            assert risen == pytest.approx(function(point), rel=1e-9, abs=1e-12), (list(functions)[i], point)


_SOLVED: dict = {}


def ours_cached(path):
    """All that a model gives at time 1, solved once."""
    if path not in _SOLVED:
        model = read_sbml(path)
        names = [name for name in model.observable if name[0] in "ar"]
        _SOLVED[path] = dict(
            zip(names, simulate(model, [0.0, 1.0], names, engine=CompiledEngine(threads=1))[1], strict=True)
        )
    return _SOLVED[path]


def number(value: object) -> str:
    words = {"true": "<true/>", "false": "<false/>", "inf": "<infinity/>", "nan": "<notanumber/>"}
    return words.get(str(value), f"<cn>{value}</cn>")


@pytest.mark.parametrize(
    "name, arguments, expected",
    [
        ("power", (-2, 3), -8), ("power", (-2, 0.5), math.nan), ("power", (0, 0), 1), ("power", (0, -1), math.inf),
        ("power", (-2, 20), 2**20), ("power", (-2, 21), -(2**21)), ("divide", (1, 0), math.inf),
        ("divide", (0, 0), math.nan), ("quotient", (7, 2), 3), ("quotient", (-7, 2), -3), ("rem", (7, 2), 1),
        ("rem", (-7, 2), -1), ("rem", (5.5, 2), 1.5),
        ("max", (1, 5, 3), 5), ("min", (4, 2, 3), 2), ("plus", (), 0), ("times", (), 1), ("minus", (3,), -3),
        ("and", ("true", 2), 1), ("and", ("true", 0), 0), ("and", (), 1), ("or", (), 0), ("or", (0, 3), 1),
        ("xor", ("true", "true", "true"), 1), ("xor", ("true", 5), 0), ("not", (0.5,), 0),
        ("implies", ("true", "false"), 0),
        ("implies", ("false", "false"), 1), ("eq", (2, 2, 2), 1), ("eq", (2, 2, 3), 0), ("neq", (2, 3), 1),
        ("lt", (1, 2, 3), 1), ("lt", (1, 3, 2), 0), ("geq", (3, 3, 1), 1), ("plus", ("true", "true"), 2),
        ("factorial", (5,), 120), ("factorial", (0,), 1), ("factorial", (2.5,), math.nan),
        ("factorial", (171,), math.inf),
        ("arcsin", (1.5,), math.nan), ("root", (-1,), math.nan), ("ln", (0,), -math.inf), ("exp", (1000,), math.inf),
        ("eq", ("nan", "nan"), 0), ("arccos", (-1,), math.pi),
    ],
)  # fmt: skip
def test_functions_of_numbers(sbml, name, arguments, expected):
    """Once with numbers in the formula, once with parameters."""
    written = applied(name, *(number(argument) for argument in arguments))
    names = [f"p{i}" for i in range(len(arguments))]
    values = [{"true": 1, "false": 0, "nan": "NaN"}.get(a, a) for a in arguments]
    body = "".join(parameter(n, v, True) for n, v in zip(names, values, strict=True))
    named = applied(name, *(f"<ci>{n}</ci>" for n in names))
    path = sbml(
        f"<listOfParameters>{body}{parameter('direct')}{parameter('indirect')}</listOfParameters>"
        f"<listOfRules>{rule('assignment', 'direct', written)}{rule('assignment', 'indirect', named)}</listOfRules>"
    )
    (found,) = ours(path, [0.0], ["direct", "indirect"])
    assert found[0] == pytest.approx(expected, nan_ok=True)
    assert found[1] == pytest.approx(expected, nan_ok=True)


def test_root_and_logarithm_to_a_base(sbml):
    root = "<apply><root/><degree><cn>3</cn></degree><cn>-27</cn></apply>"
    log = "<apply><log/><logbase><cn>2</cn></logbase><cn>32</cn></apply>"
    scientific = '<cn type="e-notation">2.5<sep/>-3</cn>'
    ratio = '<cn type="rational">3<sep/>4</cn>'
    names = ["a", "b", "c", "d"]
    rules = "".join(rule("assignment", n, c) for n, c in zip(names, (root, log, scientific, ratio), strict=True))
    path = sbml(
        f"<listOfParameters>{''.join(map(parameter, names))}</listOfParameters><listOfRules>{rules}</listOfRules>"
    )
    (found,) = ours(path, [0.0], names)
    assert math.isnan(found[0])  # -27 to the power of a third, as IEEE arithmetic has it
    np.testing.assert_allclose(found[1:], [5, 0.0025, 0.75], rtol=1e-14)


def test_a_parameter_called_time_is_not_the_time(sbml):
    path = sbml(
        f"<listOfParameters>{parameter('time', 7, True)}{parameter('a')}{parameter('b')}</listOfParameters>"
        f"<listOfRules>{rule('assignment', 'a', '<ci>time</ci>')}{rule('assignment', 'b', time())}</listOfRules>"
    )
    np.testing.assert_array_equal(ours(path, [0.0, 2.0], ["a", "b"]), [[7, 0], [7, 2]])


def test_a_function_that_calls_one_written_after_it(sbml):
    def function(name: str, argument: str, content: str) -> str:
        inner = f"<lambda><bvar><ci>{argument}</ci></bvar>{content}</lambda>"
        return f'<functionDefinition id="{name}">{maths(inner)}</functionDefinition>'

    outer = function("outer", "x", "<apply><plus/><apply><ci>inner</ci><ci>x</ci></apply><cn>1</cn></apply>")
    inner = function("inner", "x", applied("times", "<ci>x</ci>", "<ci>x</ci>"))
    called = "<apply><ci>outer</ci><apply><plus/><ci>x</ci><cn>1</cn></apply></apply>"
    path = sbml(
        f"<listOfFunctionDefinitions>{outer}{inner}</listOfFunctionDefinitions>"
        f"<listOfParameters>{parameter('x', 3, True)}{parameter('y')}</listOfParameters>"
        f"<listOfRules>{rule('assignment', 'y', called)}</listOfRules>"
    )
    assert ours(path, [0.0], ["y"])[0, 0] == 17


def rate_of(name: str) -> str:
    symbol = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/rateOf">rateOf</csymbol>'
    return f"<apply>{symbol}<ci>{name}</ci></apply>"


def test_the_rate_of_what_follows_a_formula(sbml):
    """y = x² with x' = -x, so y' = -2y; z = rateOf(y)."""
    path = sbml(
        f"<listOfParameters>{parameter('x', 2)}{parameter('y')}{parameter('z')}</listOfParameters><listOfRules>"
        + rule("rate", "x", applied("minus", X))
        + rule("assignment", "z", rate_of("y"))
        + rule("assignment", "y", applied("times", X, X))
        + "</listOfRules>"
    )
    found = ours(path, TIMES, ["y", "z"])
    np.testing.assert_allclose(found[:, 1], -2 * found[:, 0], rtol=1e-12)
    np.testing.assert_allclose(found[:, 0], 4 * np.exp(-2 * TIMES), rtol=1e-7)


def test_a_rate_of_itself_is_a_ring(sbml):
    path = sbml(
        f"<listOfParameters>{parameter('x', 2)}</listOfParameters>"
        f"<listOfRules>{rule('rate', 'x', rate_of('x'))}</listOfRules>"
    )
    with pytest.raises(ModelError, match="ring"):
        read_sbml(path)


def test_a_short_pulse_is_not_stepped_over(sbml):
    on = applied("and", applied("geq", time(), "<cn>40</cn>"), applied("lt", time(), "<cn>40.5</cn>"))
    pulse = f"<piecewise><piece><cn>2</cn>{on}</piece><otherwise><cn>0</cn></otherwise></piecewise>"
    path = sbml(
        f"<listOfParameters>{parameter('x', 0)}</listOfParameters><listOfRules>{rule('rate', 'x', pulse)}</listOfRules>"
    )
    assert ours(path, np.linspace(0, 100, 101), ["x"])[-1, 0] == pytest.approx(1, rel=1e-6)


def test_other_numbers_change_what_starts_from_them():
    model = read_sbml(MODELS / "enzyme.xml").with_(koff=3)
    assert model.parameters["kcat"] == 6
    with pytest.raises(UnknownName):
        model.with_(kofff=3)


def test_level_two_is_read(tmp_path):
    path = tmp_path / "old.xml"
    path.write_text(
        '<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model id="old">'
        '<listOfCompartments><compartment id="c" size="2"/></listOfCompartments>'
        '<listOfSpecies><species id="A" compartment="c" initialConcentration="3"/></listOfSpecies>'
        '<listOfReactions><reaction id="R" reversible="false"><listOfReactants><speciesReference species="A">'
        f"<stoichiometryMath>{maths('<cn>2</cn>')}</stoichiometryMath></speciesReference></listOfReactants>"
        f"<kineticLaw>{maths(applied('times', '<ci>k</ci>', '<ci>A</ci>', '<ci>c</ci>'))}"
        '<listOfParameters><parameter id="k" value="0.5"/></listOfParameters></kineticLaw></reaction></listOfReactions>'
        "</model></sbml>"
    )
    found = ours(path, TIMES, ["A", "A.amount"])
    np.testing.assert_allclose(found[:, 0], 3 * np.exp(-TIMES), rtol=1e-8)
    np.testing.assert_allclose(found[:, 1], 6 * np.exp(-TIMES), rtol=1e-8)


def test_level_one_is_refused(tmp_path):
    path = tmp_path / "oldest.xml"
    path.write_text('<sbml xmlns="http://www.sbml.org/sbml/level1" level="1" version="2"><model name="m"/></sbml>')
    with pytest.raises(Unsupported, match="Level 1"):
        read_sbml(path)


LAUGHS = '<!DOCTYPE sbml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><sbml>&b;</sbml>'
OUTSIDE = '<!DOCTYPE sbml [<!ENTITY a SYSTEM "file:///etc/passwd">]><sbml>&a;</sbml>'


@pytest.mark.parametrize(
    "text, told",
    [
        ("<sbml", "line 1: is not XML"),
        ("", "is not XML"),
        (LAUGHS, "document type"),
        (OUTSIDE, "document type"),
        ("<sbml>" + "<a>" * 300 + "</a>" * 300 + "</sbml>", "deep"),
        ("<html/>", "is not an SBML file"),
        ('<sbml xmlns="http://www.sbml.org/sbml/level9/version1/core" level="9" version="1"/>', "Level 9"),
    ],
)
def test_files_that_are_not_models(tmp_path, text, told):
    path = tmp_path / "bad.xml"
    path.write_text(text)
    with pytest.raises(DataError, match=told) as refused:
        read_sbml(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    "body, told",
    [
        (f"<listOfParameters>{parameter('x', 'ten')}</listOfParameters>", "value='ten'"),
        (f"<listOfParameters>{parameter('x', 1)}{parameter('x', 2)}</listOfParameters>", "identifier"),
        ("<listOfParameters><parameter constant='true'/></listOfParameters>", "has no 'id'"),
        (
            f"<listOfParameters>{parameter('x')}</listOfParameters>"
            f"<listOfRules>{rule('assignment', 'x', '<ci>y</ci>')}</listOfRules>",
            "'y'",
        ),
        (
            f"<listOfParameters>{parameter('x')}</listOfParameters>"
            f"<listOfRules>{rule('assignment', 'x', '<cn>one</cn>')}</listOfRules>",
            "not a number",
        ),
    ],
)
def test_models_that_make_no_sense(sbml, body, told):
    with pytest.raises(DataError, match=told):
        read_sbml(sbml(body))


def test_a_missing_file(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_sbml(tmp_path / "nothing.xml")


def test_equations_without_an_answer_say_when(sbml):
    path = sbml(
        f"<listOfParameters>{parameter('x', 1)}</listOfParameters>"
        f"<listOfRules>{rule('rate', 'x', applied('times', X, X))}</listOfRules>"
    )
    with pytest.raises(ModelError, match="cannot be solved at time"):
        simulate(read_sbml(path), [0.0, 2.0], ["x"], engine=CompiledEngine(threads=1))
    with pytest.raises(ModelError):
        simulate(read_sbml(path), [0.0, 2.0], ["x"], engine=ReferenceEngine(workers=1))


def test_an_output_nobody_knows():
    with pytest.raises(UnknownName, match="heigth"):
        ours(MODELS / "ball.xml", [0.0], ["heigth"])


def test_events_written_here_mean_what_another_simulator_thinks(sbml):
    """Delays, priorities, persistence, values of the moment, a size that jumps: all in one model."""
    after = lambda t: applied("gt", time(), f"<cn>{t}</cn>")  # noqa: E731
    events = [
        event(after(1.0), {"p": applied("plus", "<ci>p</ci>", X)}, delay="<cn>0.7</cn>"),
        event(after(1.2), {"q": X}, delay="<cn>0.75</cn>", trigger_values=False),
        event(after(2.0), {"p": applied("times", "<ci>p</ci>", "<cn>3</cn>")}, priority="<cn>1</cn>"),
        event(
            after(2.0), {"p": applied("plus", "<ci>p</ci>", "<cn>10</cn>")}, priority="<cn>5</cn>", trigger_values=False
        ),
        event(
            applied("lt", "<ci>S</ci>", "<cn>0.2</cn>"),
            {"S": "<cn>1</cn>", "q": applied("plus", "<ci>q</ci>", "<cn>1</cn>")},
        ),
        event(after(3.1), {"c": "<cn>4</cn>"}),
        event(applied("lt", "<ci>S</ci>", "<cn>0.5</cn>"), {"p": "<cn>99</cn>"}, delay="<cn>3</cn>", persistent=False),
    ]
    path = sbml(
        '<listOfCompartments><compartment id="c" size="2" spatialDimensions="3" constant="false"/></listOfCompartments>'
        '<listOfSpecies><species id="S" compartment="c" initialConcentration="1" hasOnlySubstanceUnits="false" '
        'boundaryCondition="false" constant="false"/></listOfSpecies>'
        f"<listOfParameters>{parameter('x', 1)}{parameter('p', 2)}{parameter('q', 0)}</listOfParameters>"
        f"<listOfRules>{rule('rate', 'x', '<cn>0.3</cn>')}</listOfRules>"
        '<listOfReactions><reaction id="R" reversible="false"><listOfReactants><speciesReference species="S" '
        'stoichiometry="1" constant="true"/></listOfReactants>'
        f"<kineticLaw>{maths(applied('times', '<cn>1.3</cn>', '<ci>S</ci>', '<ci>c</ci>'))}</kineticLaw></reaction>"
        "</listOfReactions>"
        f"<listOfEvents>{''.join(events)}</listOfEvents>"
    )
    times = np.linspace(0, 5, 38)  # none at an event
    found = ours(path, times, ["x", "p", "q", "c", "S", "S.amount"])
    told = theirs(path, times, ["x", "p", "q", "c", "[S]", "S"])
    np.testing.assert_allclose(found, told, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("first", ["c", "S"])
@pytest.mark.parametrize(
    "ruled", ["", "S", "c"], ids=["no rate rule", "concentration with rate rule", "size with rate rule"]
)
def test_a_concentration_and_its_size_set_at_once(sbml, first, ruled):
    """The concentration is set in the size before, whatever is written first; then the amount stays."""
    to = {"c": "<cn>5</cn>", "S": "<cn>3</cn>"}
    ordered = {name: to[name] for name in (first, *(set(to) - {first}))}
    rules = f"<listOfRules>{rule('rate', ruled, '<cn>0.1</cn>')}</listOfRules>" if ruled else ""
    path = sbml(
        '<listOfCompartments><compartment id="c" size="2" spatialDimensions="3" constant="false"/></listOfCompartments>'
        '<listOfSpecies><species id="S" compartment="c" initialConcentration="1" hasOnlySubstanceUnits="false" '
        f'boundaryCondition="false" constant="false"/></listOfSpecies>{rules}'
        f"<listOfEvents>{event(applied('gt', time(), '<cn>1.3</cn>'), ordered)}</listOfEvents>"
    )
    times = np.linspace(0, 4, 9)
    found, told = ours(path, times, ["S", "S.amount", "c"]), theirs(path, times, ["[S]", "S", "c"])
    np.testing.assert_allclose(found, told, rtol=1e-7)


def test_formulas_too_deep_are_a_mistake_that_is_told(sbml, tmp_path):
    """Sixty functions, each of which takes five levels more."""
    from euthymia.exchange.sbml_simulate import simulate_file

    def function(i: int) -> str:
        inner = f"<apply><ci>f{i - 1}</ci><ci>x</ci></apply>" if i else X
        for _ in range(5):
            inner = applied("exp", inner)
        content = maths(f"<lambda><bvar><ci>x</ci></bvar>{inner}</lambda>")
        return f'<functionDefinition id="f{i}">{content}</functionDefinition>'

    path = sbml(
        f"<listOfFunctionDefinitions>{''.join(map(function, range(60)))}</listOfFunctionDefinitions>"
        f"<listOfParameters>{parameter('x', 1)}</listOfParameters>"
        f"<listOfRules>{rule('rate', 'x', '<apply><ci>f59</ci><ci>x</ci></apply>')}</listOfRules>"
    )
    settings = tmp_path / "settings.txt"
    settings.write_text("duration: 1\nsteps: 1\nvariables: x\n")
    with pytest.raises(ModelError, match="too deeply"):
        simulate_file(path, settings, CompiledEngine(threads=1))
