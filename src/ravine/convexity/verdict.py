"""Verdicts: an inequality compared at many cases, how close it came, and a counterexample if there is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ravine._batches import Array, argument, shown
from ravine.convexity.pairs import _point

# An excess below this times the size of the terms is taken for rounding, which reaches 3e-15.
TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Comparison:
    """One case of an inequality, left <= right, with its numbers.

    Parameters
    ----------
    kind : str
        Which inequality, for example ``"chord"``.
    x, y : float or array
        The points it is about; `y` is None when there is only one.
    theta : float or None
        The weight of `x` in the point between them.
    left, right : float
        The two sides.
    scale : float
        The size of the terms, to tell an excess from rounding.
    sentence : str
        How it reads, with the names of the other fields in braces; ``{sign}`` is <= or >, and
        ``f{at_x}``, ``f{at_y}``, ``f{at_z}`` are the values of a function at the points.
    tolerance : float
        An excess up to this times the scale counts as rounding.
    notes : mapping of str to float
        Further numbers that the sentence names.

    Examples
    --------
    >>> from ravine.convexity import chord
    >>> case = chord(lambda x: -(x**2), -1.0, 1.0)
    >>> print(case)
    f(0) = 0 > -1 = chord between -1 and 1 (theta = 0.5)
    >>> case.left, case.right, case.excess, case.holds
    (-0.0, -1.0, 1.0, False)
    """

    kind: str
    x: float | Array
    y: float | Array | None
    theta: float | None
    left: float
    right: float
    scale: float
    sentence: str
    tolerance: float = TOLERANCE
    notes: Mapping[str, float] = field(default_factory=dict)

    @property
    def z(self) -> float | Array:
        """The point between, theta x + (1 - theta) y, or x itself when there is no theta."""
        if self.theta is None or self.y is None:
            return self.x
        return self.theta * self.x + (1 - self.theta) * self.y

    @property
    def excess(self) -> float:
        """Left minus right, which is positive where the inequality is violated."""
        return float(_excess(self.left, self.right))

    @property
    def relative_excess(self) -> float:
        """The excess as a multiple of the size of the terms."""
        return float(_relative(_excess(self.left, self.right), self.scale))

    @property
    def holds(self) -> bool:
        """Whether left <= right, up to rounding."""
        return self.relative_excess <= self.tolerance

    def __str__(self) -> str:
        """Write the case as one line."""
        return self.sentence.format(
            x=shown(self.x),
            y=shown(self.y),
            z=shown(self.z),
            at_x=argument(self.x),
            at_y=argument(self.y),
            at_z=argument(self.z),
            theta=shown(self.theta),
            left=shown(self.left),
            right=shown(self.right),
            sign="<=" if self.holds else ">",
            **{name: shown(value) for name, value in self.notes.items()},
        )

    def __repr__(self) -> str:
        """Name the kind of inequality and write the case."""
        return f"<Comparison ({self.kind}): {self}>"


@dataclass(frozen=True, eq=False)
class Verdict:
    """What many cases of one inequality came to. It counts as true when none violates it.

    Parameters
    ----------
    tried : int
        How many cases were tried.
    violations : int
        How many of them violate the inequality.
    worst : Comparison
        The case with the largest excess relative to the size of its terms.

    Examples
    --------
    >>> from ravine.convexity import chord_test
    >>> rng = np.random.default_rng(0)
    >>> verdict = chord_test(np.sin, (-10, 10), draws=1000, rng=rng)
    >>> bool(verdict), verdict.tried, verdict.counterexample is verdict.worst
    (False, 1000, True)
    """

    tried: int
    violations: int
    worst: Comparison

    @property
    def closest(self) -> float:
        """The largest relative excess, which says how close the inequality came to be violated."""
        return self.worst.relative_excess

    @property
    def counterexample(self) -> Comparison | None:
        """The worst case if it violates the inequality, else None."""
        return self.worst if self.violations else None

    @property
    def share(self) -> float:
        """The share of the cases that violate the inequality."""
        return self.violations / self.tried

    def __bool__(self) -> bool:
        """Return whether no case violates the inequality."""
        return not self.violations

    def __str__(self) -> str:
        """Write the verdict as one line."""
        if self:
            return (
                f"tried {self.tried} cases, no violation; "
                f"closest call: relative excess {self.closest:.1e}"
            )
        return f"tried {self.tried} cases, {self.violations} violations; worst: {self.worst}"

    def __repr__(self) -> str:
        """Write the verdict."""
        return f"<Verdict: {self}>"


def judge(
    kind: str,
    sentence: str,
    *,
    left: npt.ArrayLike,
    right: npt.ArrayLike,
    scale: npt.ArrayLike,
    x: Array,
    y: Array | None = None,
    theta: Array | None = None,
    tolerance: float = TOLERANCE,
    notes: Mapping[str, npt.ArrayLike] | None = None,
) -> Verdict:
    """Return the verdict on many cases of an inequality, left <= right.

    Parameters
    ----------
    kind, sentence : str
        As in `Comparison`.
    left, right, scale : array of shape (draws,)
        The two sides and the size of the terms of each case, or one number for all.
    x, y : array of shape (..., draws)
        The points of each case.
    theta : array of shape (draws,), optional
        The weight of `x` in each case.
    tolerance : float
        An excess up to this times the scale counts as rounding.
    notes : mapping of str to array of shape (draws,) or number, optional
        Further numbers that the sentence names.

    Raises
    ------
    ValueError
        When there is no case or a side is not a number.

    Examples
    --------
    Is the sine at most its argument?

    >>> x = np.linspace(-2, 2, 5)
    >>> sentence = "sin {x} = {left} {sign} {right}"
    >>> print(judge("sine", sentence, left=np.sin(x), right=x, scale=1.0, x=x))
    tried 5 cases, 2 violations; worst: sin -2 = -0.909297 > -2
    """
    draws = x.shape[-1]
    if not draws:
        raise ValueError("x must hold at least one case, got none")
    lefts, rights, scales = (_one_each(side, draws) for side in (left, right, scale))
    undefined = np.isnan([lefts, rights, scales]).any(axis=0)
    if undefined.any():
        where = x[..., undefined.argmax()]
        raise ValueError(f"both sides must be numbers, got nan in the case x = {shown(where)}")
    relative = _relative(_excess(lefts, rights), scales)
    worst = int(relative.argmax())
    return Verdict(
        tried=draws,
        violations=int((relative > tolerance).sum()),
        worst=Comparison(
            kind=kind,
            x=_point(x[..., worst]),
            y=None if y is None else _point(y[..., worst]),
            theta=None if theta is None else float(theta[worst]),
            left=float(lefts[worst]),
            right=float(rights[worst]),
            scale=float(scales[worst]),
            sentence=sentence,
            tolerance=tolerance,
            notes={name: float(_one_each(n, draws)[worst]) for name, n in (notes or {}).items()},
        ),
    )


def pooled(verdicts: Iterable[Verdict]) -> Verdict:
    """Return one verdict for several, with the worst case of them all.

    Parameters
    ----------
    verdicts : iterable of Verdict
        At least one.

    Raises
    ------
    ValueError
        When there is none.

    Examples
    --------
    >>> from ravine.convexity import chord_test
    >>> rng = np.random.default_rng(0)
    >>> verdict = pooled(chord_test(f, (0, 3), draws=50, rng=rng) for f in (np.exp, np.square))
    >>> verdict.tried, bool(verdict)
    (100, True)
    """
    parts = list(verdicts)
    if not parts:
        raise ValueError("verdicts must hold at least one, got none")
    return Verdict(
        tried=sum(part.tried for part in parts),
        violations=sum(part.violations for part in parts),
        # a violation before what only seems larger because it is allowed a larger tolerance
        worst=max(parts, key=lambda part: (bool(part.violations), part.closest)).worst,
    )


def _excess(left: npt.ArrayLike, right: npt.ArrayLike) -> Array:
    """Return left - right; of two equal infinities neither exceeds the other."""
    with np.errstate(invalid="ignore"):
        difference = np.subtract(left, right)
    return np.where(np.equal(left, right), 0.0, difference)


def _relative(excess: Array, scale: npt.ArrayLike) -> Array:
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(excess), excess, excess / np.asarray(scale))


def _one_each(side: npt.ArrayLike, draws: int) -> Array:
    return np.broadcast_to(np.asarray(side, float), (draws,))
