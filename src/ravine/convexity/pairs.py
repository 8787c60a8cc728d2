"""Pairs of random points, at which the definition of convexity is tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ravine._arguments import array
from ravine._batches import Array

Point: TypeAlias = "float | npt.ArrayLike"


Box: TypeAlias = "npt.ArrayLike"


Pairs: TypeAlias = "Callable[[np.random.Generator, int], tuple[Array, Array]]"


def uniform_pairs(box: Box) -> Pairs:
    """Return a sampler of pairs of points, all of them uniform on a box.

    Parameters
    ----------
    box : pair of float, or one pair for each coordinate
        ``(low, high)`` or ``[(low, high), ...]``.

    Returns
    -------
    callable
        ``sampler(rng, draws)`` gives two arrays of shape (draws,) or (n, draws).

    Raises
    ------
    TypeError, ValueError
        When `box` is not what is said above.

    Examples
    --------
    >>> x, y = uniform_pairs([(-1, 1), (-1, 1), (0, 5)])(np.random.default_rng(0), 10)
    >>> x.shape, y.shape
    ((3, 10), (3, 10))
    """
    low, high = _limits(box)

    def sampler(rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
        shape = (*low.shape[:-1], draws)
        return rng.uniform(low, high, shape), rng.uniform(low, high, shape)

    return sampler


def close_pairs(box: Box) -> Pairs:
    """Return a sampler of pairs whose distance is log-uniform, from 1e-4 to 1 times the box.

    A dent that is small beside the box hides from pairs drawn far apart.

    Parameters
    ----------
    box : pair of float, or one pair for each coordinate
        ``(low, high)`` or ``[(low, high), ...]``.

    Returns
    -------
    callable
        ``sampler(rng, draws)`` gives two arrays of shape (draws,) or (n, draws). The midpoint is
        uniform on the box, the direction is random; what would lie outside is moved to the edge.

    Raises
    ------
    TypeError, ValueError
        When `box` is not what is said above.

    Examples
    --------
    >>> x, y = close_pairs((0, 100))(np.random.default_rng(0), 10_000)
    >>> bool(np.median(abs(x - y)) < 2), bool(x.min() >= 0), bool(y.max() <= 100)
    (True, True, True)
    """
    low, high = _limits(box)

    def sampler(rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
        shape = (*low.shape[:-1], draws)
        middle = rng.uniform(low, high, shape)
        direction = rng.standard_normal(shape)
        direction /= np.abs(direction) if low.ndim == 1 else np.linalg.norm(direction, axis=0)
        half = direction * (high - low) / 2 * 10 ** rng.uniform(-4, 0, draws)
        return np.clip(middle - half, low, high), np.clip(middle + half, low, high)

    return sampler


def mixed_pairs(box: Box) -> Pairs:
    """Return a sampler of pairs, half of them uniform on a box and half of them close together.

    Parameters
    ----------
    box : pair of float, or one pair for each coordinate
        ``(low, high)`` or ``[(low, high), ...]``.

    Returns
    -------
    callable
        ``sampler(rng, draws)`` gives the pairs of `uniform_pairs`, then those of `close_pairs`.

    Raises
    ------
    TypeError, ValueError
        When `box` is not what is said above.

    Examples
    --------
    >>> x, y = mixed_pairs((0, 100))(np.random.default_rng(0), 10_001)
    >>> x.shape, bool(np.median(abs(x - y)[:5_000]) > 20), bool(np.median(abs(x - y)[5_000:]) < 2)
    ((10001,), True, True)
    """
    far, close = uniform_pairs(box), close_pairs(box)

    def sampler(rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
        halves = zip(far(rng, draws // 2), close(rng, draws - draws // 2), strict=True)
        x, y = (np.concatenate(parts, axis=-1) for parts in halves)
        return x, y

    return sampler


def _limits(box: Box) -> tuple[Array, Array]:
    """Return the least and largest coordinates, each of shape (1,) or (n, 1)."""
    ends = array("box", box, dimensions=1 if np.ndim(box) == 1 else 2)
    if ends.shape[-1] != 2 or not (ends[..., 0] < ends[..., 1]).all():
        raise ValueError(
            f"box must be (low, high) or one such pair for each coordinate, low < high, got {box!r}"
        )
    return ends[..., 0, None], ends[..., 1, None]


def _two_points(x: Point, y: Point) -> tuple[Array, Array]:
    start, end = np.asarray(x, float), np.asarray(y, float)
    if start.shape != end.shape:
        raise ValueError(f"x and y must have one shape, got {start.shape} and {end.shape}")
    return start[..., None], end[..., None]


def _point(x: Array) -> float | Array:
    return float(x) if x.ndim == 0 else x
