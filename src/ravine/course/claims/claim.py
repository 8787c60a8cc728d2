"""A claim: what a theorem says, who proves it, and how a program tries to break it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ravine._arguments import whole
from ravine.convexity import Verdict, pooled


@dataclass(frozen=True, eq=False, repr=False)
class Claim:
    r"""A theorem that a program can try to break, and its twin, which lacks the condition and breaks.

    A proof needs no trial. What a trial tests is that the program computes what the proof speaks of; and that
    the trial itself could have failed is shown by the twin.

    Parameters
    ----------
    name : str
        What it says, in a few words.
    statement : str
        What it says, as a formula in LaTeX.
    source : str
        Where it is proved.
    trial : callable
        ``trial(rng, draws, ...)`` draws so many cases that share what is drawn once, a random objective for
        example, and answers with a `ravine.convexity.Verdict`. Its further arguments are what the claim is
        tried on, and the condition.
    without : str
        What the twin does in place of the condition.
    lifted : mapping
        The arguments of `trial` that take the condition away.
    draws : int
        How many cases are tried unless one asks for another number.
    together : int, optional
        How many of them share what is drawn once; by default all.

    Examples
    --------
    >>> from ravine.convexity import judge
    >>> def trial(rng, draws, power=2):
    ...     x = rng.uniform(0, 1, draws)
    ...     return judge("power", "{left} {sign} {right}", left=x**power, right=x, scale=1.0, x=x)
    >>> smaller = Claim(
    ...     "powers are smaller", r"x^p \le x", "", trial, "a power below one", {"power": 0.5}
    ... )
    >>> rng = np.random.default_rng(0)
    >>> bool(tried(smaller, rng=rng)), bool(tried(smaller, rng=rng, power=3))
    (True, True)
    >>> smaller.twin.name, bool(tried(smaller.twin, rng=rng))
    ('a power below one', False)
    """

    name: str
    statement: str
    source: str
    trial: Callable[..., Verdict]
    without: str
    lifted: Mapping[str, Any]
    draws: int = 3000
    together: int | None = None

    @property
    def twin(self) -> Claim:
        """The claim without its condition, which has counterexamples."""
        return replace(self, name=self.without, trial=partial(self.trial, **self.lifted))

    def __repr__(self) -> str:
        """Name the claim."""
        return f"<Claim: {self.name}>"


def tried(
    claim: Claim,
    *about: Any,
    draws: int | None = None,
    rng: np.random.Generator,
    **condition: Any,
) -> Verdict:
    """Try to break a claim in random cases.

    Parameters
    ----------
    claim : Claim
        Such as `ravine.course.claims.DESCENT`, or its twin.
    *about
        What to try it on. Claims about smooth objectives take a `Family` or an `Objective`.
    draws : int, optional
        How many cases; by default as many as the claim says.
    rng : numpy.random.Generator
        Where the random numbers come from.
    **condition
        Other arguments of the trial, ``products=(1.2, 1.99)`` for example.

    Raises
    ------
    TypeError, ValueError
        When `draws` is not a positive integer, or the claim cannot be tried on what is given.

    Examples
    --------
    >>> from ravine.course.claims import DESCENT
    >>> from ravine.course.families import LOGISTIC
    >>> print(tried(DESCENT, LOGISTIC, draws=100, rng=np.random.default_rng(0)).violations)
    0
    """
    remaining = whole("draws", claim.draws if draws is None else draws, at_least=1)
    verdicts = []
    while remaining:
        count = min(claim.together or remaining, remaining)
        verdicts.append(claim.trial(rng, count, *about, **condition))
        remaining -= count
    return pooled(verdicts)
