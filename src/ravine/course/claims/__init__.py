r"""Theorems that a program can try to break: claims, each with a twin that lacks the condition and breaks.

>>> import numpy as np
>>> from ravine.course.families import COSINES
>>> rng = np.random.default_rng(0)
>>> bool(tried(DESCENT, COSINES, rng=rng)), bool(tried(DESCENT.twin, COSINES, rng=rng))
(True, False)
>>> print(tried(STEEPEST_ASCENT, rng=rng).worst)  # doctest: +ELLIPSIS
along (0.44..., 0.89...) the slope at (1, 1) is 4.47214 <= 4.47214 = norm of the gradient
"""

from __future__ import annotations

from ravine.course.claims.autodiff import ACCUMULATION, DERIVATIVE
from ravine.course.claims.claim import Claim, tried
from ravine.course.claims.convexity import (
    AGREEMENT,
    ARROW,
    CONE,
    INTERSECTION,
    LOCAL_IS_GLOBAL,
    RULES,
    STEEPEST_ASCENT,
    TOWARD_BETTER,
    ZERO_GRADIENT,
)
from ravine.course.claims.descent import (
    APPROACH,
    DESCENT,
    DESCENT_LEMMA,
    FACTS_OF_LEAST_SQUARES,
    LINE_SEARCH,
    LINEAR,
    LIPSCHITZ,
    SCALING,
    SUBLINEAR,
)

CLAIMS = (
    INTERSECTION,
    *RULES,
    AGREEMENT,
    LOCAL_IS_GLOBAL,
    TOWARD_BETTER,
    ZERO_GRADIENT,
    STEEPEST_ASCENT,
    CONE,
    ARROW,
    DESCENT,
    DESCENT_LEMMA,
    LIPSCHITZ,
    SCALING,
    SUBLINEAR,
    LINEAR,
    LINE_SEARCH,
    APPROACH,
    *FACTS_OF_LEAST_SQUARES,
    DERIVATIVE,
    ACCUMULATION,
)

__all__ = [
    "ACCUMULATION",
    "AGREEMENT",
    "APPROACH",
    "ARROW",
    "CLAIMS",
    "CONE",
    "DERIVATIVE",
    "DESCENT",
    "DESCENT_LEMMA",
    "FACTS_OF_LEAST_SQUARES",
    "INTERSECTION",
    "LINEAR",
    "LINE_SEARCH",
    "LIPSCHITZ",
    "LOCAL_IS_GLOBAL",
    "RULES",
    "SCALING",
    "STEEPEST_ASCENT",
    "SUBLINEAR",
    "TOWARD_BETTER",
    "ZERO_GRADIENT",
    "Claim",
    "tried",
]
