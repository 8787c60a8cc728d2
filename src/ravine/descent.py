"""The one loop: evaluate, log, test, update."""

from __future__ import annotations

import math
import sys
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import number, radius, tolerance, whole
from ravine._functions import is_tensor, norm
from ravine._recorded import Constants, Recorded, Tape, python, python_function
from ravine.autodiff import Loss, tracked_value_and_derivative, value_and_derivative
from ravine.methods import Method, StepSize, gradient_descent
from ravine.objectives import Formula, Number, Objective
from ravine.stepsize import Choice, LineSearchDescent
from ravine.trace import StopReason, Trace

if TYPE_CHECKING:
    import torch

__all__ = ["StoppingRules", "minimize"]

Point: TypeAlias = "float | npt.NDArray[np.floating] | torch.Tensor"
Measure: TypeAlias = "float | npt.NDArray[np.float64]"
Met: TypeAlias = "bool | np.bool_ | npt.NDArray[np.bool_]"
State = TypeVar("State")


def minimize(
    objective: Objective | Loss,
    x0: Point,
    method: Method[State] | LineSearchDescent,
    *,
    max_updates: int = 1000,
    eps_grad: float | None = 1e-8,
    eps_obj: float | None = None,
    eps_plateau: float | None = None,
    patience: int = 10,
    escape_radius: float = math.inf,
    log_every: int = 1,
) -> Trace:
    r"""Run a method from a start until a stopping rule fires, and return the log.

    Parameters
    ----------
    objective : Objective or callable
        What to make small. A plain callable, or an objective without a slope, is differentiated
        by torch, so write it with torch functions or plain arithmetic.
    x0 : float, array or tensor
        The start. A float runs in Python floats; an array or a tensor, of shape () or (n,), runs
        in its own dtype.
    method : Method or LineSearchDescent
        For example ``gradient_descent(0.1)``, or ``line_search_descent(armijo())``, which looks for
        a step size at every point.
    max_updates : int
        The cap :math:`T` on the number of updates.
    eps_grad : float, optional
        Stop when :math:`\|\nabla L(x_k)\| \le` `eps_grad`. None switches the rule off.
    eps_obj : float, optional
        Stop when :math:`L(x_k) - L^\ast \le` `eps_obj`; the objective must know its optimal value.
    eps_plateau : float, optional
        Stop when the best value so far has not fallen by more than `eps_plateau` over the last
        `patience` updates. This rule can be fooled: near a maximum the value hardly moves for
        hundreds of updates, and then falls.
    patience : int
        How many updates the plateau rule looks back.
    escape_radius : float
        Stop when :math:`\|x_k\|` is larger.
    log_every : int
        Log the points after 0, `log_every`, 2 `log_every`, ... updates, and the last one. The
        rules are tested at every point, logged or not; memory is used for what is logged.

    Returns
    -------
    Trace
        The logged points, the last one included, and the reason why the run stopped. The rules
        are tested in this order: not finite, escaped, gradient, objective gap, plateau, cap. A
        line search that then accepts no step size ends the run too.

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above. A run that diverges raises nothing: it stops
        with ``StopReason.NOT_FINITE``, and the point that is not finite is the last one logged.

    Examples
    --------
    >>> from ravine import CENTRED_QUADRATIC, gradient_descent
    >>> run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), eps_grad=1e-10)
    >>> run.updates, run.x == 5 / 2**36, run.stop.name
    (36, True, 'GRADIENT')

    Change the loss and nothing else; torch finds the derivative:

    >>> run = minimize(lambda w: (w - 1) ** 4, 2.0, gradient_descent(0.1), eps_grad=1e-3)
    >>> print(f"{run.x:.3f}", run.updates)
    1.063 310
    """
    check_objective(objective)
    if not isinstance(method, Method | LineSearchDescent):
        raise TypeError(
            "method must be a Method such as gradient_descent(0.1), or a line search such as "
            f"line_search_descent(armijo()), got {method!r}"
        )
    rules = StoppingRules(
        max_updates=whole("max_updates", max_updates, at_least=0),
        eps_grad=tolerance("eps_grad", eps_grad),
        eps_obj=tolerance("eps_obj", eps_obj),
        eps_plateau=tolerance("eps_plateau", eps_plateau),
        patience=whole("patience", patience, at_least=1),
        escape_radius=radius("escape_radius", escape_radius),
        optimal_value=known_optimal_value(objective, eps_obj),
    )
    log_every = whole("log_every", log_every, at_least=1)
    x: Number = _checked_start(x0, objective)
    measure = _measure(x)
    evaluate = _evaluation(objective, x)
    log = _Log(x)
    best = None if eps_plateau is None else _Best(rules.patience)
    descent = _updates(method, objective, evaluate, x, log_every)
    first_met, step, state = _first_met(rules), descent.step, descent.state
    updates, recent_fall = 0, math.inf
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        while True:
            value, gradient = evaluate(x)
            gradient_norm = measure(gradient)
            if updates % log_every == 0:
                log.append(x, value, gradient_norm)
            if best is not None:
                recent_fall = best.fall(value)
            stop = first_met(updates, measure(x), value, gradient_norm, recent_fall)
            if stop or (following := step(x, gradient, state)) is None:
                if updates % log_every:
                    log.append(x, value, gradient_norm)
                return log.trace(updates, log_every, descent, stop or StopReason.NO_STEP)
            x, state = following
            updates += 1


@dataclass(frozen=True)
class StoppingRules:
    """When to stop: written once, tested for one run or for many.

    Parameters
    ----------
    max_updates, eps_grad, eps_obj, eps_plateau, patience, escape_radius
        As in `minimize`.
    optimal_value : float
        What the objective gap is measured from; not a number when it is not known.
    """

    max_updates: int
    eps_grad: float | None
    eps_obj: float | None
    eps_plateau: float | None
    patience: int
    escape_radius: float
    optimal_value: float

    def met(
        self,
        updates: int,
        size: Measure,
        value: Measure,
        gradient_norm: Measure,
        recent_fall: float = math.inf,
    ) -> tuple[Met, ...]:
        """Return whether each rule is met, in the order of `StopReason`, from NOT_FINITE to CAP.

        Numbers give bools; arrays, one entry for each run, give arrays of bools. A rule that is
        off is not met.
        """
        bounded = (-math.inf < value) & (value < math.inf)
        finite = bounded & (size < math.inf) & (gradient_norm < math.inf)
        return (
            finite ^ True,  # not finite: `not` is for bools only, ~ for arrays only
            self.escape_radius < math.inf and size > self.escape_radius,
            self.eps_grad is not None and gradient_norm <= self.eps_grad,
            self.eps_obj is not None and value - self.optimal_value <= self.eps_obj,
            self.eps_plateau is not None and recent_fall <= self.eps_plateau,
            updates >= self.max_updates,
        )


@lru_cache(maxsize=64)
def _first_met(rules: StoppingRules) -> Callable[[int, float, float, float, float], int]:
    """Return the function that gives the code of the first rule a point meets, 0 for none.

    It takes the arguments of `StoppingRules.met`, which it is, written out without calls: it runs
    once an update.
    """
    constants = Constants("c")
    tape = Tape(python(constants))
    arguments = ("updates", "size", "value", "gradient_norm", "recent_fall")
    met = rules.met(*(cast("Any", Recorded(tape, name)) for name in arguments))
    lines = [
        f"def with_constants({', '.join(constants.names.values())}):",
        f"  def first_met({', '.join(arguments)}):",
        *(f"    {line}" for line in tape.lines()),
        *(f"    if {test}: return {code}" for code, test in written_tests(tape, met)),
        "    return 0",
        "  return first_met",
    ]
    with_constants = python_function("\n".join(lines))
    return cast(
        "Callable[[int, float, float, float, float], int]", with_constants(*constants.values)
    )


def written_tests(tape: Tape, met: tuple[object, ...]) -> list[tuple[int, str]]:
    """Return the codes of the rules that are on and what their recorded tests are called."""
    codes = enumerate(met, start=int(StopReason.NOT_FINITE))
    return [(code, tape.written(test)) for code, test in codes if test is not False]


class _Log:
    """What was logged, each number in eight bytes."""

    def __init__(self, x0: Number) -> None:
        self.floats = isinstance(x0, float)
        single = self.floats or (is_tensor(x0) and not x0.shape)
        self.iterates: Any = array("d") if single else []
        self.dtype = _detached(x0).dtype
        self.written = (lambda x: x.item()) if single else _detached
        self.values, self.gradient_norms = array("d"), array("d")

    def append(self, x: Number, value: float, gradient_norm: float) -> None:
        self.iterates.append(x if self.floats else self.written(x))
        self.values.append(value)
        self.gradient_norms.append(gradient_norm)

    def trace(
        self, updates: int, log_every: int, descent: _Constant | _Searched, stop: int
    ) -> Trace:
        logged_at = np.arange(0, updates + log_every, log_every)
        logged_at[-1] = updates  # the last point, whether its turn had come or not
        return Trace(
            iterates=np.array(self.iterates, self.dtype),
            values=np.array(self.values),
            gradient_norms=np.array(self.gradient_norms),
            stop=StopReason(stop),
            step_sizes=descent.step_sizes(len(logged_at) - 1),
            evaluations=descent.evaluations,
            logged_at=logged_at,
        )


class _Best:
    """The best values of the last updates, for the plateau rule."""

    def __init__(self, patience: int) -> None:
        self.recent: deque[float] = deque(maxlen=patience + 1)

    def fall(self, value: float) -> float:
        """By how much the best value fell over the last updates; infinite when there were fewer."""
        self.recent.append(min(value, self.recent[-1]) if self.recent else value)
        full = len(self.recent) == self.recent.maxlen
        return self.recent[0] - self.recent[-1] if full else math.inf


class _Constant:
    """Updates of a method, which has its own step size or tells none."""

    evaluations = 0

    def __init__(self, method: Method[Any], x0: Number) -> None:
        self.step, self.state, self.step_size = method.step, method.init(x0), method.step_size

    def step_sizes(self, count: int) -> npt.NDArray[np.float64]:
        return np.full((count, *np.shape(self.step_size)), self.step_size)


class _Searched:
    """Updates whose step sizes a line search chooses, and what it chose at the logged points."""

    def __init__(self, choose: Callable[[Number, Number], Choice], log_every: int) -> None:
        self.choose, self.log_every = choose, log_every
        self.state, self.updates, self.evaluations = None, 0, 0
        self.chosen: list[StepSize] = []

    def step(self, x: Number, gradient: Number, state: None) -> tuple[Number, None] | None:
        choice = self.choose(x, gradient)
        self.evaluations += choice.evaluations
        if choice.step_size is None:
            return None
        if self.updates % self.log_every == 0:
            self.chosen.append(choice.step_size)
        self.updates += 1
        return gradient_descent(choice.step_size).step(x, gradient, state)

    def step_sizes(self, _count: int) -> npt.NDArray[np.float64]:
        return np.array(self.chosen)


def _updates(
    method: Method[State] | LineSearchDescent,
    objective: Objective | Loss,
    evaluate: Callable[[Number], tuple[float, Number]],
    x0: Number,
    log_every: int,
) -> _Constant | _Searched:
    """Return what makes the updates of a run from x0."""
    if isinstance(method, Method):
        return _Constant(method, x0)
    known = objective if isinstance(objective, Objective) else Objective("loss", lambda x: x)
    searched = replace(known, value=lambda x: cast("Number", evaluate(x)[0]))
    return _Searched(partial(method.search.choose, searched), log_every)


def check_objective(objective: object) -> None:
    """Refuse what cannot be evaluated."""
    if not callable(objective):
        raise TypeError(f"objective must be an Objective or a callable loss, got {objective!r}")


def known_optimal_value(objective: object, eps_obj: float | None) -> float:
    """Return what the objective gap is measured from; it must be known when the rule is on."""
    optimal_value = objective.optimal_value if isinstance(objective, Objective) else None
    if eps_obj is not None and optimal_value is None:
        raise ValueError(
            f"eps_obj must be None when the optimal value is not known, got {eps_obj}: "
            "the objective gap is measured from optimal_value, which an Objective can carry"
        )
    return math.nan if optimal_value is None else optimal_value


def _checked_start(x0: object, objective: object) -> Number:
    x = _start_number(x0)
    if not math.isfinite(norm(x)):
        raise ValueError(f"x0 must be finite, got {x0}")
    if isinstance(objective, Objective) and not _inside(x, objective.domain):
        left, right = objective.domain
        raise ValueError(
            f"x0 must lie in the domain [{left:g}, {right:g}] of the {objective.name}, got {x0}"
        )
    return x


def _start_number(x0: object) -> Number:
    """Return a float, or a copy of an array or a tensor of floats."""
    if is_tensor(x0):
        if not x0.is_floating_point():
            raise TypeError(f"x0 must be a tensor of floats, got dtype {x0.dtype}")
        return x0.detach().clone()
    if isinstance(x0, np.ndarray | np.floating) and not isinstance(x0, float):
        if not np.issubdtype(x0.dtype, np.floating):
            raise TypeError(f"x0 must be an array of floats, got dtype {x0.dtype}")
        return np.array(x0)
    return number("x0", x0, "a float, or an array or a tensor of floats")


def _inside(x: Number, domain: tuple[float, float]) -> bool:
    left, right = domain
    return bool(np.all((np.asarray(x) >= left) & (np.asarray(x) <= right)))


def _evaluation(
    objective: Objective | Loss, x0: Number
) -> Callable[[Number], tuple[float, Number]]:
    """Return the function that gives value and gradient at a point."""
    by_torch = _tensor_by_torch if is_tensor(x0) else _by_torch
    if not isinstance(objective, Objective):
        return partial(by_torch, objective)
    evaluate: Callable[[Number], tuple[float, Number]]
    if objective.slope is None:
        evaluate = partial(by_torch, objective.value)
    elif isinstance(x0, float):
        evaluate = _floats_by_hand(objective.value, objective.slope)
    else:
        evaluate = partial(_by_hand, objective.value, objective.slope)
    if objective.domain == (-math.inf, math.inf):
        return evaluate
    return partial(_within, objective.domain, evaluate)


def _within(
    domain: tuple[float, float], evaluate: Callable[[Number], tuple[float, Number]], x: Number
) -> tuple[float, Number]:
    """Outside its domain an objective counts as infinite and has no gradient."""
    return evaluate(x) if _inside(x, domain) else (math.inf, math.nan * x)


def _by_torch(loss: Loss | Formula, x: Number) -> tuple[float, Number]:
    value, derivative = value_and_derivative(loss, cast("float", x))
    return float(value), derivative


def _tensor_by_torch(loss: Loss | Formula, x: Number) -> tuple[float, Number]:
    value, derivative = tracked_value_and_derivative(loss, cast("torch.Tensor", x))
    return value.item(), cast("Number", derivative)


def _floats_by_hand(formula: Formula, slope: Formula) -> Callable[[Number], tuple[float, Number]]:
    def evaluate(x: Number) -> tuple[float, Number]:
        try:
            value, gradient = formula(x), slope(x)
        except ArithmeticError:
            value, gradient = _or_infinite(formula, x), _or_infinite(slope, x)
        if value.__class__ is float and gradient.__class__ is float:  # nothing to check
            return value, gradient
        return _single("objective", value), cast("Number", _single("slope", gradient))

    return evaluate


def _by_hand(formula: Formula, slope: Formula, x: Number) -> tuple[float, Number]:
    value, gradient = _or_infinite(formula, x), _or_infinite(slope, x)
    if _shape(gradient) != _shape(x):
        raise ValueError(
            f"slope must have the shape of x, {_shape(x)}, got shape {_shape(gradient)}"
        )
    return _single("objective", value), gradient


def _or_infinite(formula: Formula, x: Number) -> Number:
    try:
        return formula(x)
    except ArithmeticError:  # Python floats raise where IEEE arithmetic, and torch, give inf
        return math.inf


def _single(name: str, result: Number) -> float:
    if _shape(result) != ():
        raise ValueError(f"{name} must return a single number, got shape {_shape(result)}")
    if isinstance(result, complex):
        raise TypeError(f"{name} must return a real number, got {result}")
    return float(cast("float", result))


def _measure(x0: Number) -> Callable[[Number], float]:
    """Return the Euclidean norm for numbers of this kind, the absolute value where that is all."""
    if isinstance(x0, float):
        return cast("Callable[[Number], float]", abs)
    if is_tensor(x0) and not x0.shape:
        return lambda x: abs(cast("torch.Tensor", x).item())
    return norm


def _shape(x: Number) -> tuple[int, ...]:
    return tuple(getattr(x, "shape", ()))


def _detached(x: Number) -> npt.NDArray[np.floating]:
    """Return a copy that later updates cannot reach."""
    if is_tensor(x):
        x = x.detach().cpu()
        # NumPy does not know bfloat16; float32 holds all of its numbers
        known = x.float() if x.dtype is sys.modules["torch"].bfloat16 else x
        return known.numpy().copy()
    return np.array(x)
