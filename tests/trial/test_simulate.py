"""A crowd under one plan: the patients a trial would meet, whatever the chunks, threads and processes."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

import euthymia as eu
from euthymia.cohort.cohort import cohort
from euthymia.engine.compiled import CompiledEngine, available
from euthymia.errors import EuthymiaError, StoreError, UnknownName
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.treatments.order import infusion, oral
from euthymia.trial.conduct import arm_task, run
from euthymia.trial.protocol import trial
from euthymia.trial.simulate import Treated, simulate
from euthymia.trial.simulation import Simulation, opened

pytestmark = pytest.mark.skipif(not available(), reason="no llvmlite, so no compiled engine to run many on")

ENGINE = CompiledEngine(threads=1)
PLAN = oral("escitalopram", "10 mg").daily(weeks=2)
OUTPUTS = ("limbic_drive", "sert_occupancy", "escitalopram_plasma")


@pytest.fixture(scope="module")
def clinic():
    return cohort("outpatient-mdd", n=24, seed=11)


@pytest.fixture(scope="module")
def done(clinic) -> Simulation:
    return simulate(clinic, PLAN, outputs=OUTPUTS, engine=ENGINE, precision="float64")


def test_patients_are_those_a_trial_enrols(clinic):
    """By number, bit for bit, in a trial whose only arm is this plan."""
    severe = clinic.preset.severity.model_copy(update={"low": 34})
    strict = clinic.with_(size=6, preset=clinic.preset.model_copy(update={"severity": severe}))
    design = trial(strict, {"drug": PLAN}, visits=(7, 14), staying=None)
    arm = run(design, ENGINE).arm("drug")
    numbers = [person.patient.number for person in arm.people]
    assert numbers != list(range(6))  # somebody was screened out
    known = tuple(name for name in OUTPUTS if name in arm.outputs)
    found = simulate(
        clinic.with_(size=max(numbers) + 1), PLAN, outputs=known, times=arm.times, engine=ENGINE, precision="float64"
    )
    for name in known:
        np.testing.assert_array_equal(found.values(name)[numbers], arm.output(name))


@pytest.mark.parametrize("plan", [PLAN, infusion("ketamine", "0.5 mg/kg").times_per_week(2, weeks=2)])
@pytest.mark.parametrize("worlds", [0, 2])
def test_a_patient_is_the_same_however_the_crowd_is_cut(clinic, plan, worlds):
    options = {"outputs": DOMAINS, "precision": "float64", "worlds": worlds}
    whole = simulate(clinic, plan, engine=ENGINE, **options)
    pieces = simulate(clinic, plan, chunk=7, engine=CompiledEngine(threads=3), **options)
    more = simulate(clinic.with_(size=40), plan, chunk=11, engine=ENGINE, **options)
    assert pieces.scan().collect().equals(whole.scan().collect())
    for name in DOMAINS:
        np.testing.assert_array_equal(more.values(name)[:24], whole.values(name))


def test_one_patient_alone_is_as_in_the_crowd(clinic, done):
    treated = Treated(clinic, PLAN.plan(), 14.0)
    design = treated.design
    from euthymia.trial.enrol import Person
    from euthymia.trial.world import World

    person = Person(clinic.candidate(17), World({}), 0)
    alone = ENGINE.solve(arm_task(design, PLAN.plan(), (person,), done.times, OUTPUTS))
    for i, name in enumerate(OUTPUTS):
        np.testing.assert_array_equal(done.values(name)[17], alone.values[0, :, i])


def test_a_cluster_gives_the_same_table(clinic, done, tmp_path):
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with distributed.LocalCluster(**options, silence_logs=50) as running:
        found = simulate(
            clinic, PLAN, outputs=OUTPUTS, engine=ENGINE, precision="float64", chunk=6, store=tmp_path / "run",
            cluster=running.scheduler_address,
        )  # fmt: skip
    assert found.scan().collect().equals(done.scan().collect())


def test_what_travels_to_workers_is_small_and_holds_no_model(clinic):
    treated = Treated(clinic, oral("escitalopram", "10 mg").daily(weeks=8).plan(), 56.0)
    treated.draw(0, 2)  # what was worked out here stays here
    sent = pickle.dumps(treated)
    assert len(sent) < 20_000
    again = pickle.loads(sent)
    assert again == treated
    assert again.draw(3, 5)[0].tobytes() == treated.draw(3, 5)[0].tobytes()


def test_the_same_words_go_on_and_other_words_are_refused(clinic, tmp_path):
    seen: list[int] = []
    first = simulate(clinic, PLAN, outputs=OUTPUTS, engine=ENGINE, store=tmp_path / "run", chunk=8)
    again = simulate(
        clinic, PLAN, outputs=OUTPUTS, engine=ENGINE, store=tmp_path / "run", chunk=8,
        progress=lambda what, done, total: seen.append(done),
    )  # fmt: skip
    assert seen == [24]  # all of it was there
    assert again.header == first.header == opened(str(tmp_path / "run")).header
    for other, word in (
        ({"seed": 12}, "seed is 11 there, 12 here"),
        ({"plan": oral("escitalopram", "20 mg").daily(weeks=2)}, "plan is "),
        ({"adherence": 0.5}, "adherence is 0.9 there, 0.5 here"),
        ({"outputs": OUTPUTS[:1]}, "outputs is "),
    ):
        words = {"plan": PLAN, "outputs": OUTPUTS, **other}
        with pytest.raises(StoreError, match="holds another run") as caught:
            simulate(clinic, engine=ENGINE, store=tmp_path / "run", chunk=8, **words)
        assert word in str(caught.value)


def test_the_header_says_what_was_run(done: Simulation):
    header = json.loads(json.dumps(dict(done.header)))
    assert header["cohort"] == "outpatient-mdd"
    assert header["seed"] == 11
    assert header["plan"] == PLAN.plan().hash
    assert done.plan == PLAN.plan()
    assert done.plan.hash == PLAN.plan().hash
    assert header["model"] == eu.model_of(PLAN.plan()).hash
    assert header["outputs"] == list(OUTPUTS)
    assert header["setting"] == "short_course"  # two weeks of tablets
    assert done.failures == ()
    assert done.patients == 24
    assert done.times.tolist() == [24.0 * day for day in range(15)]


def test_quantiles_are_those_of_the_values(done: Simulation):
    found = done.quantiles((0.1, 0.5))
    assert found.columns == ["output", "time_h", "people", "q10", "q50"]
    assert len(found) == len(OUTPUTS) * 15
    values = done.values("sert_occupancy")
    ours = found.filter(found["output"] == "sert_occupancy")
    np.testing.assert_allclose(ours["q10"].to_numpy(), np.quantile(values, 0.1, axis=0), rtol=1e-12)
    np.testing.assert_allclose(ours["q50"].to_numpy(), np.median(values, axis=0), rtol=1e-12)
    assert ours["people"].to_list() == [24] * 15
    with pytest.raises(UnknownName, match="there is no time '5 h'"):
        done.quantiles(times=[5.0])


def test_zarr_gives_the_same_quantiles(clinic, done):
    pytest.importorskip("zarr")
    kept = simulate(clinic, PLAN, outputs=OUTPUTS, engine=ENGINE, precision="float64", layout="zarr", chunk=10)
    assert kept.quantiles().equals(done.quantiles())
    with pytest.raises(EuthymiaError, match="this run is not a table"):
        kept.scan()


def test_a_store_lives_as_long_as_what_holds_it(clinic):
    found = simulate(clinic.with_(size=3), PLAN, outputs=OUTPUTS, engine=ENGINE)
    url = found.store.url
    assert found.scan().collect().shape == (45, 5)
    del found
    with pytest.raises(StoreError) as caught:
        opened(url)
    assert f"there is no finished run in '{url}'" in str(caught.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"outputs": ["cortisoll"]}, "there is no output 'cortisoll'"),
        ({"outputs": []}, "no output is asked for"),
        ({"every": "0 h"}, "every 0 h is no step"),
        ({"every": "6 mg"}, "mg"),
        ({"times": [0.0, 24.0, 12.0]}, "the times are not ascending hours"),
        ({"times": [-24.0, 24.0]}, "the times are not ascending hours"),
        ({"weeks": -1}, "-1 weeks is no time to look at"),
        ({"chunk": 0}, "a chunk of 0 patients"),
        ({"adherence": 1.5}, "adherence is 1.5"),
        ({"store": "nowhere://x"}, "nothing can be kept in 'nowhere://x'"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_runs(clinic, tmp_path, monkeypatch, options, told):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EuthymiaError) as caught:
        simulate(clinic, PLAN, engine=ENGINE, **{"store": "run", **options})
    assert told in str(caught.value)
    assert list(tmp_path.iterdir()) == []
