"""The catalogue of protocols: totals against the reference table, limits, orders, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from euthymia.errors import DataError, RegimenError
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.treatments.device import Current, Light, Protocol, device, device_called, devices, read_device
from euthymia.treatments.limits.stimulation import findings, limits, skin_limit
from euthymia.treatments.order import light, rtms, sham, tdcs
from euthymia.treatments.regimen_file import regimen_from

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "stimulation" / "protocols.yaml"
DEVICES = Path(__file__).parents[2] / "src" / "euthymia" / "treatments" / "devices"


def reference(kind: str) -> list[dict]:
    if not REFERENCE.is_file():
        pytest.skip(f"the reference table is not here ({REFERENCE})")
    return read_yaml(REFERENCE).content[kind]


def test_every_protocol_of_the_reference_is_here() -> None:
    known = {device(name).identity.get("id") for name in devices()}
    wanted = {row["id"] for kind in ("tms", "tdcs", "pbm") for row in reference(kind)}
    assert len(wanted) == 21 and wanted <= known


def test_magnetic_totals_are_those_of_the_reference() -> None:
    checked = 0
    for row in reference("tms"):
        found = device_called(row["id"])
        assert isinstance(found, Protocol)
        if isinstance(pulses := row.get("pulses_per_session"), int):
            assert found.pulses == pulses, row["id"]
            checked += 1
        if "session_s" in row:
            last_pause = found.pause_seconds
            assert row["session_s"] - last_pause - 20 <= found.session_hours * 3600 <= row["session_s"] + 20, row["id"]
        sessions = row.get("sessions") or {}
        if "total" in sessions:
            assert len(found.session_days()) == sessions["total"], row["id"]
    assert checked >= 7


def test_currents_and_light_are_those_of_the_reference() -> None:
    for row in reference("tdcs"):
        found = device_called(row["id"])
        assert isinstance(found, Current)
        assert (found.intensity, found.seconds, found.electrode_area) == (
            row["current_ma"], row["duration_s"], row["electrode_area_cm2"],
        )  # fmt: skip
        assert found.charge == pytest.approx(row["current_ma"] * row["duration_s"] / 1000)
    for row in reference("pbm"):
        found = device_called(row["id"])
        assert isinstance(found, Light)
        if "radiant_exposure_j_cm2" in row:
            assert found.radiant_exposure == pytest.approx(row["radiant_exposure_j_cm2"], rel=0.01), row["id"]
        if "total_energy_kj" in row:
            assert found.totals()["energy_kilojoule"] == pytest.approx(row["total_energy_kj"], rel=0.03), row["id"]


@pytest.mark.parametrize("name", devices())
def test_every_protocol_can_be_ordered_with_a_sham(name: str) -> None:
    found = device(name)
    allow = [one.rule for one in findings(found, found.intensity) if one.severity == "refuse"]
    make = {"rtms": rtms, "tdcs": tdcs, "pbm": light}[found.kind]
    plan = make(name, allow=allow).once().plan()
    control = sham(name).once().plan()
    assert plan.sessions[0].duration == control.sessions[0].duration > 0
    assert control.sessions[0].sham and name in make(name, allow=allow).once().calendar()


def test_a_course_of_many_a_day_and_one_in_phases() -> None:
    saint = rtms("left-dlpfc-saint").as_published().plan().sessions
    assert len(saint) == 50 and {int(s.time // 24) for s in saint} == set(range(5))
    gap = (saint[1].time - saint[0].time - saint[0].duration) * 60
    assert gap == pytest.approx(50, abs=1e-6)
    again = rtms("left-dlpfc-saint").accelerated(per_day=10, days=5).plan().sessions
    assert [s.time for s in saint] == pytest.approx([s.time for s in again])
    home = tdcs("tdcs-bifrontal-home").as_published().plan().sessions
    assert len(home) == 36 and max(s.time for s in home) // 24 == 67


def test_orders_in_yaml_are_those_in_python() -> None:
    written = regimen_from({"tdcs": "tdcs-bifrontal-home", "current": "1.5 mA", "as_published": None})
    assert written == tdcs("tdcs-bifrontal-home", "1.5 mA").as_published()
    rule = "light-skin-limit"
    allowed = regimen_from({"light": "laser-808-cassano", "allow": [rule], "at": [0, 3]})
    assert allowed == light("laser-808-cassano", allow=[rule]).at([0, 3])


@pytest.mark.parametrize(
    ("order", "rule", "said"),
    [
        (lambda allow: rtms("left-dlpfc-10hz", "130 %RMT", allow=allow), "tms-train-limit", "ends at 2.9 s"),
        (lambda allow: rtms("deep-h1-18hz", allow=allow), "tms-train-limit", "18 Hz"),
        (lambda allow: tdcs("tdcs-bifrontal-home", "5 mA", allow=allow), "tdcs-envelope", "beyond 4"),
        (lambda allow: tdcs("tdcs-bifrontal-home", over="50 min", allow=allow), "tdcs-envelope", "beyond 40"),
        (lambda allow: light("laser-808-cassano", allow=allow), "light-skin-limit", "beyond 329"),
    ],
)
def test_a_limit_refuses_unless_it_is_named(order, rule: str, said: str) -> None:
    with pytest.raises(RegimenError, match=said) as error:
        order(())
    assert rule in str(error.value) and limits()[rule]["source"] in str(error.value)
    assert order((rule,)).once().plan().sessions


def test_four_seconds_of_10_hz_at_120_per_cent_are_inside() -> None:
    assert findings(device("left-dlpfc-10hz"), 120) == ()


def test_skin_limits_are_those_derived_in_the_reference() -> None:
    if not REFERENCE.is_file():
        pytest.skip(f"the reference table is not here ({REFERENCE})")
    derived = read_yaml(REFERENCE).content["safety"]["laser_skin_mpe"]["derived_limits_mW_cm2"]
    assert len(derived) >= 7
    for wavelength, limit in derived.items():
        assert skin_limit(float(wavelength), 100) == pytest.approx(limit, abs=1)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("left-dlpfc-10hz", "pulses_per_train: 40", "pulses_per_train: 60", "60 pulses take 5.9 s"),
        ("left-dlpfc-10hz", "pulses: 3000,", "pulses: 2000,", "published.pulses is 2000"),
        ("left-dlpfc-itbs", "pulses_per_train: 30", "pulses_per_train: 31", "no whole number of bursts"),
        ("tdcs-bifrontal-home", "share: -1", "share: -0.5", "do not add up to zero"),
        ("tdcs-bifrontal-home", "charge_coulomb: 3.6", "charge_coulomb: 7.2", "published.charge_coulomb"),
        ("led-823-elated2", "wavelength: 823", "wavelength: -823", "'wavelength' is '-823'"),
        ("led-823-elated2", "kind: pbm", "kind: pmb", "the kind of device is 'pmb'"),
    ],
)
def test_a_wrong_file_says_which_field(name: str, old: str, new: str, said: str, tmp_path: Path) -> None:
    text = (DEVICES / f"{name}.yaml").read_text()
    assert old in text
    path = tmp_path / f"{name}.yaml"
    path.write_text(text.replace(old, new))
    with pytest.raises(DataError, match=said) as error:
        read_device(path)
    assert error.value.place is not None and error.value.place.file
