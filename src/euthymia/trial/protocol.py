"""A trial as designed: who, which arms, when they are seen, on which scales.

The assumption that matters: a protocol says everything before the first patient is drawn, so that the same seed gives
the same trial. Left out: adaptive designs, rescue, stopping rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from euthymia.cohort.cohort import Cohort
from euthymia.errors import TrialError, UnknownName
from euthymia.treatments.plan import Plan
from euthymia.treatments.regimen import Regimen
from euthymia.trial.contact import SETTINGS, inert, setting_of
from euthymia.trial.restriction import Given, Restriction, restricted
from euthymia.trial.scale import scale


@dataclass(frozen=True)
class Staying:
    """Who leaves: a hazard per week that doubles about every `1/per_point*ln 2` points of the severity last rated, and
    by arm a weekly hazard of leaving because of adverse effects, whatever the severity."""

    weekly_hazard: float = 0.02
    per_point: float = 0.03
    centre: float = 20.0
    adverse: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


#: who leaves when a trial says nothing about it
USUAL = Staying()


@dataclass(frozen=True)
class Baseline:
    """Published severity the enrolled should resemble: a mean on a scale."""

    scale: str
    mean: float


@dataclass(frozen=True)
class Trial:
    """A virtual trial. `visits` are days; `arms` map a name to its plan; `control` names one of them.

    `allocation`: `parallel` randomises each person to one arm; `twins` gives every person to every arm, which is what
    a simulation can do and a clinic cannot. `worlds` spreads people over members of the fitted
    ensemble (0: the central estimate alone). `certain`: everybody knows that the treatment is active. `hypotheses`
    restricts which alternatives of open hypotheses may hold, or sets parameters by full name (`trial.restriction`).
    """

    name: str
    cohort: Cohort
    arms: Mapping[str, Plan]
    control: str | None = None
    visits: tuple[float, ...] = ()
    scales: tuple[str, ...] = ("MADRS", "HAMD17")
    setting: str = "oral"
    allocation: Literal["parallel", "twins"] = "parallel"
    adherence: float = 0.9
    staying: Staying | None = USUAL
    baseline: Baseline | None = None
    worlds: int = 0
    certain: bool = False
    hypotheses: Given = field(default_factory=lambda: MappingProxyType({}))

    def with_(self, **changes: object) -> Trial:
        return replace(self, **changes)

    @property
    def span(self) -> float:
        """Days from first dose to last visit."""
        return max(self.visits)


def trial(
    cohort: Cohort,
    arms: Mapping[str, Regimen | Plan],
    *,
    name: str = "trial",
    control: str | None = None,
    visits: tuple[float, ...] | None = None,
    scales: tuple[str, ...] = ("MADRS", "HAMD17"),
    setting: str | None = None,
    certain: bool | None = None,
    allocation: Literal["parallel", "twins"] = "parallel",
    adherence: float = 0.9,
    staying: Staying | None = USUAL,
    baseline: Baseline | None = None,
    worlds: int = 0,
    hypotheses: Given | None = None,
    allow: Iterable[str] = (),
) -> Trial:
    """A checked `Trial`; visits default to weekly; `allow` names rules of safety that its regimens may break.

    Raises `TrialError` for no arms, no visits, or a control that is no arm, and whatever the regimens and hypotheses
    raise.
    """
    if not arms:
        raise TrialError(
            "the trial has no arms", rule="A trial compares arms.", fix="Give arms={'drug': …, 'placebo': …}."
        )
    plans = {label: arm if isinstance(arm, Plan) else arm.plan(allow=tuple(allow)) for label, arm in arms.items()}
    for label, plan in plans.items():
        if not plan.doses and not plan.sessions:
            raise TrialError(
                f"arm '{label}' is empty: no dose and no session",
                rule="An arm without active treatment still gives its control.",
                fix="Use placebo(), sham() or midazolam.",
            )
    if control is not None and control not in plans:
        raise TrialError(
            f"the control '{control}' is not an arm",
            rule=f"Arms: {', '.join(plans)}.",
            fix="Name one of them, or leave control out.",
        )
    if visits is None:
        weeks = max(plan.span for plan in plans.values()) / 168
        visits = tuple(7.0 * week for week in range(round(max(weeks, 1)) + 1))
    if not visits or max(visits) <= 0:
        raise TrialError(
            "the trial has no visits after the first dose",
            rule="Nothing is measured without a visit.",
            fix="Give visits in days, for example visits=(7, 14, 28).",
        )
    if any(day < 0 for day in visits):
        raise TrialError("a visit lies before the first dose", fix="Day 0 is the first dose; count from there.")
    for one in scales:
        scale(one)
    if staying is not None:
        _check_adverse(staying, plans)
    chosen = setting or setting_of(plans.values())
    if chosen not in SETTINGS:
        raise TrialError(f"there is no setting '{chosen}'", rule=f"Settings: {', '.join(SETTINGS)}.")
    return Trial(
        name=name,
        cohort=cohort,
        arms=MappingProxyType(plans),
        control=control,
        visits=tuple(sorted({0.0, *map(float, visits)})),
        scales=tuple(scales),
        setting=chosen,
        certain=not any(inert(plan) for plan in plans.values()) if certain is None else certain,
        allocation=allocation,
        adherence=adherence,
        staying=staying,
        baseline=baseline,
        worlds=worlds,
        hypotheses=_known(restricted(hypotheses or {}), plans),
    )


def _check_adverse(staying: Staying, plans: Mapping[str, Plan]) -> None:
    """Hazards of leaving because of adverse effects belong to arms and are not negative; raises `TrialError`."""
    for name, hazard in staying.adverse.items():
        if name not in plans:
            raise TrialError(
                f"adverse effects are given for '{name}', which is no arm",
                rule=f"Arms: {', '.join(plans)}.",
                fix="Name one of them.",
            )
        if not 0 <= hazard < float("inf"):
            raise TrialError(
                f"the weekly hazard of adverse effects in arm '{name}' is {hazard:g}",
                rule="A hazard is 0 or more per week.",
                fix="Of a share p that left in w weeks it is -ln(1 - p)/w.",
            )


def _known(asked: Restriction, plans: Mapping[str, Plan]) -> Given:
    """The restriction, its parameters being those of some arm's model; raises `UnknownName`."""
    if asked.parameters:
        from euthymia.model.treatment import model_of

        known = {name for plan in plans.values() for name in model_of(plan).parameters}
        for name in asked.parameters:
            if name not in known:
                raise UnknownName("parameter", name, known)
    return asked.given
