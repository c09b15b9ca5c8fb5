"""Response of the reward circuit: dopamine tone, exercised by what a person does.

The assumption that matters: response follows the product of tone and activity over about three days, so a drug on
dopamine needs days and an idle person answers less. Left out: prediction error, wanting apart from liking.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="reward",
        doc=__doc__,
        takes={"dopamine_tone": Port("1"), "behavioural_activation": Port("1", absent=1)},
        gives={"reward_response": "1"},
        parameters=values_for("reward"),
        equations="""
        exercised          = max(1 + activation_gain*(behavioural_activation - 1), 0) : 1
        d(reward_response) = (dopamine_tone*exercised - reward_response)/adjustment_time : 1/hour
        reward_response(0) = 1
        """,
    )
