"""What is published of the cingulo-frontal network in health, depression and treatment, asked of its rate reduction.

Ramirez-Mahaluf and colleagues (2017) print states, not rates: an area is called on above 20 Hz and off below 5 Hz, and
persistent activity lies between 40 and 80 Hz. "Rest" is ten seconds without a cue. The assumptions of the reduction are
in `cingulo_frontal.yaml`. What it does not reproduce is a strict expected failure with the rate it gives; the network
itself, written in `spiking_circuit.py`, says whether the reduction is to blame.
"""

from math import pi, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfcx

ON, OFF = 20.0, 5.0
LOOKS = np.array([0.0, 1.2, 2.4, 2.48, 4.5, 10.0])


def missed(why):
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=why)


@pytest.fixture(scope="module")
def circuit(submodels):
    return submodels["cingulo_frontal"]


@pytest.fixture(scope="module")
def rates(circuit, engine):
    """`rates(condition, tasks, time)`: vACC and dlPFC in Hz."""

    def rates(condition, tasks, time):
        cues = [circuit.told["protocol"][task] for task in tasks]
        course = circuit.solve(engine, LOOKS, circuit.told["conditions"][condition], cues)
        return course.at("vacc", time), course.at("dlpfc", time)

    return rates


# --- published states -----------------------------------------------------------------------------------------


def test_health_switches_with_the_task(rates):
    """vACC is on after emotional cues and off after cognitive ones; dlPFC the reverse; both are off before."""
    tasks = ("emotional", "cognitive")
    assert max(rates("health", tasks, 1.2)) < OFF
    vacc, dlpfc = rates("health", ("emotional",), 10.0)
    assert (vacc > ON, dlpfc < OFF) == (True, True)
    vacc, dlpfc = rates("health", tasks, 4.5)
    assert (vacc < OFF, dlpfc > ON) == (True, True)


@pytest.mark.parametrize("condition", ["mild", "severe"])
def test_a_depressed_cingulate_is_on_without_an_emotional_cue(condition, rates):
    """Slower AMPA decay (2.05, 2.15 ms) sustains vACC, and dlPFC is silent."""
    vacc, dlpfc = rates(condition, (), 10.0)
    assert vacc > ON
    assert dlpfc < OFF


@pytest.mark.parametrize("condition", ["mild", "severe"])
def test_a_depressed_cingulate_is_on_when_the_cognitive_task_comes(condition, rates):
    """In the cognitive trial vACC is active before the first cue, at 2.5 s."""
    assert rates(condition, ("cognitive",), 2.48)[0] > ON


@pytest.mark.parametrize("treatment", ["mild on SSRI", "mild on NMDA antagonist"])
def test_both_treatments_rescue_mild_disease(treatment, rates):
    """Hyperpolarisation by 0.18 mV or NMDA conductance of 0.040 nS: vACC rests, and switches with the task."""
    assert rates(treatment, (), 10.0)[0] < OFF
    assert rates(treatment, ("emotional",), 10.0)[0] > ON
    vacc, dlpfc = rates(treatment, ("emotional", "cognitive"), 4.5)
    assert (vacc < OFF, dlpfc > ON) == (True, True)


@pytest.mark.parametrize("treatment", ["severe on the mild dose of SSRI", "severe on NMDA antagonist"])
def test_what_rescues_mild_disease_does_not_rescue_severe(treatment, rates):
    """Severe disease needs the larger dose."""
    assert rates(treatment, (), 10.0)[0] > ON


@missed("printed: rescued at -70.60 mV; computed: vACC stays at 58.8 Hz, and goes off at -70.68 mV")
def test_the_larger_dose_of_ssri_rescues_severe_disease(rates):
    assert rates("severe on SSRI", (), 10.0)[0] < OFF


@missed("printed: on; computed: 0.6 Hz. The cue of the reference file is seven times what moves dlPFC here")
def test_a_mildly_depressed_cingulate_fails_to_switch_off_in_the_cognitive_task(rates):
    assert rates("mild", ("cognitive",), 4.5)[0] > ON


@missed("printed: on; computed: 1.8 Hz. vACC comes back after the cue only above 2.18 ms, printed 2.15")
def test_a_severely_depressed_cingulate_is_on_throughout_the_cognitive_task(rates):
    assert rates("severe", ("cognitive",), 4.5)[0] > ON


@missed("printed: off; computed: 53 Hz. The cue of the reference file is nearly five times what moves dlPFC here")
def test_the_prefrontal_cortex_cannot_be_recruited_in_severe_disease(rates):
    assert rates("severe", ("cognitive",), 4.5)[1] < ON


# --- where the states end -------------------------------------------------------------------------------------


def test_the_cingulate_leaves_its_rest_between_health_and_mild_disease(circuit_switch):
    """AMPA decay at which vACC goes on by itself: above 2.00 and below 2.05 ms."""
    assert 2.0 < circuit_switch("tau_ampa_v", (2.0, 2.3)) < 2.05


@missed("printed: on at 2.05 ms; computed: from 2.075 ms, with the 18 % less noise that bins of 0.1 ms have")
def test_the_cingulate_leaves_its_rest_in_mild_disease_with_binned_noise(circuit_switch):
    assert circuit_switch("tau_ampa_v", (2.0, 2.3), {"variance": 0.82}) < 2.05


def test_severe_disease_needs_a_dose_several_times_that_of_mild(circuit_switch):
    """Hyperpolarisation that lets vACC rest: at most the printed 0.18 mV in mild, above it in severe disease."""
    mild, severe = (-70 - circuit_switch("rest_v", (-70.0, -71.5), {"tau_ampa_v": decay}) for decay in (2.05, 2.15))
    assert mild <= 0.18 < severe
    assert severe == pytest.approx(0.60, rel=0.2)


def cue_that_recruits(circuit, circuit_switch, condition):
    """Spikes a second for 250 ms that turn dlPFC on after the emotional task."""
    cue = {"input": "cue_d", "start": "3 s", "last": "0.25 s"}
    after = [circuit.told["protocol"]["emotional"]]
    return circuit_switch(cue, (10.0, 2000.0), circuit.told["conditions"][condition], after, "dlpfc")


def test_the_prefrontal_cortex_is_harder_to_recruit_the_worse_the_disease(circuit, circuit_switch):
    """The cue that moves dlPFC grows with the disease, and treatment brings it back towards health."""
    needed = {name: cue_that_recruits(circuit, circuit_switch, name) for name in circuit.told["conditions"]}
    assert needed["health"] < needed["mild"] < needed["severe"]
    assert needed["severe"] > 1.5 * needed["health"]
    assert needed["mild on SSRI"] < needed["mild"]
    assert needed["mild on NMDA antagonist"] < needed["mild"]
    assert needed["severe on SSRI"] < needed["severe on the mild dose of SSRI"] < needed["severe"]


def test_a_cue_that_health_obeys_does_not_switch_a_depressed_cingulate_off(circuit, circuit_switch, engine):
    """The printed failures to switch, at a tenth above the smallest cue that recruits the healthy dlPFC."""
    cue = {"input": "cue_d", "start": "3 s", "last": "0.25 s"}
    cue["add"] = 1.1 * cue_that_recruits(circuit, circuit_switch, "health")

    def after(condition):
        cues = [circuit.told["protocol"]["emotional"], cue]
        course = circuit.solve(engine, LOOKS, circuit.told["conditions"][condition], cues)
        return course.at("vacc", 10.0) > ON, course.at("dlpfc", 10.0) > ON

    assert after("health") == after("mild on SSRI") == after("mild on NMDA antagonist") == (False, True)
    assert after("mild") == after("severe") == (True, False)


# --- is the reduction one of the network? ---------------------------------------------------------------------


@pytest.mark.parametrize(("time", "within"), [(1.2, 1e-3), (2.2, 1e-3), (4.5, 1e-3), (2.4, 0.02)])
@pytest.mark.parametrize("population", ["e_v", "i_v", "e_d", "i_d"])
def test_the_passage_integral_is_that_of_siegert(population, time, within, circuit, engine):
    """Ten nodes against adaptive integration: 0.1 % at rest and in persistent activity, 2 % while a cue drives."""
    course = circuit.run("both tasks in health", engine)
    low, high = (course.at(f"{bound}_{population}", time) for bound in ("lower", "upper"))
    expected = sqrt(pi) * quad(lambda x: erfcx(-x), low, high)[0]
    assert course.at(f"passage_{population}", time) == pytest.approx(expected, rel=within)


def test_rounded_external_weights_would_put_health_on_the_move(circuit, engine):
    """Why the authors' unrounded weights are used: at 0.21 and 0.16 nS health leaves its rest without a cue."""
    course = circuit.solve(engine, LOOKS, {"ext_e": 2.1, "ext_i": 1.6})
    assert course.at("vacc", 10.0) > ON


def persistent(circuit, engine, condition):
    """What the reduction settles at after one emotional cue."""
    cue = {"input": "cue_v", "add": 2000, "start": "0.1 s", "last": "0.25 s"}
    return circuit.solve(engine, np.array([0.0, 10.0]), circuit.told["conditions"][condition], [cue]).all("vacc")[-1]


def numbers(circuit):
    return {name: row["value"] for name, row in circuit.told["parameters"].items()}


def test_the_healthy_network_is_as_active_as_its_reduction(circuit, engine, simulate):
    """One emotional cue: persistent activity within 10 %, and a silent dlPFC."""
    vacc, dlpfc = simulate(numbers(circuit), [{}], 0.8, [("v", 0.1, 0.25)])[0, :, 5:].mean(axis=1)
    assert vacc == pytest.approx(persistent(circuit, engine, "health"), rel=0.1)
    assert dlpfc < OFF


@pytest.mark.slow
def test_the_network_is_as_active_as_its_reduction_in_every_condition(circuit, engine, simulate):
    """Eight conditions with one emotional cue: persistent activity within 10 %."""
    conditions = circuit.told["conditions"]
    found = simulate(numbers(circuit), list(conditions.values()), 0.8, [("v", 0.1, 0.25)])[:, 0, 5:].mean(axis=1)
    expected = [persistent(circuit, engine, name) for name in conditions]
    assert found == pytest.approx(np.array(expected), rel=0.1)


@pytest.mark.slow
def test_the_network_itself_leaves_rest_in_mild_disease_before_the_first_cue(circuit, simulate):
    """Noise binned as in the scripts: at 1.2 s health and both treatments still rest, mild disease does not."""
    conditions = circuit.told["conditions"]
    names = ["health", "mild", "mild on SSRI", "mild on NMDA antagonist"]
    last = simulate(numbers(circuit), [conditions[name] for name in names], 1.2, binned=True)[:, 0, -1]
    assert dict(zip(names, last > ON, strict=True)) == {name: name == "mild" for name in names}


@pytest.mark.slow
@missed(
    "printed: rescued; the network leaves rest a second later than untreated, 49 Hz at 2.5 s (health rests for 4 s)"
)
def test_the_network_itself_rests_for_good_under_an_nmda_antagonist(circuit, simulate):
    treated = circuit.told["conditions"]["mild on NMDA antagonist"]
    assert simulate(numbers(circuit), [treated], 2.5, binned=True)[0, 0, -1] < OFF


@pytest.mark.slow
@missed("printed: health rests; with Poisson noise an area of the network is on within 1.5 s, at 42 to 58 Hz")
def test_the_network_itself_rests_in_health_with_poisson_noise(circuit, simulate):
    assert simulate(numbers(circuit), [{}] * 3, 1.5)[:, :, -1].max() < OFF


@pytest.mark.slow
@missed("printed: on; the network itself gives 1.3 Hz half a second after the cue, so the reduction is not to blame")
def test_the_network_itself_stays_on_in_the_cognitive_task_of_mild_disease(circuit, simulate):
    cues = [("d", 0.7, 0.25)]
    mild = circuit.told["conditions"]["mild"]
    assert simulate(numbers(circuit), [mild], 1.5, [("v", 0.1, 0.25), *cues])[0, 0, -1] > ON
