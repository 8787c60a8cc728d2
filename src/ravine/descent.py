"""The one loop: evaluate, log, test, update."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import number, radius, tolerance, whole
from ravine._functions import is_tensor, norm
from ravine.autodiff import Loss, value_and_derivative
from ravine.methods import Method, gradient_descent
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

    Returns
    -------
    Trace
        All points, the last one included, and the reason why the run stopped. The rules are
        tested in this order: not finite, escaped, gradient, objective gap, plateau, cap. A line
        search that then accepts no step size ends the run too.

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
    x: Number = _checked_start(x0, objective)
    evaluate = _evaluation(objective)
    choose, update, state = _steps(method, objective, evaluate, x)
    log = _Log()
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        while True:
            value, gradient = evaluate(x)
            log.append(x, value, norm(gradient))
            stop = rules.first_met(log)
            if stop is not None:
                return log.trace(stop)
            choice = choose(x, gradient)
            log.choices.append(choice)
            if not choice.accepted:
                return log.trace(StopReason.NO_STEP)
            x, state = update(choice).step(x, gradient, state)


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

    def tests(
        self,
        updates: int,
        size: Measure,
        value: Measure,
        gradient_norm: Measure,
        recent_fall: float = math.inf,
    ) -> Iterator[tuple[StopReason, Met]]:
        """Yield each rule in its order, with whether it is met.

        Numbers give a bool; arrays, one entry for each run, give an array of bools.
        """
        finite = np.isfinite(size) & np.isfinite(value) & np.isfinite(gradient_norm)
        yield StopReason.NOT_FINITE, ~finite
        yield StopReason.ESCAPED, size > self.escape_radius
        if self.eps_grad is not None:
            yield StopReason.GRADIENT, gradient_norm <= self.eps_grad
        if self.eps_obj is not None:
            yield StopReason.OBJECTIVE, value - self.optimal_value <= self.eps_obj
        if self.eps_plateau is not None:
            yield StopReason.PLATEAU, recent_fall <= self.eps_plateau
        yield StopReason.CAP, updates >= self.max_updates

    def first_met(self, log: _Log) -> StopReason | None:
        """Return the first rule that the last point of a log meets, or None."""
        tests = self.tests(
            updates=len(log.values) - 1,
            size=norm(log.iterates[-1]),
            value=log.values[-1],
            gradient_norm=log.gradient_norms[-1],
            recent_fall=log.fall(self.patience),
        )
        return next((reason for reason, met in tests if met), None)


@dataclass
class _Log:
    iterates: list[float | npt.NDArray[np.floating]] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    gradient_norms: list[float] = field(default_factory=list)
    best: list[float] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)

    def append(self, x: Number, value: float, gradient_norm: float) -> None:
        self.iterates.append(_detached(x))
        self.values.append(value)
        self.gradient_norms.append(gradient_norm)
        self.best.append(min(value, self.best[-1]) if self.best else value)

    def fall(self, updates: int) -> float:
        """By how much the best value fell over the last updates; infinite when there were fewer."""
        return self.best[-1 - updates] - self.best[-1] if len(self.best) > updates else math.inf

    def trace(self, stop: StopReason) -> Trace:
        return Trace(
            iterates=np.array(self.iterates),
            values=np.array(self.values),
            gradient_norms=np.array(self.gradient_norms),
            stop=stop,
            step_sizes=np.array([choice.step_size for choice in self.choices if choice.accepted]),
            evaluations=sum(choice.evaluations for choice in self.choices),
        )


def _steps(
    method: Method[State] | LineSearchDescent,
    objective: Objective | Loss,
    evaluate: Callable[[Number], tuple[float, Number]],
    x0: Number,
) -> tuple[Callable[[Number, Number], Choice], Callable[[Choice], Method[Any]], Any]:
    """Return what chooses a step size, what makes the update with it, and the first state."""
    if isinstance(method, Method):
        constant = Choice(method.step_size, evaluations=0)
        return (lambda _x, _gradient: constant), (lambda _choice: method), method.init(x0)
    known = objective if isinstance(objective, Objective) else Objective("loss", lambda x: x)
    searched = replace(known, value=lambda x: cast("Number", evaluate(x)[0]))
    choose = partial(method.search.choose, searched)
    return choose, (lambda choice: gradient_descent(cast("float", choice.step_size))), None


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


def _evaluation(objective: Objective | Loss) -> Callable[[Number], tuple[float, Number]]:
    """Return the function that gives value and gradient at a point."""
    if not isinstance(objective, Objective):
        return partial(_by_torch, objective)
    evaluate: Callable[[Number], tuple[float, Number]]
    if objective.slope is None:
        evaluate = partial(_by_torch, objective.value)
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


def _by_hand(formula: Formula, slope: Formula, x: Number) -> tuple[float, Number]:
    value, gradient = _or_infinite(formula, x), _or_infinite(slope, x)
    if isinstance(x, float):
        return _single("objective", value), _single("slope", gradient)
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


def _shape(x: Number) -> tuple[int, ...]:
    return tuple(getattr(x, "shape", ()))


def _detached(x: Number) -> float | npt.NDArray[np.floating]:
    """Return a copy that later updates cannot reach."""
    if isinstance(x, float):
        return x
    if is_tensor(x):
        x = x.detach().cpu()
        # NumPy does not know bfloat16; float32 holds all of its numbers
        known = x.float() if str(x.dtype) == "torch.bfloat16" else x
        return known.numpy().copy()
    return np.array(x)
