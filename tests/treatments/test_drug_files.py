"""Every drug and device file loads, and a wrong one says where and why."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from euthymia.errors import EuthymiaError
from euthymia.evidence.library import library
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.treatments.device import device, devices
from euthymia.treatments.drug import FOLDER, Compound, drug, drugs
from euthymia.treatments.schema import drug_schema

LEAST_DRUGS, LEAST_DEVICES = 7, 21

#: published length (s) and pulses of a session; some publications count the pause after the last train, some do not
SESSIONS = {
    "left-dlpfc-10hz": (2250, 3000),
    "left-dlpfc-10hz-19min": (1106, 3000),
    "left-dlpfc-itbs": (192, 600),
    "left-dlpfc-opttms": (2400, 3000),
}


def test_enough_files_were_found() -> None:
    assert len(drugs()) >= LEAST_DRUGS
    assert len(devices()) >= LEAST_DEVICES


@pytest.mark.parametrize("name", drugs())
def test_a_drug_brings_every_compound_it_turns_into(name: str) -> None:
    given = drug(name)
    known = {compound.name for compound in given.compounds}
    assert set(given.contains) <= known
    assert {m.compound for compound in given.compounds for m in compound.metabolites} <= known


@pytest.mark.parametrize("name", SESSIONS)
def test_sessions_have_the_published_length_and_pulses(name: str) -> None:
    seconds, pulses = SESSIONS[name]
    protocol = device(name)
    assert protocol.pulses == pulses
    assert protocol.session_hours * 3600 == pytest.approx(seconds, rel=0.08)
    trains = protocol.train_seconds * protocol.frequency
    assert trains == protocol.pulses_per_train or "itbs" in name  # a burst of three, five times a second


def part(name: str) -> Compound:
    return next(c for c in drug("ketamine").compounds if c.name == name)


def liver_clearance(compound: Compound) -> float:
    """What the liver takes from its blood flow, well stirred (L/h)."""
    liver = compound.liver
    inner = (liver.elimination_rate.number + compound.metabolites[0].rate.number) * liver.volume.number
    return liver.flow.number * inner / (liver.flow.number + inner)


def test_r_ketamine_is_scaled_from_s_ketamine_as_its_formulas_say() -> None:
    s, r = part("S-ketamine"), part("R-ketamine")
    assert r.volume.number / s.volume.number == pytest.approx(5.6 / 6.6, rel=2e-3)
    assert liver_clearance(s) == pytest.approx(109, abs=0.5)
    assert liver_clearance(r) / liver_clearance(s) == pytest.approx(1530 / 1620, rel=1e-3)


def test_half_block_follows_from_affinity_and_cerebrospinal_fluid() -> None:
    value = library().value
    mass, ratio = value("simons2022/molar_mass").number / 1000, value("moaddel2023/csf_plasma").number
    unbound = value("moaddel2023/unbound_r").number / value("moaddel2023/unbound_s").number
    s, r = value("moaddel2013/ki_nmda_s").number * mass / ratio, value("moaddel2013/ki_nmda_r").number * mass / ratio
    assert part("S-ketamine").targets["nmda"].half.number == pytest.approx(s, rel=3e-3)
    assert part("R-ketamine").targets["nmda"].half.number == pytest.approx(r / unbound, rel=3e-3)


def test_escitalopram_occupies_what_was_observed() -> None:
    given = drug("escitalopram")
    taken, route, sert = given.compounds[0], given.routes["oral"], given.compounds[0].targets["sert"]
    out, into = taken.clearance.number / taken.volume.number, route.rate.number

    def occupancy(dose: float, days: int) -> float:
        ages = [24 * day + 6 for day in range(days)]
        shape = sum(math.exp(-out * age) - math.exp(-into * age) for age in ages) * into / (into - out)
        plasma = 1000 * dose * route.bioavailability.number / taken.volume.number * shape
        return sert.maximum.number * plasma / (plasma + sert.half.number)

    observed = {(5, 1): "klein2006/occupancy_single_5mg", (10, 1): "klein2006/occupancy_single_10mg"}
    for (dose, days), key in (observed | {(10, 10): "klein2007/occupancy_10mg"}).items():
        seen = library().value(key)
        assert occupancy(dose, days) == pytest.approx(seen.number, abs=1.1 * seen.spread.value)


def test_zuranolone_peaks_lasts_and_accumulates_as_on_its_label() -> None:
    given = drug("zuranolone")
    body, rate = given.compounds[0], given.routes["oral"].rate.number
    tissue, central = body.peripherals[0], body.volume.number
    flow, back = tissue.clearance.number, tissue.clearance.number / tissue.volume.number
    flows = [[-rate, 0, 0], [rate, -(body.clearance.number + flow) / central, back], [0, flow / central, -back]]
    hours = np.arange(0, 24.01, 0.01)
    pace, shapes = np.linalg.eig(np.array(flows, float))
    share = np.linalg.solve(shapes, np.array([1.0, 0, 0]))
    first = ((shapes[1] * share)[:, None] * np.exp(np.outer(pace, hours))).sum(axis=0)
    label = {name: library().value(f"zurzuvae_label/{name}") for name in ("time_of_peak", "half_life", "accumulation")}
    assert hours[first.argmax()] == pytest.approx(label["time_of_peak"].number, abs=0.1)
    assert math.log(2) / -pace.max() == pytest.approx(label["half_life"].number, abs=0.2)
    whole = central / body.clearance.number
    assert whole / np.trapezoid(first, hours) == pytest.approx(label["accumulation"].number, abs=0.01)


GOOD = """\
name: vortioxetine
label: vortioxetine
kind: SSRI
contains: {vortioxetine: 1}
routes:
  oral: {kind: first-order, rate: {value: 0.1, unit: 1/h, grade: assumed, confidence: recalled, because: test}}
compounds:
  vortioxetine:
    volume: {value: 800, unit: L, grade: assumed, confidence: recalled, because: test}
    clearance: {value: 76, unit: L/h, grade: assumed, confidence: recalled, because: test}
"""

ASSUMED = "grade: assumed, confidence: recalled, because: test"

WRONG = {
    "a clearance for a volume": (
        "volume: {value: 800, unit: L,",
        "volume: {value: 800, unit: L/h,",
        "vortioxetine.yaml, line 9, compounds.vortioxetine.volume",
        "the unit 'L/h' does not fit; 'L' or one like it is wanted",
    ),
    "a volume below zero": ("{value: 800,", "{value: -800,", "line 9", "-800 L cannot be right; it is above zero"),
    "a share above one": (
        "oral: {kind: first-order,",
        f"oral: {{kind: first-order, bioavailability: {{value: 80, unit: '1', {ASSUMED}}},",
        "line 6, routes.oral.bioavailability",
        "80 cannot be right; it is from 0 to 1",
    ),
    "an unknown target": (
        "    clearance:",
        f"    targets: {{sret: {{half: {{value: 2, unit: ng/mL, {ASSUMED}}}}}}}\n    clearance:",
        "line 8, compounds.vortioxetine",
        "did you mean 'sert'?",
    ),
    "a misspelt key": ("clearance:", "clearence:", "line 10", "Did you mean 'clearance'?"),
    "an unread source": (
        "{value: 800, unit: L, grade: assumed, confidence: recalled, because: test}",
        "{take: nobody2020/v}",
        "line 9",
        "there is no value 'nobody2020/v'",
    ),
    "shares that do not add up": ("{vortioxetine: 1}", "{vortioxetine: 0.9}", "vortioxetine.yaml", "add up to 1"),
    "no reason for an assumption": (
        "because: test}}\ncompounds",
        "because: ''}}\ncompounds",
        "line 6",
        "An assumed value needs 'because'.",
    ),
    "a compound nobody defines": (
        "contains: {vortioxetine: 1}",
        "contains: {vortioxetin: 1}",
        "line 4",
        "'vortioxetin' is defined nowhere",
    ),
}


def _write(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "vortioxetine.yaml").write_text(text)
    monkeypatch.setenv("EUTHYMIA_DRUGS", str(folder))


def test_a_drug_from_a_folder_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, GOOD, monkeypatch)
    assert drug("vortioxetine").compounds[0].clearance.number == 76


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_names_line_rule_and_fix(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong, place, said = WRONG[case]
    assert right in GOOD
    _write(tmp_path, GOOD.replace(right, wrong, 1), monkeypatch)
    with pytest.raises(EuthymiaError) as refused:
        drug("vortioxetine")
    assert place in str(refused.value)
    assert said in str(refused.value)


def test_a_share_in_per_cent_is_read_as_a_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share = "bioavailability: {value: 80, unit: '%', grade: assumed, confidence: recalled, because: t}"
    _write(tmp_path, GOOD.replace("kind: first-order", f"kind: first-order, {share}"), monkeypatch)
    assert drug("vortioxetine").routes["oral"].bioavailability.number == pytest.approx(0.8)


def test_every_drug_file_fits_the_published_schema() -> None:
    import jsonschema

    schema = drug_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    for path in sorted(FOLDER.glob("*.yaml")):
        check.validate(read_yaml(path).content)
    wrong = read_yaml(FOLDER / "escitalopram.yaml").content
    wrong["compounds"]["escitalopram"]["volume"] = 1100
    assert [list(error.path)[-1] for error in check.iter_errors(wrong)] == ["volume"]
