"""Value and gradient at a point: by hand or by torch, each formula called once and each call counted."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from ravine._functions import is_tensor
from ravine.derivative import Loss, derivative_of, tracked_value
from ravine.objective import Formula, Number, Objective
from ravine.stepsize import Trial

if TYPE_CHECKING:
    import torch

Point: TypeAlias = "float | npt.NDArray[np.floating] | torch.Tensor"


class Evaluation:
    """An objective, for the points of one run: floats, or arrays or tensors of one shape and dtype.

    Call it to get value and gradient at a point. Where a line search looks at many points and goes to
    one, `value` gives a value with a record, and `gradient` the gradient that belongs to it.

    Attributes
    ----------
    value_calls, gradient_calls : int
        How often the formulas were called; with torch, how many passes forward and backward were made.
    """

    def __init__(self, objective: Objective | Loss, x0: Number) -> None:
        self.value_calls = self.gradient_calls = 0
        self.is_float, self.is_array = isinstance(x0, float), isinstance(x0, np.ndarray)
        self.accepted: Trial | None = None
        if not isinstance(objective, Objective):
            objective = Objective("loss", cast("Formula", objective))
        self.objective = objective
        self.by_torch = objective.slope is None
        self.bounded = objective.domain != (-math.inf, math.inf)

    def __call__(self, x: Number) -> tuple[float, Number]:
        """Return value and gradient; the value of an accepted trial is not asked for again."""
        if self.accepted is not None:
            trial, self.accepted = self.accepted, None
            return trial.value, self.gradient(x, trial.record)
        if self.objective.value_and_slope is None:
            value, record = self.value(x)
            return value, self.gradient(x, record)
        if not self.inside(x):
            return math.inf, math.nan * x
        self.value_calls += 1
        self.gradient_calls += 1
        value, slope = self.asked(self.objective.value_and_slope, x)
        return self.single("objective", value), self.like(x, slope)

    def accept(self, trial: Trial) -> None:
        """Let the next point be one that a line search has looked at."""
        self.accepted = trial

    def value(self, x: Number) -> tuple[float, object]:
        """Return the value and torch's record of it, if torch is to differentiate it."""
        if not self.inside(x):
            return math.inf, None
        self.value_calls += 1
        if not self.by_torch:
            return self.single("objective", self.asked(self.objective.value, x)), None
        value, variable = tracked_value(self.objective.value, cast("Point", x))
        return value.item(), (value, variable)

    def gradient(self, x: Number, record: Any) -> Number:
        """Return the gradient at the point that `value` has just seen."""
        if not self.inside(x):
            return math.nan * x
        self.gradient_calls += 1
        if not self.by_torch:
            slope = self.asked(cast("Formula", self.objective.slope), x)
            return self.like(x, slope)
        return cast("Number", derivative_of(record[0], record[1], cast("Point", x)))

    def inside(self, x: Number) -> bool:
        """Whether x lies in the domain; outside the objective counts as infinite, without a gradient."""
        return not self.bounded or is_inside(x, self.objective.domain)

    def asked(self, formula: Callable[[Number], Any], x: Number) -> Any:
        """Return what a formula answers, which must not change its argument."""
        if isinstance(x, float):
            return asked_at_a_float(formula, x)
        if is_tensor(x):
            before = x._version  # noqa: SLF001 (torch has no public name for it)
            answer = formula(x)
            if x._version != before:  # noqa: SLF001
                raise ValueError(_IN_PLACE.format(self.objective.name))
            return answer
        if isinstance(x, np.ndarray):  # the point of a run belongs to the run
            x.setflags(write=False)
        try:
            return formula(x)
        except ValueError as error:
            self.told(error)
            raise

    def told(self, error: ValueError) -> None:
        """Raise what says more about an error, if it comes from writing into a point."""
        if "read-only" in str(error):
            raise ValueError(_IN_PLACE.format(self.objective.name)) from error

    def single(self, name: str, value: Any) -> float:
        """Return a value as a Python float."""
        if value.__class__ is float:
            return value
        if value.__class__ is np.float64:
            return float(value)
        if shape(value) != ():
            raise ValueError(f"{name} must return a single number, got shape {shape(value)}")
        is_number = isinstance(value, Real | np.ndarray) or is_tensor(value)
        if not is_number or np.iscomplexobj(value):
            raise TypeError(
                f"{name} must return a real number, got {value!r} ({type(value).__name__})"
            )
        return float(value)

    def like(self, x: Number, slope: Any) -> Number:
        """Return a slope in the kind and dtype of x."""
        if isinstance(x, float):
            return cast("Number", self.single("slope", slope))
        if slope.__class__ is np.ndarray and slope.shape == x.shape and slope.dtype == x.dtype:  # type: ignore[attr-defined]
            return slope
        if shape(slope) != shape(x):
            raise ValueError(
                f"slope must have the shape of x, {shape(x)}, got shape {shape(slope)}"
            )
        kind = cast("Any", x)
        if is_tensor(x):
            if not is_tensor(slope):
                raise TypeError(f"slope must return a tensor at a tensor, got {slope!r}")
            return cast("Number", slope.to(kind.dtype))
        return cast("Number", np.asarray(slope, dtype=kind.dtype))


def quickest(evaluation: Evaluation) -> Callable[[Number], tuple[float, Number]]:
    """Return the evaluation, or what does the same in less time for the usual kinds of objective."""
    objective = evaluation.objective
    if evaluation.bounded or objective.value_and_slope is not None:
        return evaluation
    if evaluation.by_torch:
        return _tracked(evaluation)
    if evaluation.is_float:
        return _at_floats(evaluation)
    return _at_arrays(evaluation) if evaluation.is_array else evaluation


def _tracked(evaluation: Evaluation) -> Callable[[Number], tuple[float, Number]]:
    formula = evaluation.objective.value

    def evaluate(x: Any) -> tuple[float, Any]:
        if evaluation.accepted is not None:
            return evaluation(x)
        evaluation.value_calls += 1
        evaluation.gradient_calls += 1
        value, variable = tracked_value(formula, x)
        return value.item(), derivative_of(value, variable, x)

    return evaluate


def _at_arrays(evaluation: Evaluation) -> Callable[[Number], tuple[float, Number]]:
    objective = evaluation.objective
    formula, slope = objective.value, cast("Formula", objective.slope)

    def evaluate(x: Number) -> tuple[float, Number]:
        if evaluation.accepted is not None or not isinstance(x, np.ndarray):
            return evaluation(x)
        evaluation.value_calls += 1
        evaluation.gradient_calls += 1
        x.setflags(write=False)
        try:
            value, gradient = formula(x), slope(x)
        except ValueError as error:
            evaluation.told(error)
            raise
        return evaluation.single("objective", value), evaluation.like(x, gradient)

    return evaluate


def _at_floats(evaluation: Evaluation) -> Callable[[Number], tuple[float, Number]]:
    objective = evaluation.objective
    formula, slope = objective.value, cast("Formula", objective.slope)

    def evaluate(x: Number) -> tuple[float, Number]:
        if evaluation.accepted is not None:
            return evaluation(x)
        evaluation.value_calls += 1
        evaluation.gradient_calls += 1
        try:
            value = formula(x)
        except (ArithmeticError, ValueError) as error:
            value = cast("Number", result_of(error))
        try:
            gradient = slope(x)
        except (ArithmeticError, ValueError) as error:
            gradient = cast("Number", result_of(error))
        if value.__class__ is float and gradient.__class__ is float:  # nothing to check
            return value, gradient
        single = evaluation.single
        return single("objective", value), cast("Number", single("slope", gradient))

    return evaluate


def asked_at_a_float(formula: Callable[[Number], Any], x: Number) -> Any:
    """Return what a formula answers at a float; where Python raises, IEEE arithmetic has a number."""
    try:
        return formula(x)
    except (ArithmeticError, ValueError) as error:
        return result_of(error)


def result_of(error: Exception) -> float:
    """Return what IEEE arithmetic gives where Python's floats and its `math` raise this error."""
    if isinstance(error, ArithmeticError):
        return math.inf
    if str(error) == "math domain error" or str(error).startswith("expected a "):
        return math.nan  # the root of a negative number, say
    raise error


def is_inside(x: Number, domain: tuple[float, float]) -> bool:
    """Say whether every entry of x lies in an interval."""
    left, right = domain
    return bool(np.all((np.asarray(x) >= left) & (np.asarray(x) <= right)))


def shape(x: object) -> tuple[int, ...]:
    """Return the shape of an array or a tensor, () for anything else."""
    return tuple(getattr(x, "shape", ()))


_IN_PLACE = (
    "objective must not change its argument, and the formulas of {0} do: "
    "write x = x - 1 instead of x -= 1, or copy x first"
)
