"""Rival hypotheses as data: weights that add up, settings the model has, combinations that fit together."""

from pathlib import Path

import numpy as np
import pytest

from euthymia.check import plans
from euthymia.engine.choose import default_engine
from euthymia.engine.lower import lower
from euthymia.engine.schedule import Rate, tabulate
from euthymia.engine.task import Task
from euthymia.errors import DataError, EuthymiaError, UnknownName
from euthymia.evidence.library import library
from euthymia.model.hypothesis import (
    FOLDER,
    hypotheses,
    hypothesis,
    posterior_weights,
    prior_weights,
    read_hypothesis,
    sets_of,
    unknown_settings,
)
from euthymia.model.parameter_table import Fit, priors
from euthymia.model.treatment import model_of
from euthymia.trial.enrol import RUN_IN_HOURS, base_model

#: the rows of the design that are switches and not wide priors
OPEN = {
    "autoreceptor-delay", "bistability", "hnk-sign", "inflammation-ssri", "ketamine-versus-esketamine", "mtorc1",
    "photobiomodulation", "tdcs", "tms-levelling",
}  # fmt: skip


def fit_of(states: list[dict[str, str]], weights: list[float]) -> Fit:
    return Fit("made", ("a.b",), (1.0,), ((1.0,),), tuple((1.0,) for _ in states), {}, tuple(weights), tuple(states))


def test_every_open_question_of_the_design_is_here() -> None:
    assert set(hypotheses()) >= OPEN


@pytest.mark.parametrize("name", sorted(hypotheses()))
def test_a_hypothesis_is_whole(name: str) -> None:
    found = hypothesis(name)
    assert len(found.alternatives) >= 2
    assert sum(prior_weights()[name].values()) == pytest.approx(1)
    assert found.question.endswith("?") and found.decides.text
    for key in (*found.sources, found.decides.source, *(one.source for one in found.alternatives)):
        if key is not None:
            library().source(key)


def test_every_setting_is_a_parameter_of_some_model() -> None:
    models = [model_of(plan) for plan in plans().values()]
    assert len(models) > 50
    assert list(unknown_settings(models)) == []


def test_a_setting_nobody_has_is_told_with_file_and_line() -> None:
    plain = model_of(next(iter(plans().values())))
    told = list(unknown_settings([plain]))
    line = next(
        number
        for number, text in enumerate((FOLDER / "tdcs.yaml").read_text().splitlines(), start=1)
        if "current_effect: 0" in text
    )
    assert (
        f"model/hypotheses/tdcs.yaml, line {line}, alternatives.none.sets.stimulation.current_effect: "
        "there is no parameter 'stimulation.current_effect' in any model"
    ) in told


def test_alternatives_do_not_contradict_those_of_other_questions() -> None:
    """Any combination of alternatives is a parameter set, or two of them say so."""
    for one in hypotheses().values():
        for other in hypotheses().values():
            if one.name < other.name:
                for a in one.names:
                    for b in other.names:
                        assert sets_of({one.name: a, other.name: b}).keys() <= {*one.parameters, *other.parameters}


def test_a_contradiction_names_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "rival.yaml"
    other.write_text((FOLDER / "tdcs.yaml").read_text().replace("current_effect: 0", "current_effect: 0.5"))
    both = {"tdcs": hypothesis("tdcs"), "rival": read_hypothesis(other)}
    monkeypatch.setattr("euthymia.model.hypothesis.hypotheses", lambda: both)
    with pytest.raises(EuthymiaError) as told:
        sets_of({"tdcs": "none", "rival": "none"})
    assert str(told.value) == (
        "tdcs=none sets stimulation.current_effect to 0 and rival=none to 0.5\n"
        "  A set of hypotheses gives every parameter one number; this one excludes everything.\n"
        "  Leave out tdcs=none or rival=none."
    )


def test_weights_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text((FOLDER / "tdcs.yaml").read_text().replace("weight: 0.4", "weight: 0.5"))
    with pytest.raises(
        DataError, match=r"bad\.yaml, line \d+, alternatives: 2 alternatives with weights that add to 1\.1"
    ):
        read_hypothesis(bad)


def test_posterior_weights_are_those_of_the_members() -> None:
    members = [{"tdcs": "none"}, {"tdcs": "hebbian"}, {"tdcs": "hebbian"}, {}]
    found = posterior_weights(fit_of(members, [0.3, 0.2, 0.1, 0.4]))
    assert found == {"tdcs": {"hebbian": pytest.approx(0.5), "none": pytest.approx(0.5)}}


def test_an_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(UnknownName) as told:
        hypothesis("mtorc")
    assert str(told.value).endswith("Did you mean 'mtorc1'?")
    with pytest.raises(UnknownName) as told:
        hypothesis("mtorc1").alternative("necessary")
    assert str(told.value).startswith(
        "there is no alternative 'necessary'\n  Known: not-required, prolonging, required."
    )


def test_the_ill_state_outlives_its_stress_above_the_saddle_and_not_below() -> None:
    """Two years of stress, then none for three: above the saddle limbic drive stays up, below it returns to health.

    If this fails after the circuit changed, `circuit.from_bias` of `bistability.yaml` has to be computed again.
    """
    model = base_model()
    program = lower(model)
    calm = {"life.episode": 1.5, "life.habitual": 0.0, "life.reversion_time": 24.0}
    settings = [calm | sets_of({"bistability": name}) for name in ("below", "above")]
    numbers = np.array([[one.get(n, value.number) for n, value in model.parameters.items()] for one in settings])
    schedule = tabulate(program, [(Rate(0.0, "life.course", 1.0, 1e6),)] * 2)
    times = np.array([0.0, 3 * 365 * 24.0])
    found = default_engine().solve(Task(program, numbers, schedule, times, ("limbic_drive",), start=-RUN_IN_HOURS))
    healthy = model.parameters["circuit.healthy_drive"].number
    below, above = found.values[:, -1, 0]
    assert below == pytest.approx(healthy, abs=0.02)
    assert above > 0.5


def test_below_the_saddle_covers_the_prior_of_the_gain() -> None:
    """The reference leaves the gain free, so the number above the saddle lies beyond the bounds of its prior."""
    assert sets_of({"bistability": "above"})["circuit.from_bias"] > priors("circuit")["from_bias"].high
