"""What sessions are worth: the reference stays the reference, signs and plateaus as published, rivals selectable."""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.model.parameter_table import current_fit
from euthymia.model.stimulation import calcium, current
from euthymia.model.stimulation.recruitment import recruited
from euthymia.model.stimulation.worth import responsiveness, sessions_to_plateau, worth
from euthymia.treatments.device import Protocol, device, devices
from euthymia.treatments.plan import Session
from euthymia.trial.session_cases import light_in_culture


def session(name: str, **changes: float) -> Session:
    given = device(name)
    level, pulses = changes.get("intensity", given.intensity), int(changes.get("pulses", given.pulses))
    return Session(0.0, name, given.session_hours, level, pulses)


@pytest.mark.parametrize("name", devices("rtms"))
def test_a_session_as_its_protocol_has_it_is_worth_one(name: str) -> None:
    """So the shipped fit, made with sessions worth one, stays what it was."""
    assert worth(session(name)) == 1.0


def test_the_reference_protocols_keep_the_worth_the_fit_was_made_with() -> None:
    assert current_fit() is not None
    for name in ("left-dlpfc-10hz", "left-dlpfc-itbs"):
        assert worth(session(name)) * device(name).efficacy.number == 1.0
    days = [24.0 * day for day in range(30)]
    assert responsiveness(days, [1.0] * 30, [0.62] * 30) == pytest.approx([1.0] * 30, abs=1e-9)


def test_more_intensity_and_more_pulses_are_worth_more_but_not_in_proportion() -> None:
    sizes = [worth(session("left-dlpfc-10hz", intensity=level)) for level in (60, 80, 100, 120, 130)]
    assert sizes == sorted(sizes) and sizes[0] < 0.01 and 1 < sizes[-1] < 1.5
    assert worth(session("left-dlpfc-itbs", pulses=1800)) == pytest.approx(1.5)
    assert recruited(1.0) == 0.5 and recruited(0) == 0


def test_sessions_an_hour_apart_give_less_each() -> None:
    close = responsiveness([0.0, 1.0, 2.0], [0.65] * 3, [0.165] * 3)
    assert close[0] == 1 and close[0] > close[1] > close[2] > 0.5


def test_the_efficacy_of_the_accelerated_course_is_its_formula() -> None:
    saint, itbs = device("left-dlpfc-saint"), device("left-dlpfc-itbs")
    assert isinstance(saint, Protocol) and isinstance(itbs, Protocol)
    from euthymia.model.stimulation.worth import field_share

    share = recruited(field_share(saint, saint.intensity)) / recruited(field_share(itbs, itbs.intensity))
    assert saint.efficacy.number == pytest.approx(share * 1.5, abs=0.02)


@pytest.mark.parametrize("one", calcium.decisions(), ids=lambda d: d.observation)
def test_with_inhibition_every_observed_sign_is_met(one: calcium.Decision) -> None:
    assert one.right(inhibition=True)
    assert all(value * one.sign > 0 for value in one.with_inhibition)  # and within a tenth of the amplitude


def test_the_sign_of_continuous_theta_burst_decides_between_the_rivals() -> None:
    """One population gets it wrong (fung2014 in the form of NFTsim); this is the observation that decides."""
    deciding = [one.observation for one in calcium.decisions() if one.decides]
    assert deciding == ["continuous theta burst weakens"]
    assert sum(one.right(inhibition=False) for one in calcium.decisions()) == 3


def test_a_pattern_is_walked_once() -> None:
    calcium.session_effect("left-dlpfc-itbs")
    before = calcium.session_effect.cache_info().hits
    calcium.session_effect("left-dlpfc-itbs")
    assert calcium.session_effect.cache_info().hits == before + 1


def test_theta_burst_levels_off_in_pulses() -> None:
    once = calcium.session_effect("left-dlpfc-saint", trains=20).strength
    thrice = calcium.session_effect("left-dlpfc-saint", trains=60).strength
    assert 0 < thrice < 1.25 * once


def test_a_course_levels_off_as_published_where_that_is_chosen() -> None:
    """wangz2025: 14 to 16 sessions, 30 to 39 thousand pulses. Without the switch the fitted threshold decides."""
    assert 14 <= sessions_to_plateau() <= 16
    assert 30_000 <= 2300 * sessions_to_plateau() <= 39_000
    assert sessions_to_plateau(levelling=0) != sessions_to_plateau()


def test_current_has_a_polarity_and_a_best_dose() -> None:
    forward = worth(session("tdcs-bifrontal-home"))
    assert 0.9 < forward <= 1
    assert current.bias(1) > current.bias(0.4) and current.bias(1) > current.bias(2.5) > 0
    assert current.bias(-1) == -current.bias(1)
    assert abs(worth(session("tdcs-occipital-control"))) < 0.5 * forward


def test_small_steps_of_current_make_no_difference() -> None:
    """tdcsflat2013: 0.8, 1.0 and 1.2 mA for ten minutes did not differ."""
    effects = [current.after_effect(amount, 10) for amount in (0.8, 1.0, 1.2)]
    assert np.ptp(effects) < 0.1 * max(effects)
    assert current.after_effect(1, 13) > 0 > current.after_effect(2, 26)
    assert current.polarisation()[1] < 0.2  # mV: a bias, not a stimulus


def test_light_helps_at_low_and_harms_at_high_dose() -> None:
    """Signs of sharma2011: neurons, 810 nm, 25 mW/cm2."""
    found = light_in_culture(25, [0.03, 0.3, 3, 10, 30])
    energy, oxygen = found["energy"], found["oxygen"]
    assert energy[0] < energy[1] < energy[2] and energy[2] > energy[3] > energy[4]
    assert oxygen[2] > oxygen[3] and oxygen[4] == max(oxygen)


def test_light_has_a_rival_without_a_direct_effect() -> None:
    from euthymia.report.typical import typical
    from euthymia.treatments.order import light

    plan = light("led-830-elated3").as_published().plan()
    ends = {
        on: typical(
            plan, ["mitochondrial_capacity", "oxidative_stress"], parameters={"light.specific_effect": on}
        ).values[-1]
        for on in (0.0, 1.0)
    }
    assert ends[0.0][0] == 0 and ends[1.0][0] > 0
    assert ends[1.0][1] < ends[0.0][1]
