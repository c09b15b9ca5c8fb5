"""Reduced laws of the model held against their reference: one gain or time constant a test, with a band and its source.

Each block runs on its own, its ports held, on the reference engine. A law that lies outside its band is a strict
expected failure that says both numbers; nothing is tuned here.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from euthymia.engine.schedule import Rate
from euthymia.model.assemble import assemble
from euthymia.model.block import Block, Model
from euthymia.model.parameter_table import starting_values
from euthymia.model.physiology import circuit, dopamine, glutamate, inflammation, serotonin, stress
from euthymia.model.plasticity import ampa, metaplasticity, neurotrophin, synapse

DAY = 24.0


def alone(block: Block, driven: str | None = None, **held: float) -> Model:
    """A block whose ports are held at `held` (else 1); the port `driven` can be raised by the input `held.drive`."""
    ports = {name: port for name, port in block.takes.items() if name in {*held, driven} or port.absent is None}
    lines = []
    for name, port in ports.items():
        level = held.get(name, 1.0 if port.absent is None else port.absent)
        number = f"{level}" if port.unit == "1" else f"{level}*unit_of_{name}"
        drive = " + drive" if name == driven else ""
        lines.append(f"{name} = {number}{drive} : {port.unit}" if port.unit == "1" else f"{name} = drive : {port.unit}")
    inputs = {"drive": ports[driven].unit} if driven else {}
    gives = {name: port.unit for name, port in ports.items()}
    return assemble((block, Block("held", None, "\n".join(lines), gives=gives, inputs=inputs)))


def reached(times: np.ndarray, curve: np.ndarray, share: float = 1 - np.exp(-1)) -> float:
    """When a curve that settles has gone this share of its way, between samples."""
    way = (curve - curve[0]) / (curve[-1] - curve[0])
    at = int(np.argmax(way >= share))
    before, after = way[at - 1], way[at]
    return float(times[at - 1] + (times[at] - times[at - 1]) * (share - before) / (after - before))


def folded(times: np.ndarray, curve: np.ndarray) -> float:
    """Hours from the peak of a curve until 1/e of it is left."""
    peak = int(curve.argmax())
    return float(times[peak + int(np.argmax(curve[peak:] < curve[peak] / np.e))] - times[peak])


def starting(name: str) -> Mapping[str, float]:
    """Starting values of a block's parameters, so that its law is tested before any fit."""
    return {f"{name}.{key}": value.number for key, value in starting_values(name).items()}


def under_ssri(solve, days: Sequence[float], occupancy: float = 0.94) -> Mapping[str, np.ndarray]:
    """The serotonin block under constant occupancy, at these days."""
    model = alone(serotonin.block(), "sert_occupancy")
    outputs = ("serotonin_level", "raphe_firing", "serotonin.autoreceptor")
    drive = [Rate(0.0, "held.drive", occupancy, 1e6)]
    return solve(model, [0.0, *(day * DAY for day in days)], outputs, drive)


# --- stress: the gland-mass axis ----------------------------------------------------------------------------


@pytest.mark.parametrize("extra", [0.5, 1, 2, 5])
def test_stress_has_the_long_run_gain_of_the_gland_mass_axis(extra, solve, submodels, engine):
    """Cortisol at rest under lasting stress, within 0.5 % of milo2025's equations."""
    reference = submodels["hpa_gland_mass"]
    rest = [0.0, reference.native("4000 d")]
    expected = reference.solve(engine, np.array(rest), {"stress": 1 + extra}).all("x3")[-1] / 1.71500943
    model = alone(stress.block(), limbic_drive=0.07, healthy_limbic_drive=0.07)
    published = {"stress.hyperactivity": extra, "stress.receptor_resistance": 0.0}  # its receptors do not adapt
    found = solve(model, [0.0, 4000 * DAY], ["cortisol"], parameters=published)
    assert found["cortisol"][-1] == pytest.approx(expected, rel=0.005)


def test_stress_has_the_glands_time_constants(solve, submodels, engine):
    """Cortisol and ACTH while stress is doubled for sixty days and after, within 1 % of milo2025's equations."""
    reference = submodels["hpa_gland_mass"].run("sixty days of stress", engine)
    native = submodels["hpa_gland_mass"].native
    days = np.array([20.5, 30.0, 50.0, 79.0, 80.5, 90.0, 120.0, 150.0, 200.0])
    model = alone(stress.block(), "life_stress", limbic_drive=0.07, healthy_limbic_drive=0.07)
    doubled = 1 / model.parameters["stress.from_life"].number
    drive = [Rate(20 * DAY, "held.drive", doubled, 60 * DAY)]
    published = {"stress.receptor_resistance": 0.0}
    found = solve(model, [0.0, *(days * DAY)], ["cortisol", "stress.acth"], drive, published)
    for name, theirs in (("cortisol", "x3"), ("stress.acth", "x2")):
        start = reference.at(theirs, 0.0)
        expected = [reference.at(theirs, native(f"{day} d")) / start for day in days]
        assert found[name][1:] == pytest.approx(np.array(expected), rel=0.01)


# --- serotonin: the terminal, and raphe recordings ----------------------------------------------------------


@pytest.mark.xfail(
    strict=True,
    reason="since the fit of 27 November 2026 serotonin rises 1.61-fold, where the terminal at even firing gives 2.38",
)
def test_serotonin_rises_as_in_the_terminal_while_autoreceptors_are_sensitive(solve, submodels, engine):
    """Extracellular serotonin on day 1 of full block: within 20 % of the terminal's (x2.39 at 1 uM escitalopram)."""
    reference = submodels["serotonin_terminal"]
    expected = reference.run("1 uM", engine).all("e")[-1] / reference.run("steady", engine).all("e")[-1]
    assert under_ssri(solve, [1])["serotonin_level"][-1] == pytest.approx(expected, rel=0.2)


@pytest.mark.xfail(strict=True, reason="since the fit of 27 November 2026 firing falls to 0.75 only, not below 0.7")
def test_raphe_firing_falls_and_is_back_in_three_weeks(solve):
    """Firing recovers over 14 to 21 days (czachura2000): below 0.7 on day 1, above 0.9 on day 21."""
    firing = under_ssri(solve, [1, 21])["raphe_firing"]
    assert firing[1] < 0.7
    assert firing[2] > 0.9


@pytest.mark.xfail(
    strict=True, reason="since the fit of 27 November 2026 29 % are desensitised on day 3, the band begins at 30 %"
)
def test_two_fifths_of_autoreceptors_are_desensitised_on_day_3(solve):
    """40 % of neurons on day 3 (lepoul1995), between 30 and 50 %."""
    assert 0.3 <= 1 - under_ssri(solve, [3])["serotonin.autoreceptor"][-1] <= 0.5


def test_most_autoreceptors_are_desensitised_on_day_21(solve):
    """60 to 80 % of neurons on day 21 (lepoul1995)."""
    assert 0.6 <= 1 - under_ssri(solve, [21])["serotonin.autoreceptor"][-1] <= 0.8


OVERSHOOTS = pytest.mark.xfail(
    strict=True,
    reason="since the fit of 27 November 2026 firing is 11 to 12 % above its baseline at three weeks, the band is 10 %",
)


@pytest.mark.parametrize("occupancy", [0.5, pytest.param(0.8, marks=OVERSHOOTS), pytest.param(0.94, marks=OVERSHOOTS)])
def test_firing_is_back_in_two_to_three_weeks_whatever_the_dose(occupancy, solve):
    """Recovery over 14 to 21 days, independent of dose (czachura2000): down at a day, within a tenth from day 14 on."""
    firing = under_ssri(solve, [1, 14, 21], occupancy)["raphe_firing"]
    assert firing[1] < 0.9
    assert firing[2:] == pytest.approx([1.0, 1.0], abs=0.1)


@pytest.mark.xfail(
    strict=True, reason="since the fit of 27 November 2026 the half-effect dose rises 2.7-fold, the band begins at 2.9"
)
def test_the_autoreceptor_answers_a_quarter_of_what_it_did_after_three_weeks(solve):
    """8-OH-DPAT: EC50 10.7 to 46.2 nM after 21 days of paroxetine (model.md, M1), a factor of 4.3 within 1.5."""
    lost = 1 / under_ssri(solve, [21])["serotonin.autoreceptor"][-1]
    assert 46.2 / 10.7 / 1.5 <= lost <= 46.2 / 10.7 * 1.5


# --- dopamine: the terminal ---------------------------------------------------------------------------------


def test_dopamine_falls_with_inflammation_as_the_terminal_does_with_bh4(solve, submodels, engine):
    """Inflammation of 1.8 leaves BH4 at 1/(1 + 0.35 x 0.8) (model.md, M6): within 5 points of the terminal."""
    reference = submodels["dopamine_terminal"]
    times = np.array([0.0, 3000.0])
    bh4 = 1 / (1 + 0.35 * 0.8)
    expected = (
        reference.solve(engine, times, {"biopterin": bh4}).all("eda")[-1]
        / reference.solve(engine, times).all("eda")[-1]
    )
    found = solve(alone(dopamine.block(), biopterin=bh4), [0.0, 2000.0], ["dopamine_tone"])["dopamine_tone"][-1]
    assert found < 1
    assert found == pytest.approx(expected, abs=0.05)


def test_dopamine_falls_with_inflammation_through_microglia_more_than_through_bh4(solve):
    """What the terminal does not lose, firing does: the striatal response under cytokines is down (recalled)."""
    by_bh4, by_microglia = (
        solve(alone(dopamine.block(), **held), [0.0, 2000.0], ["dopamine_tone"])["dopamine_tone"][-1]
        for held in ({"biopterin": 0.78}, {"microglial_activation": 1.64})
    )
    assert by_microglia < by_bh4 < 1


def test_a_weak_dopamine_uptake_blocker_raises_dopamine_as_in_the_terminal(solve, submodels, engine):
    """At 25 % occupancy (bupropion) the terminal's extracellular dopamine rises by 16 %; ours within 5 points."""
    block = dopamine.block()
    reference = submodels["dopamine_terminal"]
    times = np.array([0.0, 3000.0])
    expected = (
        reference.solve(engine, times, {"transporter": 0.75}).all("eda")[-1]
        / reference.solve(engine, times).all("eda")[-1]
    )
    found = solve(alone(block, dat_occupancy=0.25), [0.0, 2000.0], ["dopamine_tone"])["dopamine_tone"][-1]
    assert found == pytest.approx(expected, abs=0.05)


# --- monoamines: knock-outs of the power-law model -----------------------------------------------------------


def change_in_knock_out(solve, row: Mapping) -> float:
    """Per cent change of a block's output, at its starting values and at rest, when the row's ports are held."""
    block = {"serotonin": serotonin, "dopamine": dopamine}[row["block"]].block()
    curves = solve(alone(block, **row["ports"]), [0.0, 5000.0], [row["output"]], (), starting(row["block"]))
    return 100 * (float(curves[row["output"]][-1]) - 1)


def test_a_knock_out_changes_a_block_as_printed(block_knock_out, solve):
    """Dalvi-Garcia 2021, their test set (file 12): per cent change within the printed range."""
    low, high = block_knock_out["percent"]
    change = change_in_knock_out(solve, block_knock_out)
    assert low - 0.5 <= change <= high + 0.5, f"printed {low} to {high} %, computed {change:.0f} %"


def test_a_knock_out_moves_a_block_the_printed_way(block_knocked_out, solve):
    """The sign of every row that has a counterpart."""
    assert change_in_knock_out(solve, block_knocked_out) * block_knocked_out["percent"][0] > 0


# --- inflammation: the acute core ---------------------------------------------------------------------------


def test_inflammation_settles_as_fast_as_the_acute_core(solve, submodels, engine):
    """Time to 63 % after a step that leads to low-grade activation (N* 0.01 to 0.06, file 04)."""
    reference = submodels["acute_inflammation"]
    times = np.linspace(0.0, 3000.0, 6001)
    band = []
    for sterile in (0.001, 0.01):
        course = reference.solve(engine, times, {"pathogen": 0.0, "sterile": sterile})
        band += [reached(times, course.all("N")), reached(times, course.all("Ca"))]
    model = alone(inflammation.block(), "stress_input", stress_input=1)
    hours = np.arange(0.0, 3000.0, 2.0)
    curve = solve(model, hours, ["inflammation"], [Rate(0.0, "held.drive", 1.0, 1e6)])["inflammation"]
    assert min(band) <= reached(hours, curve) <= max(band)


# --- neurotrophin: receptor kinetics, mTORC1, the consolidation loop ----------------------------------------


def release_step(solve, hours: np.ndarray, last: float = 1e6) -> Mapping[str, np.ndarray]:
    """BDNF and mTORC1 while resting block of 0.3 lasts; the gain is the starting value, so the law is tested alone."""
    model = alone(neurotrophin.block(), "resting_block", monoamine_drive=0, glutamate_burst=0, resting_block=0)
    unfitted = {"neurotrophin.eef2_release": starting_values("neurotrophin")["eef2_release"].number}
    return solve(model, hours, ["bdnf_release", "mtorc1"], [Rate(0.0, "held.drive", 0.3, last)], unfitted)


def test_bdnf_release_is_as_fast_as_its_receptor(solve):
    """TrkB rises within 15 minutes and falls within 40: a time constant of 0.3 to 1 h (file 07, jain2009 re-run)."""
    hours = np.arange(0.0, 24.0, 0.02)
    assert 0.3 <= reached(hours, release_step(solve, hours)["bdnf_release"]) <= 1.0


def test_mtorc1_answers_within_hours(solve):
    """One mTORC1 state with a time constant of 2 to 4 h behind its input (file 08)."""
    hours = np.arange(0.0, 72.0, 0.02)
    curves = release_step(solve, hours)
    behind = reached(hours, curves["mtorc1"]) - reached(hours, curves["bdnf_release"])
    assert 2.0 <= behind <= 4.0


@pytest.mark.xfail(
    strict=True, reason="since the fit of 27 November 2026 the second wave is 119 % of rest, the band begins at 139 %"
)
def test_a_short_pulse_of_bdnf_has_a_second_wave(solve):
    """A second wave of BDNF at 18 h (zhang2016: 178 % of rest), at least half as high."""
    hours = np.array([0.0, 0.5, 18.0])
    assert release_step(solve, hours, last=0.25)["bdnf_release"][-1] >= 1.39


# --- synapses: spine turnover, consolidation ----------------------------------------------------------------


def spine_pulse(solve, hours: np.ndarray) -> Mapping[str, np.ndarray]:
    """Spines after a few hours of mTORC1 drive passed on through translation."""
    model = assemble(
        (
            neurotrophin.block(),
            synapse.block(),
            *_held(neurotrophin.block(), synapse.block(), driven="resting_block", monoamine_drive=0, glutamate_burst=0),
        )
    )
    outputs = ["labile_spines", "stable_synapses", "spine_formation"]
    return solve(model, hours, outputs, [Rate(0.0, "held.drive", 0.5, 2.0)])


def _held(*blocks: Block, driven: str, **held: float) -> tuple[Block, ...]:
    given = {port for block in blocks for port in block.gives}
    ports = {
        name: port
        for block in blocks
        for name, port in block.takes.items()
        if name not in given and (name in {*held, driven} or port.absent is None)
    }
    lines = [f"{n} = {held.get(n, 0 if n == driven else 1)}{' + drive' if n == driven else ''} : 1" for n in ports]
    return (Block("held", None, "\n".join(lines), gives=dict.fromkeys(ports, "1"), inputs={"drive": "1"}),)


def test_spine_formation_rises_after_half_a_day_and_not_at_once(solve):
    """Formation is up at 12 to 24 h and not at 3 to 6 h after ketamine (PMC4819286, PMC5915413; recalled)."""
    hours = np.arange(0.0, 96.0, 0.5)
    formation = (
        spine_pulse(solve, hours)["spine_formation"] - spine_pulse(solve, np.array([0.0, 1.0]))["spine_formation"][0]
    )
    late = formation[(hours >= 12) & (hours <= 24)].mean()
    early = formation[(hours >= 3) & (hours <= 6)].mean()
    assert late > early


def test_labile_spines_live_three_to_ten_days(solve):
    """New synapses are lost by about ten days (duman2014): a time constant of 72 to 240 h."""
    hours = np.arange(0.0, 60 * DAY, 1.0)
    assert 72 <= folded(hours, spine_pulse(solve, hours)["labile_spines"] - 1) <= 240


def test_new_synapses_peak_with_the_consolidation_loop(solve, submodels, engine):
    """Peak of the synaptic weight after one pulse (zhang2016: 72 h), within a factor of 1.5."""
    course = submodels["bdnf_consolidation"].run("stimulus", engine)
    expected = course.times[int(course.all("w3").argmax())] / 3600
    hours = np.arange(0.0, 20 * DAY, 0.5)
    found = hours[int(spine_pulse(solve, hours)["labile_spines"].argmax())]
    assert expected / 1.5 <= found <= expected * 1.5


# --- AMPA scaling: the published curve of rapid response ----------------------------------------------------


def test_ampa_scaling_rises_and_decays_like_the_published_curve_of_rapid_response(solve):
    """Nunes and Singh 2024 simulate rise and decay with 1 and 5 days: a peak by day 2, a decay of 1 to 6 days after."""
    model = alone(ampa.block(), "mtorc1", mtorc1=1)
    hours = np.arange(0.0, 40 * DAY, 1.0)
    curve = solve(model, hours, ["ampa_scaling"], [Rate(0.0, "held.drive", 0.8, 6.0)])["ampa_scaling"] - 1
    assert hours[int(curve.argmax())] <= 2.01 * DAY
    assert 1 * DAY <= folded(hours, curve) <= 6 * DAY


# --- metaplasticity: the sliding threshold ------------------------------------------------------------------


def test_a_session_right_after_another_gives_less_as_in_the_calcium_model(solve, submodels, engine):
    """BCM: the second of two trains gives less than the first, in the published equations and in ours."""
    reference = submodels["calcium_plasticity"]
    train = {"input": "stimulus", "add": 9, "last": "0.0005 s", "repeats": [[600, "0.05 s"]]}
    times = np.array([0.0, 600.0, 1200.0])
    weight = reference.solve(engine, times, changes=[train | {"start": "0 s"}, train | {"start": "600 s"}]).all(
        "weight"
    )
    assert weight[1] - weight[0] > 0
    assert weight[2] - weight[1] < weight[1] - weight[0]
    model = alone(metaplasticity.block(), "stimulation_drive")
    drive = [Rate(0.0, "held.drive", 2.0, 0.5), Rate(1.0, "held.drive", 2.0, 0.5)]
    gained = solve(model, [0.0, 0.5, 1.0, 1.5], ["prefrontal_gain"], drive)["prefrontal_gain"]
    assert gained[1] > 0
    assert gained[3] - gained[2] < gained[1] - gained[0]


def test_frequencies_are_ranked_by_the_calcium_model(submodels, engine):
    """20 Hz above 10 Hz above 1 Hz: the sign the device table takes for granted."""
    reference = submodels["calcium_plasticity"]
    weight = {run: reference.run(run, engine).all("weight")[-1] for run in ("1 Hz", "10 Hz", "20 Hz")}
    assert weight["1 Hz"] < 1 < weight["10 Hz"] < weight["20 Hz"]


# --- circuit: signs of the spiking cingulo-frontal model ----------------------------------------------------


@pytest.mark.parametrize(
    ("port", "level"), [("monoamine_drive", 0.4), ("glutamate_burst", 0.5), ("tonic_inhibition", 1.3)]
)
def test_what_rescues_the_spiking_circuit_lowers_limbic_drive(port, level, solve):
    """5-HT1A hyperpolarisation and NMDA block rescue the vACC (Ramirez-Mahaluf 2017); inhibition has their sign."""
    rest = {
        "monoamine_drive": 0.0,
        "glutamate_burst": 0.0,
        "negative_bias": 0.3,
        "prefrontal_gain": 0.0,
        "life_stress": 1.0,
    }
    before, after = (
        solve(alone(circuit.block(), **changed), [0.0, 200.0], ["limbic_drive"])["limbic_drive"][-1]
        for changed in (rest, rest | {port: level})
    )
    assert after < before


def test_losing_control_frees_the_limbic_drive(solve):
    """Losing prefrontal synapses lets limbic drive go, as mutual inhibition does in the spiking model."""
    rest = {
        "monoamine_drive": 0.0,
        "glutamate_burst": 0.0,
        "negative_bias": 0.3,
        "prefrontal_gain": 0.0,
        "life_stress": 1.0,
    }
    before, after = (
        solve(alone(circuit.block(), **rest, stable_synapses=w), [0.0, 200.0], ["limbic_drive"])["limbic_drive"][-1]
        for w in (1.0, 0.8)
    )
    assert after > before


def test_slower_glutamate_uptake_frees_the_limbic_drive(solve):
    """Slower AMPA currents (2 to 2.15 ms) keep the vACC on, NMDA block turns it off (Ramirez-Mahaluf 2017)."""
    rest = {
        "monoamine_drive": 0.0,
        "glutamate_burst": 0.0,
        "negative_bias": 0.3,
        "prefrontal_gain": 0.0,
        "life_stress": 1.0,
    }
    transported = {"cortisol": 1.0, "gabaa_potentiation": 0.0}

    def tone(**ports: float) -> float:
        model = alone(glutamate.block(), None, **(transported | {"nmda_block": 0.0} | ports))
        return float(solve(model, [0.0, 4000.0], ["glutamate_tone"])["glutamate_tone"][-1])

    healthy, slow = tone(microglial_activation=1.0), tone(microglial_activation=2.0)
    blocked = tone(microglial_activation=2.0, nmda_block=0.5)
    drives = [
        solve(alone(circuit.block(), None, **rest, glutamate_tone=level), [0.0, 200.0], ["limbic_drive"])[
            "limbic_drive"
        ][-1]
        for level in (healthy, blocked, slow)
    ]
    assert healthy == 1
    assert drives[0] < drives[1] < drives[2]


EPISODE = {
    "monoamine_drive": 0.0,
    "glutamate_burst": 0.0,
    "negative_bias": 0.3,
    "prefrontal_gain": 0.0,
    "life_stress": 1.0,
}
SSRI = {"rest_v": -70.18}  # the dose that rescues mild disease
ANTAGONIST = {"nmda_e_v": 0.040}


def limbic_push(solve, **ports: float) -> float:
    """What drives the limbic sigmoid in an episode, in units of its width."""
    held = EPISODE | ports
    drive = solve(alone(circuit.block(), **held), [0.0, 400.0], ["limbic_drive"], parameters=starting("circuit"))
    return float(np.log(drive["limbic_drive"][-1] / (1 - drive["limbic_drive"][-1])))


def slower_decay_undone(circuit_switch, treatment: Mapping[str, float]) -> float:
    """The share by which AMPA decay may be longer under a treatment before the cingulate goes on by itself."""
    return circuit_switch("tau_ampa_v", (2.0, 2.4), treatment) / circuit_switch("tau_ampa_v", (2.0, 2.4)) - 1


def glutamate_undone(solve, **ports: float) -> float:
    """The share of extra glutamate tone whose push equals what a treatment takes away.

    Counterpart: the charge of an AMPA current is its decay time, so a tone of 1 + x stands for a decay longer by x.
    """
    rest = limbic_push(solve)
    for_each = (limbic_push(solve, glutamate_tone=1.1) - rest) / 0.1
    return (rest - limbic_push(solve, **ports)) / for_each


def steady_ssri(solve) -> float:
    """Monoamine drive six weeks into 80 % occupancy."""
    model = alone(serotonin.block(), sert_occupancy=0.8)
    return float(solve(model, [0.0, 42 * DAY], ["serotonin_drive"], (), starting("serotonin"))["serotonin_drive"][-1])


def burst_of_a_tenth(solve) -> float:
    """The glutamate burst at the block that takes NMDA conductance from 0.044 to 0.040 nS."""
    block = 1 - 0.040 / 0.044
    return float(solve(alone(glutamate.block(), nmda_block=block), [0.0], ["glutamate_burst"])["glutamate_burst"][-1])


def test_the_reference_orders_what_moves_its_cingulate(circuit_switch):
    """What the three comparisons below are held against: both rescues are worth 1 to 2 % of AMPA decay."""
    assert slower_decay_undone(circuit_switch, SSRI) == pytest.approx(0.0141, abs=0.0005)
    assert slower_decay_undone(circuit_switch, ANTAGONIST) == pytest.approx(0.0114, abs=0.0005)


def test_monoamine_drive_that_undoes_slow_uptake_grows_as_the_published_dose(solve):
    """Decay longer by 2.5 and 7.5 % takes 0.18 and 0.60 mV, a factor of 3.3: the block within 1.5 of it."""
    rest = limbic_push(solve)
    needed = [limbic_push(solve, glutamate_tone=1 + x) - rest for x in (0.025, 0.075)]
    drive = rest - limbic_push(solve, monoamine_drive=1.0)
    assert drive > 0
    assert 0.60 / 0.18 / 1.5 <= (needed[1] / drive) / (needed[0] / drive) <= 0.60 / 0.18 * 1.5


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="an SSRI undoes 1.4 % of AMPA decay in the reduction and 20 % of glutamate tone in the block",
)
def test_an_ssri_undoes_as_much_slow_uptake_as_in_the_spiking_circuit(solve, circuit_switch):
    """Within a factor of three, at starting values."""
    expected = slower_decay_undone(circuit_switch, SSRI)
    found = glutamate_undone(solve, monoamine_drive=steady_ssri(solve))
    assert expected / 3 <= found <= 3 * expected, f"reference {expected:.4f}, block {found:.4f}"


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="blocking a tenth of NMDA receptors undoes 1.1 % of AMPA decay in the reduction and 142 % of glutamate tone "
    "in the block, where it acts through the burst of a disinhibited cortex and not on the cingulate",
)
def test_nmda_block_undoes_as_much_slow_uptake_as_in_the_spiking_circuit(solve, circuit_switch):
    """Within a factor of three, at starting values."""
    expected = slower_decay_undone(circuit_switch, ANTAGONIST)
    found = glutamate_undone(solve, glutamate_burst=burst_of_a_tenth(solve))
    assert expected / 3 <= found <= 3 * expected, f"reference {expected:.4f}, block {found:.4f}"


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="NMDA block of a tenth is worth 0.81 of an SSRI in the reduction and 7.1 of one in the block",
)
def test_nmda_block_and_an_ssri_compare_as_in_the_spiking_circuit(solve, circuit_switch):
    """The two rescues of mild disease against each other, within a factor of three, at starting values."""
    expected = slower_decay_undone(circuit_switch, ANTAGONIST) / slower_decay_undone(circuit_switch, SSRI)
    rest = limbic_push(solve)
    by_block = rest - limbic_push(solve, glutamate_burst=burst_of_a_tenth(solve))
    by_drive = rest - limbic_push(solve, monoamine_drive=steady_ssri(solve))
    assert expected / 3 <= by_block / by_drive <= 3 * expected, f"reference {expected:.2f}, {by_block / by_drive:.2f}"
