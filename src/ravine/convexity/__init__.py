r"""Convexity: its definition and its tests, made to be tried on random cases.

Each test is an inequality, left :math:`\le` right. `chord`, `tangent` and `segment` give the
numbers of one case; `chord_test`, `tangent_test`, `hessian_test` and `set_test` try many random
ones and answer with a `Verdict`: how many were tried, how close it came, and a counterexample if
there is one. One counterexample disproves convexity. Any number of cases without one proves nothing.
`combination` and its neighbours make functions and sets from simpler ones.

Points are numbers, or arrays whose **first** axis runs over the coordinates. A batch of points has
one more axis, the **last**: numbers come as an array of shape ``(draws,)``, points of
:math:`\mathbb{R}^n` as one of shape ``(n, draws)``, matrices as ``(n, n, draws)``. So ``x[0]`` is the
first coordinate either way, ``lambda x: x[0] ** 2 + 2 * x[1] ** 2`` serves one point and many, and
so do the objectives of `ravine.losses`.
"""

from ravine.convexity.checks import (
    chord,
    chord_test,
    hessian_test,
    segment,
    set_test,
    tangent,
    tangent_test,
)
from ravine.convexity.constructions import (
    affine,
    ball,
    combination,
    halfspace,
    maximum,
    minimum,
    negative_log_det,
    p_norm,
    polyhedron,
    semidefinite_cone,
    semidefinite_pairs,
)
from ravine.convexity.pairs import (
    Box,
    Pairs,
    Point,
    close_pairs,
    mixed_pairs,
    uniform_pairs,
)
from ravine.convexity.verdict import (
    Comparison,
    Verdict,
    judge,
    pooled,
)

__all__ = [
    "Box",
    "Comparison",
    "Pairs",
    "Point",
    "Verdict",
    "affine",
    "ball",
    "chord",
    "chord_test",
    "close_pairs",
    "combination",
    "halfspace",
    "hessian_test",
    "judge",
    "maximum",
    "minimum",
    "mixed_pairs",
    "negative_log_det",
    "p_norm",
    "polyhedron",
    "pooled",
    "segment",
    "semidefinite_cone",
    "semidefinite_pairs",
    "set_test",
    "tangent",
    "tangent_test",
    "uniform_pairs",
]
