"""Every row of the treatment by mechanism matrix as a virtual trial from the one posterior ensemble.

The matrix is that of the design (model.md, section 6): a row names what the treatment engages directly. Each must
differ from the control in the same people, and nothing may fail, whatever the hypotheses of the worlds drawn.
"""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.cohort.cohort import cohort
from euthymia.engine.choose import default_engine
from euthymia.treatments.order import light, rtms, sham, tdcs
from euthymia.trial.conduct import run
from euthymia.trial.protocol import trial
from euthymia.trial.usual_trial import usual_trial

WORLDS = 4
#: treatment → what it engages directly, up (+) or down (-)
DRUGS = {
    "escitalopram": {"sert_occupancy": 1, "serotonin_level": 1},
    "venlafaxine": {"sert_occupancy": 1, "noradrenaline_level": 1},
    "duloxetine": {"sert_occupancy": 1, "noradrenaline_level": 1},
    "amitriptyline": {"sert_occupancy": 1, "noradrenaline_level": 1},
    "phenelzine": {"serotonin_level": 1, "noradrenaline_level": 1, "dopamine_tone": 1},
    "moclobemide": {"serotonin_level": 1, "noradrenaline_level": 1},
    "ketamine": {"nmda_block": 1, "glutamate_burst": 1, "bdnf_release": 1, "mtorc1": 1},
    "esketamine": {"nmda_block": 1, "glutamate_burst": 1},
    "arketamine": {"nmda_block": 1},
    "dextromethorphan_bupropion": {"nmda_block": 1, "noradrenaline_level": 1, "dopamine_tone": 1},
    "zuranolone": {"gabaa_potentiation": 1, "tonic_inhibition": 1, "cortisol": -1},
    "brexanolone": {"gabaa_potentiation": 1, "tonic_inhibition": 1},
    "gepirone": {"raphe_firing": -1},
}
#: what is engaged only where an alternative holds: without the brake an agonist has nothing to press
NEEDS = {"gepirone": {"autoreceptor-delay": "on"}}
DEVICES = {"rtms": {"prefrontal_gain": 1}, "tdcs": {}, "light": {}}
GRID = 6.0  # hours between looks: a direct effect of an infusion lasts that long


@pytest.mark.parametrize("name", DRUGS)
def test_a_drug_engages_what_the_matrix_says_in_every_world(name) -> None:
    design = usual_trial(name, people=8).with_(worlds=WORLDS, hypotheses=NEEDS.get(name, {}))
    done = run(design, default_engine(), grid_hours=GRID)
    assert not done.failures
    assert len({person.world_number for person in done.arms[name].people}) == WORLDS
    for quantity, sign in DRUGS[name].items():
        gap = done.arms[name].output(quantity) - _control(done, quantity)
        moved = (sign * gap).max(axis=1)  # at some time; adaptation may later overshoot the other way
        assert (moved > 1e-3).mean() >= 0.75, f"{quantity}: {moved}"


def _control(done, quantity: str) -> np.ndarray:
    """The control arm's; where nothing in the control brings the quantity about, none of it."""
    arm = done.arms["control"]
    return arm.output(quantity) if quantity in arm.outputs else np.zeros(arm.values.shape[:2])


@pytest.mark.parametrize("kind", DEVICES)
def test_a_device_runs_from_the_same_ensemble(kind) -> None:
    active, control = {
        "rtms": (rtms("left-dlpfc-10hz").as_published(), sham("left-dlpfc-10hz").as_published()),
        "tdcs": (tdcs("tdcs-bifrontal-elect").as_published(), sham("tdcs-bifrontal-elect").as_published()),
        "light": (light("led-823-elated2").as_published(), sham("led-823-elated2").as_published()),
    }[kind]
    design = trial(
        cohort("treatment-resistant", n=8, seed=7), {"active": active, "sham": control}, control="sham",
        visits=(14, 42), allocation="twins", worlds=WORLDS,
    )  # fmt: skip
    done = run(design, default_engine())
    assert not done.failures
    assert np.isfinite(done.arms["active"].rated["MADRS"]).all()
    for quantity, sign in DEVICES[kind].items():
        gap = done.arms["active"].output(quantity)[:, -1] - done.arms["sham"].output(quantity)[:, -1]
        assert (sign * gap > 0).all()


def test_cariprazine_takes_dopamine_receptors_and_gives_back_its_own_tone() -> None:
    """A partial agonist lifts a low tone and lowers a high one (design, M1), so its sign depends on the patient."""
    done = run(usual_trial("cariprazine", people=8).with_(worlds=WORLDS), default_engine())
    tone = done.arms["cariprazine"].output("dopamine_tone")[:, -1]
    before = done.arms["control"].output("dopamine_tone")[:, -1]
    assert not done.failures
    assert (np.abs(tone - before) > 1e-3).all()
    assert np.corrcoef(before, tone - before)[0, 1] < 0
