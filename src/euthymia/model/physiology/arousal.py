"""Arousal and salience: noradrenaline and stress raise it, tonic inhibition calms it, within hours.

The assumption that matters: the three add up. It carries what a sedative or a stimulant does to tension and sleep
apart from mood. Left out: histamine, orexin, the salience network as a place.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="arousal",
        doc=__doc__,
        takes={"noradrenaline_level": Port("1"), "stress_input": Port("1"), "tonic_inhibition": Port("1")},
        gives={"arousal": "1"},
        parameters=values_for("arousal"),
        equations="""
        stirred    = stress_gain*(stress_input - 1) + noradrenaline_gain*(saturating(noradrenaline_level) - 1) : 1
        d(arousal) = (1 + stirred - inhibition_gain*(tonic_inhibition - 1) - arousal)/adjustment_time : 1/hour
        arousal(0) = 1
        """,
    )
