"""The one-step method: a linearly implicit Runge-Kutta (Rosenbrock) scheme with dense output.

One step from y over h, with J the Jacobian and f_t the time derivative at its start, solves

    (I/(h gamma) - J) u_i = f(t + c_i h, y + Σ a_ij u_j) + (1/h) Σ C_ij u_j + h d_i f_t ,    i = 1 … s

so every stage shares one matrix. The new state is y + Σ b_i u_i; the last u is the estimate of its error. This is
the form of Hairer & Wanner (hairer1996, section IV.7), in which no product with J is ever needed.
Assumes the exact Jacobian. Left out: methods that tolerate an old or approximate one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Row = tuple[float, ...]


@dataclass(frozen=True)
class Rosenbrock:
    """Coefficients of a stiffly accurate scheme: its last two stages and its result extend the row before them.

    `explicit` holds the rows of a and `implicit` those of C, from the second stage on, up to the diagonal;
    `nodes` are c (where in the step a stage stands), `slopes` are d (how much of f_t it takes).
    `dense` holds the interpolant: with K_m = Σ_j dense[m][j] u_j,
    y(t + θh) = (1 - θ) y + θ (y_new + (1 - θ) (K_1 + θ (K_2 + θ K_3))).
    """

    name: str
    source: str
    order: int
    gamma: float
    nodes: Row
    slopes: Row
    explicit: tuple[Row, ...]
    implicit: tuple[Row, ...]
    dense: tuple[Row, ...]

    @property
    def stages(self) -> int:
        return len(self.explicit) + 1

    @property
    def weights(self) -> Row:
        """b: the result is the last stage's argument plus the last u."""
        return (*self.explicit[-1], 1.0)

    @property
    def butcher(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The scheme as printed in papers, (A, Γ, b): undo the change of variables u = Γ k."""
        implicit = _square(self.implicit, self.stages)
        gammas = np.linalg.inv(np.eye(self.stages) / self.gamma - implicit)
        return _square(self.explicit, self.stages) @ gammas, gammas, np.asarray(self.weights) @ gammas


def _square(rows: tuple[Row, ...], size: int) -> np.ndarray:
    matrix = np.zeros((size, size))
    for i, row in enumerate(rows, start=1):
        matrix[i, : len(row)] = row
    return matrix


_SIXTH = (-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946)

#: Eight stages, order 5 with an embedded 4, L-stable, dense output of order 4 (steinebach2023)
RODAS5P = Rosenbrock(
    name="Rodas5P",
    source="steinebach2023",
    order=5,
    gamma=0.21193756319429014,
    nodes=(0.0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1.0, 1.0, 1.0),
    slopes=(
        0.21193756319429014,
        -0.42387512638858027,
        -0.3384627126235924,
        1.8046452872882734,
        2.325825639765069,
        0.0,
        0.0,
        0.0,
    ),
    explicit=(
        (3.0,),
        (2.849394379747939, 0.45842242204463923),
        (-6.954028509809101, 2.489845061869568, -10.358996098473584),
        (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
        _SIXTH,
        (*_SIXTH, 1.0),
        (*_SIXTH, 1.0, 1.0),
    ),
    implicit=(
        (-14.155112264123755,),
        (-17.97296035885952, -2.859693295451294),
        (147.12150275711716, -1.41221402718213, 71.68940251302358),
        (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
        (24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471),
        (
            30.91273214028599,
            -3.1208243349937974,
            77.79954646070892,
            34.28646028294783,
            -19.097331116725623,
            -28.087943162872662,
        ),
        (
            37.80277123390563,
            -3.2571969029072276,
            112.26918849496327,
            66.9347231244047,
            -40.06618937091002,
            -54.66780262877968,
            -9.48861652309627,
        ),
    ),
    dense=(
        (
            25.948786856663858,
            -2.5579724845846235,
            10.433815404888879,
            -2.3679251022685204,
            0.524948541321073,
            1.1241088310450404,
            0.4272876194431874,
            -0.17202221070155493,
        ),
        (
            -9.91568850695171,
            -0.9689944594115154,
            3.0438037242978453,
            -24.495224566215796,
            20.176138334709044,
            15.98066361424651,
            -6.789040303419874,
            -6.710236069923372,
        ),
        (
            11.419903575922262,
            2.8879645146136994,
            72.92137995996029,
            80.12511834622643,
            -52.072871366152654,
            -59.78993625266729,
            -0.15582684282751913,
            4.883087185713722,
        ),
    ),
)
