"""How much of the tissue under a coil a pulse recruits, from its field relative to the motor threshold.

Thresholds are log-normal around the field at motor threshold (weise2025). The assumption that matters: prefrontal
neurons have the thresholds of motor ones. Left out: orientation, pulse shape.
"""

from __future__ import annotations

import math

from euthymia.model.parameter_table import values_for


def recruited(share: float) -> float:
    """Share of neurons recruited by a field of `share` times the threshold field.

    >>> recruited(1.0)
    0.5
    """
    if share <= 0:
        return 0.0
    spread = values_for("sessions")["threshold_spread"].number
    return 0.5 * (1 + math.erf(math.log(share) / spread / math.sqrt(2)))
