"""The one-step methods: coefficients typed from the papers.

`RODAS5P` is a linearly implicit Runge-Kutta (Rosenbrock) scheme, for stiff and other problems. One step from y over h,
with J the Jacobian and f_t the time derivative at its start, solves

    (I/(h gamma) - J) u_i = f(t + c_i h, y + Σ a_ij u_j) + (1/h) Σ C_ij u_j + h d_i f_t ,    i = 1 … s

so every stage shares one matrix. The new state is y + Σ b_i u_i; the last u is the estimate of its error. This is
the form of Hairer & Wanner (hairer1996, section IV.7), in which no product with J is ever needed. `TSIT5` is an
explicit Runge-Kutta scheme for problems that are not stiff: u_i = h f(t + c_i h, y + Σ a_ij u_j).

Both interpolate in one form: with K_m = Σ_j dense[m][j] u_j,

    y(t + θh) = (1 - θ) y + θ (y_new + (1 - θ) (K_1 + θ (K_2 + θ K_3)))

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


@dataclass(frozen=True)
class RungeKutta:
    """Coefficients of an explicit scheme whose last stage stands at the new state.

    `explicit` holds the rows of a from the second stage on; `errors` are the weights of the error estimate.
    `polynomials` holds the interpolant as printed: stage j counts Σ_m polynomials[j][m] θ^(m+1).
    """

    name: str
    source: str
    order: int
    nodes: Row
    explicit: tuple[Row, ...]
    errors: Row
    polynomials: tuple[Row, ...]

    @property
    def stages(self) -> int:
        return len(self.explicit) + 1

    @property
    def weights(self) -> Row:
        """b: the result is the last stage's argument."""
        return (*self.explicit[-1], 0.0)

    @property
    def dense(self) -> tuple[Row, ...]:
        """The interpolant in the common form: what is left of each polynomial less θ b_j, over θ (1 - θ)."""
        rows = []
        for weight, (linear, *rest) in zip(self.weights, self.polynomials, strict=True):
            quotient = [linear - weight]
            for coefficient in rest[:-1]:
                quotient.append(quotient[-1] + coefficient)
            rows.append(quotient)
        first, second, third = zip(*rows, strict=True)
        return first, second, third


Method = Rosenbrock | RungeKutta


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

#: Seven stages, order 5 with an embedded 4, dense output of order 4 (tsitouras2011)
TSIT5 = RungeKutta(
    name="Tsit5",
    source="tsitouras2011",
    order=5,
    nodes=(0.0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0, 1.0),
    explicit=(
        (0.161,),
        (-0.008480655492356989, 0.335480655492357),
        (2.8971530571054935, -6.359448489975075, 4.3622954328695815),
        (5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525),
        (5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383),
        (
            0.09646076681806523,
            0.01,
            0.4798896504144996,
            1.379008574103742,
            -3.290069515436081,
            2.324710524099774,
        ),
    ),
    errors=(
        -0.00178001105222577714,
        -0.0008164344596567469,
        0.007880878010261995,
        -0.1447110071732629,
        0.5823571654525552,
        -0.45808210592918697,
        0.015151515151515152,
    ),
    polynomials=(
        (1.0, -2.763706197274826, 2.9132554618219126, -1.0530884977290216),
        (0.0, 0.13169999999999998, -0.2234, 0.1017),
        (0.0, 3.9302962368947516, -5.941033872131505, 2.490627285651253),
        (0.0, -12.411077166933676, 30.33818863028232, -16.548102889244902),
        (0.0, 37.50931341651104, -88.1789048947664, 47.37952196281928),
        (0.0, -27.896526289197286, 65.09189467479366, -34.87065786149661),
        (0.0, 1.5, -4.0, 2.5),
    ),
)
