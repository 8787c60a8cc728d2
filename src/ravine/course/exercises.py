"""Checks for the reader's own functions: what differs, where first, and what to look at.

Each check runs a function of the reader beside the library's and answers with a `Report`. A mistake that is
often made is recognized by making it: if the reader's numbers are those of a known slip, the report says so.
"""

from __future__ import annotations

import contextlib
import inspect
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, cast

import numpy as np

from ravine.methods import (
    Method,
    adagrad,
    adam,
    averaged_heavy_ball,
    heavy_ball,
    nesterov,
)
from ravine.named import QUARTIC
from ravine.sweeps import sweep

Step: TypeAlias = Callable[..., tuple[Any, Any]]

UPDATES = 60
START = -2.5
_slope = cast("Callable[[float], float]", QUARTIC.slope)  # the quartic has one, not None
TOLERANCE = 1e-9  # relative; the order of the operations is the reader's choice


@dataclass(frozen=True)
class Report:
    """What a check found.

    Parameters
    ----------
    passed : bool
        Whether every number agreed.
    summary : str
        What was compared, or the first thing that differs, with its numbers.
    look_at : str
        What to look at. Empty only if it passed.

    Examples
    --------
    >>> print(Report(passed=False, summary="x is 3, and should be 2", look_at="the sign"))
    not yet: x is 3, and should be 2
    look at: the sign
    >>> bool(Report(passed=True, summary="60 updates agree"))
    True
    """

    passed: bool
    summary: str
    look_at: str = ""

    def __bool__(self) -> bool:
        """Whether the function passed."""
        return self.passed

    def __str__(self) -> str:
        """Say it in one line, or in two with advice."""
        head = f"{'passed' if self.passed else 'not yet'}: {self.summary}"
        return f"{head}\nlook at: {self.look_at}" if self.look_at else head


# What is often done instead, as a step of the reader's own signature: x, gradient, what is kept, settings.
# Of two slips that make the same points the first is named.
MOMENTUM_SLIPS: dict[str, Step] = {
    "the factor (1 - momentum) before the gradient: that is the other convention": (
        lambda x, g, v, alpha, beta: averaged_heavy_ball(alpha, beta).step(x, g, v)
    ),
    "the velocity: it must be returned, and used the next time": (
        lambda x, g, v, alpha, _beta: (x - alpha * g, v)
    ),
    "the sign: x moves against the velocity": (
        lambda x, g, v, alpha, beta: (x + alpha * (v := beta * v + g), v)
    ),
    "the order: x moves with the new velocity, not with the old one": (
        lambda x, g, v, alpha, beta: (x - alpha * v, beta * v + g)
    ),
    "the step size: it is used twice, in the velocity and in x": (
        lambda x, g, v, alpha, beta: (x - alpha * (v := beta * v + alpha * g), v)
    ),
    "the momentum: the old velocity is multiplied by it": (
        lambda x, g, v, alpha, _beta: (x - alpha * (v := v + g), v)
    ),
    "what is kept: it is the new velocity, not the gradient": (
        lambda x, g, v, alpha, beta: (x - alpha * (beta * v + g), g)
    ),
    "the order of what is returned: x first, then the velocity": (
        lambda x, g, v, alpha, beta: ((v := beta * v + g), x - alpha * v)
    ),
    "the order of the arguments: the step size comes before the momentum": (
        lambda x, g, v, alpha, beta: (x - beta * (v := alpha * v + g), v)
    ),
    "the gradient in the move of x: this is Nesterov's method": (
        lambda x, g, v, alpha, beta: nesterov(alpha, beta).step(x, g, v)
    ),
}

ADAGRAD_SLIPS: dict[str, Step] = {
    "the root: divide by the root of the sum": (
        lambda x, g, s, alpha: (x - alpha * g / (s := s + g * g), s)
    ),
    "the order: the new square joins the sum before the division": (
        lambda x, g, s, alpha: (x - alpha * g / (math.sqrt(s) + 1e-10), s + g * g)
    ),
    "the step size: it is missing": (
        lambda x, g, s, _alpha: (x - g / math.sqrt(s := s + g * g), s)
    ),
    "the sum of squares: it must be returned, and grow from update to update": (
        lambda x, g, s, alpha: (x - math.copysign(alpha, g), s)
    ),
    "the sign: x moves against the gradient": (
        lambda x, g, s, alpha: (x + alpha * g / math.sqrt(s := s + g * g), s)
    ),
    "the squares: what is summed are squares, and the root comes after": (
        lambda x, g, s, alpha: (x - alpha * g / (s := s + abs(g)), s)
    ),
    "the denominator: this is plain gradient descent": (lambda x, g, s, alpha: (x - alpha * g, s)),
}


def _adam(
    x: float, g: float, state: Any, alpha: float, *,
    first: bool = True, second: bool = True, inside: bool = False, sign: float = 1.0,
    shares: tuple[float, float] = (0.9, 0.999), root: bool = True, behind: bool = False,
    counts: bool = True, keeps_corrected: bool = False,
) -> tuple[float, Any]:  # fmt: skip
    """Make a step of Adam, with what is said changed."""
    k, mean, square = state
    k = k + 1 if counts else 1
    mean = shares[0] * mean + (1 - shares[0]) * g
    square = shares[1] * square + (1 - shares[1]) * g * g
    power = max(k - 1, 1) if behind else k
    m = mean / (1 - shares[0] ** power) if first else mean
    v = square / (1 - shares[1] ** power) if second else square
    below = math.sqrt(v + 1e-8) if inside else (math.sqrt(v) if root else v) + 1e-8
    return x - sign * alpha * m / below, (k, m, v) if keeps_corrected else (k, mean, square)


ADAM_SLIPS: dict[str, Step] = {
    advice: partial(_adam, **changed)
    for advice, changed in (
        (
            "the bias correction: divide each mean by 1 minus its share to the power of the updates made",
            {"first": False, "second": False},
        ),
        ("the bias correction of the mean of the gradients: it is missing", {"first": False}),
        ("the bias correction of the mean of the squares: it is missing", {"second": False}),
        ("eps: it is 1e-8, and is added to the root, not under it", {"inside": True}),
        ("the sign: x moves against the mean", {"sign": -1.0}),
        (
            "the two shares: 0.9 belongs to the gradients, 0.999 to the squares",
            {"shares": (0.999, 0.9)},
        ),
        ("the root: divide by the root of the mean of the squares", {"root": False}),
        (
            "the count of updates: it is raised before it is used, and is 1 in the first update",
            {"behind": True},
        ),
        ("the count of updates: it must be returned, raised by one", {"counts": False}),
        ("what is kept: the means themselves, not the corrected ones", {"keeps_corrected": True}),
    )
}


def check_momentum(step: Step) -> Report:
    """Compare a step with momentum with that of `ravine.methods.heavy_ball`, on the quartic from -2.5.

    Parameters
    ----------
    step : callable
        ``step(x, gradient, velocity, step_size, momentum)`` returns the next x and the next velocity; all
        are floats, and the velocity is 0.0 before the first update.

    Raises
    ------
    TypeError
        When `step` cannot be called. What goes wrong inside it is reported, not raised.

    Examples
    --------
    >>> def step(x, gradient, velocity, step_size, momentum):
    ...     velocity = momentum * velocity + (1 - momentum) * gradient
    ...     return x - step_size * velocity, velocity
    >>> print(check_momentum(step))
    not yet: with step_size = 0.01, momentum = 0.9: x is -2.4525 at update 1, and should be -2.025
    look at: the factor (1 - momentum) before the gradient: that is the other convention
    """
    cases = (
        {"step_size": 0.01, "momentum": 0.9},
        {"step_size": 0.01, "momentum": 0.5},
        {"step_size": 0.004, "momentum": 0.0},
    )

    arguments = "x, gradient, velocity, step_size, momentum"
    return _check_steps(step, cases, heavy_ball, MOMENTUM_SLIPS, arguments=arguments, state=0.0)


def check_adagrad(step: Step) -> Report:
    """Compare a step of AdaGrad with the library's, which is torch's.

    Parameters
    ----------
    step : callable
        ``step(x, gradient, squares, step_size)`` returns the next x and the next sum of squares; all are
        floats, and the sum is 0.0 before the first update. The eps in the denominator is 1e-10, or left out.

    Raises
    ------
    TypeError
        When `step` cannot be called.

    Examples
    --------
    >>> def step(x, gradient, squares, step_size):
    ...     squares = squares + gradient**2
    ...     return x - step_size * gradient / squares, squares
    >>> print(check_adagrad(step))
    not yet: with step_size = 0.5: x is -2.4894737 at update 1, and should be -2
    look at: the root: divide by the root of the sum
    """
    cases = ({"step_size": 0.5}, {"step_size": 0.1}, {"step_size": 2.0})

    arguments = "x, gradient, squares, step_size"
    return _check_steps(step, cases, adagrad, ADAGRAD_SLIPS, arguments=arguments, state=0.0)


def check_adam(step: Step) -> Report:
    """Compare a step of Adam with the library's, which is torch's.

    Parameters
    ----------
    step : callable
        ``step(x, gradient, state, step_size)`` returns the next x and the next state. The state before the
        first update is the tuple (0, 0.0, 0.0): how many updates were made, the mean of the gradients, the
        mean of their squares. The shares kept are 0.9 and 0.999, and eps is 1e-8, outside the root.

    Raises
    ------
    TypeError
        When `step` cannot be called.

    Examples
    --------
    >>> def step(x, gradient, state, step_size):
    ...     k, mean, square = state
    ...     mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
    ...     return x - step_size * mean / (square**0.5 + 1e-8), (k + 1, mean, square)
    >>> print(check_adam(step))
    not yet: with step_size = 0.1: x is -2.1837722 at update 1, and should be -2.4
    look at: the bias correction: divide each mean by 1 minus its share to the power of the updates made
    """
    cases = ({"step_size": 0.1}, {"step_size": 0.5}, {"step_size": 0.01})

    arguments = "x, gradient, state, step_size"
    return _check_steps(step, cases, adam, ADAM_SLIPS, arguments=arguments, state=(0, 0.0, 0.0))


WITHIN, FAR = 1e-2, 1e6
ENDS = ("left", "right", "elsewhere", "diverged")
COUNTS = f"a dict of {', '.join(ENDS)}"


def many_starts() -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the fifty random starts of the third exercise, uniform on [-3, 3].

    Examples
    --------
    >>> many_starts()[:3].round(6)
    array([ 0.82177 , -1.38128 , -2.754159])
    """
    return np.random.default_rng(0).uniform(-3, 3, 50)


def ends(starts: Any, step_size: float, updates: int) -> dict[str, int]:
    """Count where runs of gradient descent on the quartic are after some updates.

    Parameters
    ----------
    starts : array of shape (n,)
    step_size : float
    updates : int
        How many updates each run makes.

    Returns
    -------
    dict
        How many are within 1e-2 of the left and of the right minimizer, how many are elsewhere, and how
        many have diverged: left the range of one million, or are not a number.

    Examples
    --------
    >>> ends(many_starts(), 0.1, 39)
    {'left': 18, 'right': 23, 'elsewhere': 0, 'diverged': 9}
    """
    runs = sweep(
        QUARTIC,
        step_size=step_size,
        start=np.asarray(starts),
        max_updates=updates,
        escape_radius=FAR,
    )
    diverged = runs.escaped
    left, right = (
        ~diverged & (np.abs(runs.x - minimizer) <= WITHIN) for minimizer in QUARTIC.minimizers
    )
    elsewhere = ~(diverged | left | right)
    return {
        name: int(group.sum())
        for name, group in zip(ENDS, (left, right, elsewhere, diverged), strict=True)
    }


def check_many_starts(count: Callable[..., Mapping[str, int]]) -> Report:
    """Compare counts of where runs end with the library's.

    Parameters
    ----------
    count : callable
        ``count(starts, step_size, updates)`` returns a dict with the keys left, right, elsewhere and
        diverged, as `ends` does.

    Raises
    ------
    TypeError
        When `count` cannot be called.

    Examples
    --------
    >>> def one_too_many(starts, step_size, updates):
    ...     return ends(starts, step_size, updates + 1)
    >>> print(check_many_starts(one_too_many))
    not yet: with step_size = 0.01, updates = 39: left is 18, and should be 17
    look at: the number of updates: yours has made one more
    >>> check_many_starts(ends).passed
    True
    """
    _callable("count", count)
    starts = many_starts()
    compared = ((0.01, 39), (0.1, 39), (0.5, 39), (0.1, 3), (0.01, 1000))
    for step_size, updates in compared:
        case = f"with step_size = {step_size:g}, updates = {updates}"
        values = starts.copy(), step_size, updates
        shown = f"(many_starts(), {step_size:g}, {updates})"
        try:
            given = _counts(
                _asked(
                    count,
                    values,
                    shown=shown,
                    arguments="starts, step_size, updates",
                    wanted=COUNTS,
                )
            )
        except _UnusableAnswerError as problem:
            return Report(passed=False, summary=f"{case}: {problem}", look_at=problem.look_at)
        right = ends(starts, step_size, updates)
        wrong = [name for name in ENDS if given[name] != right[name]]
        if wrong:
            first = wrong[0]
            return Report(
                passed=False,
                summary=f"{case}: {first} is {given[first]:g}, and should be {right[first]}",
                look_at=_advice_on_counts(given, right, starts, step_size, updates),
            )
    return Report(passed=True, summary=f"{len(compared)} settings of {len(starts)} runs agree")


def _counts(answer: object) -> dict[str, float]:
    """Read the reader's counts, or say why they cannot be used."""
    if not isinstance(answer, Mapping) or set(answer) != set(ENDS):
        raise _UnusableAnswerError(
            f"it returned {_short(answer)}, and {COUNTS} is needed",
            "the keys: these four, and no other",
        )
    return {name: _number(name, answer[name]) for name in ENDS}


def _advice_on_counts(
    given: dict[str, float], right: dict[str, int], starts: Any, step_size: float, updates: int
) -> str:
    counted = sum(given.values())
    x = float(starts[0])
    by_hand = f"from {x:.6f} the first update leads to {x - step_size * _slope(x):.6f}"
    swapped = {**right, "left": right["right"], "right": right["left"]}
    known = (
        (given == swapped, "the names: left and right have changed places"),
        (
            given == ends(starts, step_size, updates + 1),
            "the number of updates: yours has made one more",
        ),
        (
            given == ends(starts, step_size, updates - 1),
            "the number of updates: yours has made one less",
        ),
        (
            counted < len(starts),
            f"the sum: {counted:g} of {len(starts)} runs are counted. A nan fails every comparison",
        ),
        (counted > len(starts), f"the sum: {counted:g} for {len(starts)} runs. Some count twice"),
        (
            given["elsewhere"] == len(starts),
            f"the update, then the distances: all runs count as elsewhere, and {by_hand}",
        ),
        (
            given["diverged"] > right["diverged"],
            f"the update: too many runs diverge, and {by_hand}",
        ),
        (
            given["diverged"] < right["diverged"],
            "the diverged runs: inf, nan and everything beyond a million belong there",
        ),
        (
            given["elsewhere"] < right["elsewhere"],
            "the distance: left and right mean within 0.01 of a minimizer, not only on its side",
        ),
        (
            given["elsewhere"] > right["elsewhere"],
            "the distance: 0.01, and from the root of 3/2 with all its digits",
        ),
    )
    return next((advice for holds, advice in known if holds), f"the last points: {by_hand}")


def check_line_search(choose: Callable[..., float]) -> Report:
    """Try a line search on the quartic: the step must lead to the lowest point of the ray.

    Parameters
    ----------
    choose : callable
        ``choose(f, x, slope)`` returns the step size that makes ``f(x - step_size * slope)`` as small as it
        can be; `f` is the quartic, and the slope is not zero.

    Returns
    -------
    Report
        A point is low enough if its value is within 1e-9 of the best.

    Raises
    ------
    TypeError
        When `choose` cannot be called.

    Examples
    --------
    >>> print(check_line_search(lambda f, x, slope: 0.1))
    not yet: from x = -2.5: the step 0.1 leads to f = 12.441406, and -0.25 can be had
    look at: the other step sizes: this one does not depend on x
    """
    _callable("choose", choose)
    starts = (-2.5, -0.5, 3.0, -1.2, 1e-6)
    chosen: dict[float, float] = {}
    lowest: Any = QUARTIC.optimal_value
    for x in starts:
        values, shown = (QUARTIC.value, x, _slope(x)), f"(f, {x:g}, {_slope(x):.8g})"
        try:
            answer = _asked(
                choose, values, shown=shown, arguments="f, x, slope", wanted="a step size"
            )
            chosen[x] = _number("the step", answer)
        except _UnusableAnswerError as problem:
            summary = f"from x = {x:g}: {problem}"
            return Report(passed=False, summary=summary, look_at=problem.look_at)
    for x, step_size in chosen.items():
        value: Any = QUARTIC.value(x - step_size * _slope(x))
        if not value <= lowest + TOLERANCE:
            return Report(
                passed=False,
                summary=f"from x = {x:g}: the step {step_size:.8g} leads to f = {value:.8g}, and "
                f"{lowest:g} can be had",
                look_at=_advice_on_step(x, step_size, constant=len(set(chosen.values())) == 1),
            )
    return Report(passed=True, summary=f"from {len(starts)} starts one step leads to a minimizer")


def _advice_on_step(x: float, step_size: float, *, constant: bool) -> str:
    slope: Any = _slope(x)
    value: Any = QUARTIC.value(x - step_size * slope)
    before: Any = QUARTIC.value(x)
    minimizers = [float(point) for point in QUARTIC.minimizers]
    nearest = min(step for p in minimizers if (step := (x - p) / slope) > 0)
    known = (
        (not math.isfinite(step_size), "the step size: it is not a finite number"),
        (
            any(math.isclose(step_size, point, rel_tol=1e-6) for point in minimizers),
            "what is returned: this is the point, and the step size that leads there is needed",
        ),
        (
            any(math.isclose(step_size, (p - x) / slope, rel_tol=1e-6) for p in minimizers),
            "the sign: the new point is x minus the step size times the slope",
        ),
        (step_size <= 0, "the sign: a step size is positive"),
        (constant, "the other step sizes: this one does not depend on x"),
        (
            math.isclose(value, before) and step_size < nearest,
            f"how far it searches: the best step size from here is {nearest:.8g}",
        ),
        (math.isclose(value, 2.0, rel_tol=1e-6), "the hilltop: the slope is zero there too"),
        (value < before, "how low it gets: f falls, but not as far as it can along this ray"),
    )
    return next((advice for holds, advice in known if holds), "the value of f at the new point")


def _check_steps(
    step: Step,
    cases: tuple[dict[str, float], ...],
    reference: Callable[..., Method[Any]],
    slips: dict[str, Step],
    *,
    arguments: str,
    state: Any,
) -> Report:
    """Run the reader's step beside the library's, and name the slip that explains a difference."""
    _callable("step", step)
    for settings in cases:
        case = "with " + ", ".join(f"{name} = {value:g}" for name, value in settings.items())
        method = reference(**settings)
        rights = itertools.islice(_points(method.step, method.init(START)), UPDATES)
        readers = _Readers(step, arguments, settings)
        given = _points(readers, state)
        for update, right in enumerate(rights, start=1):
            try:
                x = next(given)
            except _UnusableAnswerError as problem:
                summary = f"{case}: at update {update} {problem}"
                return Report(passed=False, summary=summary, look_at=problem.look_at)
            if not _close(x, right):
                last_call = readers.last_call
                slip = _slip(readers, slips, state, updates=max(update, 4))
                return Report(
                    passed=False,
                    summary=f"{case}: x is {_told_apart(x, right)} at update {update}, and should be "
                    f"{_told_apart(right, x)}",
                    look_at=slip or _advice_on_point(x, right, last_call),
                )
    return Report(
        passed=True, summary=f"{len(cases)} runs of {UPDATES} updates agree with the library's"
    )


@dataclass
class _Readers:
    """The reader's step as the library calls one; it says what is wrong with an unusable answer."""

    step: Step
    arguments: str
    settings: dict[str, float]
    last_call: str = ""

    def __call__(self, x: float, gradient: float, state: Any) -> tuple[float, Any]:
        values = x, gradient, state, *self.settings.values()
        shown = f"({', '.join(map(_short, values))})"
        self.last_call = _name(self.step) + shown
        wanted = "a pair"
        answer = _asked(self.step, values, shown=shown, arguments=self.arguments, wanted=wanted)
        if not isinstance(answer, tuple | list) or len(answer) != 2:
            raise _UnusableAnswerError(
                f"it returned {_short(answer)}, and {wanted} is needed",
                "the return: x, a comma, and what is kept",
            )
        return _number("x", answer[0]), answer[1]


def _points(step: Step, state: Any) -> Iterator[float]:
    """Run a step on the quartic and yield each point after the start."""
    x = START
    while True:
        x, state = step(x, _slope(x), state)
        yield x


def _close(given: float, right: float) -> bool:
    return math.isclose(given, right, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _slip(readers: _Readers, slips: dict[str, Step], state: Any, updates: int) -> str:
    """Return the slip whose first points are the reader's; empty if none is."""
    given: list[float] = []
    try:
        given.extend(itertools.islice(_points(readers, state), updates))
    except _UnusableAnswerError:
        return ""
    settings = readers.settings.values()
    for advice, slip in slips.items():
        points = _points(lambda *arguments, slip=slip: slip(*arguments, *settings), state)
        if all(map(_close, given, points)):
            return advice
    return ""


def _advice_on_point(given: float, right: float, call: str) -> str:
    if not math.isfinite(given):
        return f"a division by zero, or an overflow, in this call: {call}"
    if math.isclose(given, right, rel_tol=1e-6):
        return (
            "the last digits: a small eps shows here, and so does single precision, torch's default"
        )
    return f"this call by hand: {call}"


def _told_apart(number: float, other: float) -> str:
    """Write a number with as many digits as tell it from the other."""
    return next(
        (text for digits in (8, 12) if (text := f"{number:.{digits}g}") != f"{other:.{digits}g}"),
        f"{number:.17g}",
    )


class _UnusableAnswerError(Exception):
    """The reader's function raised, or returned what cannot be used."""

    def __init__(self, problem: str, look_at: str) -> None:
        super().__init__(problem)
        self.look_at = look_at


def _asked(
    function: Callable[..., object],
    values: tuple[Any, ...],
    *,
    shown: str,
    arguments: str,
    wanted: str,
) -> object:
    """Call the reader's function; whatever it raises becomes a problem with advice, and so does None."""
    try:
        answer = function(*values)
    except Exception as error:
        if not _takes(function, values):
            advice = f"the arguments: it is called with {arguments}, in this order"
        elif isinstance(error, OverflowError):
            advice = (
                "the size of the numbers: end a run when x has passed a million, on either side"
            )
        else:
            advice = f"this call: {_name(function)}{shown}"
        raise _UnusableAnswerError(f"it raised {type(error).__name__}: {error}", advice) from error
    if answer is None:
        problem = f"it returned None, and {wanted} is needed"
        raise _UnusableAnswerError(problem, "the return: a function without one gives None")
    return answer


def _takes(function: Callable[..., object], values: tuple[Any, ...]) -> bool:
    try:
        inspect.signature(function).bind(*values)
    except TypeError:
        return False
    except ValueError:  # some functions of C have no signature that can be asked for
        return True
    return True


def _number(name: str, value: Any) -> float:
    number = None
    if not isinstance(value, str):  # "0.1" would be read, and is no number
        with contextlib.suppress(TypeError, ValueError):
            number = float(value)
    if number is None:
        problem = f"{name} is {_short(value)}, and a number is needed"
        advice = f"the type of {name}: {type(value).__name__}"
        raise _UnusableAnswerError(problem, advice)
    return number


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{' '.join(text[:50].split())} ..."


def _name(function: Callable[..., object]) -> str:
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() else "your function"


def _callable(name: str, value: object) -> None:
    if not callable(value):
        raise TypeError(f"{name} must be a function, got {value!r} ({type(value).__name__})")
