r"""Families: random objectives of one kind, each with the facts that theorems ask for.

A `Family` draws an objective with its smoothness constant and, where there is one, its minimizer; claims are
tried on them. The objectives take a point of shape (n,) or a batch of shape (n, draws), as everywhere in
`ravine.convexity`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np

from ravine.losses import (
    cosine_sum,
    huber,
    least_squares,
    logistic_loss,
    quadratic_form,
    soft_maximum,
)
from ravine.objective import Array, Objective


@dataclass(frozen=True)
class Family:
    """Random objectives of one kind.

    Parameters
    ----------
    name : str
        What they are.
    convex : bool
        Whether all of them are convex.
    draw : callable
        ``draw(rng, n)`` gives one `Objective` of n variables.

    Examples
    --------
    >>> objective = LOGISTIC.draw(np.random.default_rng(0), 3)
    >>> objective.convex, objective.smoothness > 0
    (True, True)
    """

    name: str
    convex: bool
    draw: Callable[[np.random.Generator, int], Objective]

    def __repr__(self) -> str:
        """Name the family; its function has no readable form."""
        return f"<Family: {self.name}>"


Subject: TypeAlias = "Family | Objective"
Given = TypeVar("Given")


def drawn(subject: Family | Given, rng: np.random.Generator) -> Objective | Given:
    """Return a random objective of a family, of 1 to 5 variables; what is no family, as it is."""
    return subject.draw(rng, int(rng.integers(1, 6))) if isinstance(subject, Family) else subject


def stationary_point(objective: object) -> float | Array:
    """Return the first minimizer that an objective knows, or else its first stationary point."""
    if isinstance(objective, Objective):
        for point in (*objective.minimizers, *(each.x for each in objective.stationary_points)):
            return point
    raise ValueError(f"subject must know a stationary point, got {objective}")


def _quadratic(rng: np.random.Generator, n: int, signs: tuple[float, ...] = (1.0,)) -> Objective:
    basis, _ = np.linalg.qr(rng.standard_normal((n, n)))
    eigenvalues = 10 ** rng.uniform(-1, 1, n) * rng.choice(signs, n)
    eigenvalues[0] = min(signs) * abs(eigenvalues[0])  # of both signs one is negative
    matrix = (basis * eigenvalues) @ basis.T
    return quadratic_form((matrix + matrix.T) / 2, rng.uniform(-3, 3, n))


def _indefinite(rng: np.random.Generator, n: int) -> Objective:
    return _quadratic(rng, n, signs=(1.0, -1.0))


def _least_squares(rng: np.random.Generator, n: int) -> Objective:
    m = int(rng.integers(n, 3 * n + 1))
    return least_squares(rng.standard_normal((m, n)), rng.standard_normal(m))


def _logistic(rng: np.random.Generator, n: int, ridge: float = 0.0) -> Objective:
    return logistic_loss(rng.standard_normal((int(rng.integers(n, 4 * n + 1)), n)), ridge)


def _ridge_logistic(rng: np.random.Generator, n: int) -> Objective:
    return _logistic(rng, n, ridge=0.1)


def _soft_maximum(rng: np.random.Generator, n: int) -> Objective:
    a = rng.standard_normal((n + 1, n))
    return soft_maximum(np.vstack([a, -a]), rng.standard_normal(2 * n + 2))


def _huber(rng: np.random.Generator, n: int) -> Objective:
    return huber(10 ** rng.uniform(-3, 0), rng.uniform(-3, 3, n))


def _cosines(rng: np.random.Generator, n: int) -> Objective:
    return cosine_sum(10 ** rng.uniform(-1, 1, n))


QUADRATIC = Family("convex quadratics", True, _quadratic)
INDEFINITE = Family("quadratics with a negative eigenvalue", False, _indefinite)
LEAST_SQUARES = Family("least squares", True, _least_squares)
LOGISTIC = Family("logistic losses", True, _logistic)
RIDGE_LOGISTIC = Family("logistic losses with ridge", True, _ridge_logistic)
SOFT_MAXIMUM = Family("soft maxima", True, _soft_maximum)
HUBER = Family("Huber losses", True, _huber)
COSINES = Family("sums of cosines", False, _cosines)


FAMILIES = (
    QUADRATIC,
    INDEFINITE,
    LEAST_SQUARES,
    LOGISTIC,
    RIDGE_LOGISTIC,
    SOFT_MAXIMUM,
    HUBER,
    COSINES,
)
