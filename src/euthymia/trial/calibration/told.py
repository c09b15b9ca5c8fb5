"""A calibration in words: how well it went, and what it could and could not learn, unidentified parameters first.

Left out: figures, which belong to the report.
"""

from __future__ import annotations

from collections.abc import Iterator

from euthymia.trial.calibration.finished import Finished


def told(done: Finished) -> str:
    """Lines for a terminal."""
    return "\n".join(_lines(done))


def _lines(done: Finished) -> Iterator[str]:
    problem = done.problem
    yield f"{problem.count} targets, {len(problem.names)} free parameters, cost {done.best.cost:.1f}"
    yield f"{len(done.members)} members kept, {done.dropped} dropped, worth {done.effective:.0f} equal ones"
    for name, share in done.checks.items():
        yield f"inside the 90 % predictive interval, {name.replace('_', ' ')}: {100 * share:.0f} %"
    unknown = [one.name for one in done.identified if one.unidentified]
    yield f"nothing identifies {len(unknown)} of {len(problem.names)} parameters: {', '.join(unknown) or 'none'}"
    yield "parameter: prior -> posterior (log spread prior -> posterior); which data"
    for one in sorted(done.identified, key=lambda one: one.shrunk):
        data = ", ".join(f"{group} {100 * share:.0f} %" for group, share in one.by)
        yield (
            f"  {one.name}: {one.prior:.3g} -> {one.posterior:.3g} "
            f"({one.prior_sd:.2f} -> {one.posterior_sd:.2f}); {data or 'none'}"
        )
    for rival in done.rivals:
        decides = done.decides.get((rival.hypothesis, rival.alternative), "")
        yield (
            f"  {rival.hypothesis} = {rival.alternative}: weight {rival.prior:.2f} -> {rival.weight:.2f}"
            + (f"; {decides}" if decides else "")
        )
