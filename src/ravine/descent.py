"""The loop of one run: evaluate, log, test, update."""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import number, radius, tolerance, whole
from ravine._evaluation import Evaluation, Point, is_inside, quickest, shape
from ravine._functions import is_tensor, norm
from ravine.derivative import Loss, recording
from ravine.methods import Method
from ravine.objective import Number, Objective, point_shape
from ravine.stepsize import LineSearch, Ray
from ravine.stopping import Moment, RecentFall, StoppingRules, first_met
from ravine.trace import Best, StopReason, Trace

if TYPE_CHECKING:
    pass

__all__ = ["minimize"]

State = TypeVar("State")


def minimize(
    objective: Objective | Loss,
    x0: Point | Trace,
    method: Method[State],
    *,
    max_updates: int = 1000,
    eps_grad: float | None = 1e-8,
    eps_obj: float | None = None,
    eps_plateau: float | None = None,
    patience: int = 10,
    escape_radius: float = math.inf,
    stop: Callable[[Moment], object] | None = None,
    log_every: int = 1,
) -> Trace:
    r"""Run a method from a start until a stopping rule fires, and return the log.

    Parameters
    ----------
    objective : Objective or callable
        What to make small. A plain callable, or an objective without a slope, is differentiated
        by torch, so write it with torch functions or plain arithmetic.
    x0 : float, array, tensor or Trace
        The start. A float runs in Python floats; an array or a tensor, of shape () or (n,), runs
        in its own dtype, whatever the dtype of the formulas. From a `Trace` the run goes on: at its last
        point, with what the method remembered and a schedule that counts on.
    method : Method
        A direction with a step size, for example ``gradient_descent(0.1)``, or
        ``heavy_ball(armijo(), momentum=0.5)``, which looks for a step size at every point; and with
        a `ravine.projection` if points must stay in a set, ``gradient_descent(0.1, projection=ball(1.0))``.
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
    stop : callable, optional
        A rule of your own: it is called with a `ravine.stopping.Moment` at every point where no other rule
        but the cap has fired, and the run stops when it returns true. For the best point so far, keep it
        there, or read `Trace.best` afterwards.
    log_every : int
        Log the points after 0, `log_every`, 2 `log_every`, ... updates, and the last one. The
        rules are tested at every point, logged or not; memory is used for what is logged.

    Returns
    -------
    Trace
        The logged points, the last one included, and the reason why the run stopped. The rules
        are tested in this order: not finite, escaped, gradient, objective gap, plateau, your own, cap.
        A line search along a direction that does not descend, or that accepts no step size, ends the
        run too.

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

    A rule of one's own, and a run that goes on with the velocity it had:

    >>> from ravine import heavy_ball
    >>> method = heavy_ball(0.1, momentum=0.9)
    >>> first = minimize(CENTRED_QUADRATIC, 5.0, method, stop=lambda now: now.x < 0)
    >>> first.updates, first.stop.name
    (5, 'STOPPED')
    >>> minimize(CENTRED_QUADRATIC, first, method).began_at
    5
    """
    check_objective(objective)
    if not isinstance(method, Method):
        raise TypeError(
            f"method must be a Method such as gradient_descent(0.1), got {method!r}; a line search "
            "such as armijo() goes in place of its step size"
        )
    if stop is not None and not callable(stop):
        raise TypeError(f"stop must be None or a callable that takes a Moment, got {stop!r}")
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
    with recording(), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        before = x0 if isinstance(x0, Trace) else None
        x = _checked_start(x0 if before is None else _end(before), objective)
        return _run(objective, x, method, rules, stop, before=before, log_every=log_every)


def _run(  # noqa: C901 (the loop is read aloud, in one piece)
    objective: Objective | Loss,
    x: Number,
    method: Method[Any],
    rules: StoppingRules,
    own_rule: Callable[[Moment], object] | None,
    *,
    before: Trace | None,
    log_every: int,
) -> Trace:
    project, search = method.projection, method.step_size
    if project is not None:
        x = project(x)
    began_at = 0 if before is None else before.began_at + before.updates
    state = method.init(x) if before is None else before.state
    step_size_at = _step_sizes(method, x)
    evaluation = Evaluation(objective, x)
    evaluate, size, checked = quickest(evaluation), _size(x), _checked_updates(x)
    tests, recent_fall, fall = rules.tests(), RecentFall(rules.patience), math.inf
    log = _Log(x, rules.max_updates // log_every + 2)
    k, lowest = 0, (0, x, math.inf)
    while True:
        # evaluate
        value, gradient = evaluate(x)
        residual = gradient if project is None else x - project(x - gradient)
        gradient_norm = size(residual)

        # log
        if k % log_every == 0:
            log.append(x, value, gradient_norm)
        if value < lowest[2]:
            lowest = k, x, value

        # test
        if rules.eps_plateau is not None:
            fall = recent_fall.after(value)
        reason = first_met(tests, k, size(x), value, gradient_norm, fall)
        if own_rule is not None and reason in (None, StopReason.CAP):
            asked = own_rule(Moment(k, x, value, gradient, gradient_norm))
            reason = StopReason.STOPPED if asked else reason
        if reason is not None:
            break

        # update
        direction, following = checked(method.direction(x, gradient, state), method)
        if isinstance(search, LineSearch):
            ray = Ray(
                evaluation.objective, x, gradient, direction, value, evaluation.value, project
            )
            trial = None if ray.leads_up() else search.search(ray)
            if trial is None:
                reason = StopReason.NO_DESCENT if ray.leads_up() else StopReason.NO_STEP
                break
            evaluation.accept(trial)
            x, step_size = trial.x, trial.step_size
        else:
            step_size = step_size_at(began_at + k)
            x = method.moved(x, step_size, direction)
        if k % log_every == 0:
            log.step_sizes.append(step_size)
        state = following
        k += 1

    if k % log_every:
        log.append(x, value, gradient_norm)
    return Trace(
        iterates=log.points.all(),
        values=np.array(log.values),
        gradient_norms=np.array(log.gradient_norms),
        stop=reason,
        step_sizes=np.array(log.step_sizes, dtype=np.float64),
        value_calls=evaluation.value_calls,
        gradient_calls=evaluation.gradient_calls,
        best=_best(*lowest),
        state=state,
        began_at=began_at,
        logged_at=np.append(np.arange(0, k, log_every), k),
    )


class _Log:
    """What was logged: numbers in eight bytes each, points in the dtype of the run."""

    def __init__(self, x0: Number, most: int) -> None:
        if isinstance(x0, float) or shape(x0) == ():
            self.points: _Numbers | _Rows = _Numbers(x0)
        else:
            self.points = _Rows(x0, most)
        self.values, self.gradient_norms = array("d"), array("d")
        self.step_sizes: list[float | npt.NDArray[np.floating]] = []

    def append(self, x: Number, value: float, gradient_norm: float) -> None:
        self.points.append(x)
        self.values.append(value)
        self.gradient_norms.append(gradient_norm)


class _Numbers:
    """Points of one number."""

    def __init__(self, x0: Number) -> None:
        self.numbers, self.dtype = array("d"), _detached(x0).dtype

    def append(self, x: Any) -> None:
        self.numbers.append(x)

    def all(self) -> npt.NDArray[np.floating]:
        return np.array(self.numbers, self.dtype)


class _Rows:
    """Points of n numbers, in an array that grows. Memory that is not written to costs nothing."""

    def __init__(self, x0: Number, most: int) -> None:
        first = _detached(x0)
        at_first = max(1, min(most, 2**28 // max(1, first.nbytes)))  # up to 256 MiB
        self.rows = np.empty((at_first, *first.shape), first.dtype)
        self.count = 0

    def append(self, x: Number) -> None:
        if self.count == len(self.rows):
            self.rows.resize((2 * self.count, *self.rows.shape[1:]), refcheck=False)
        self.rows[self.count] = x if isinstance(x, np.ndarray) else _detached(x)
        self.count += 1

    def all(self) -> npt.NDArray[np.floating]:
        self.rows.resize((self.count, *self.rows.shape[1:]), refcheck=False)
        self.rows.setflags(write=False)
        return self.rows


def _best(updates: int, x: Number, value: float) -> Best | None:
    if value == math.inf:
        return None
    return Best(updates, x if isinstance(x, float) else _detached(x), value)


def _step_sizes(method: Method[Any], x: Number) -> Callable[[int], Any]:
    """Return what gives the step size after k updates, in the dtype of x if it is an array."""
    given = method.step_size
    if isinstance(given, LineSearch):
        return method.step_size_at  # which refuses: the search is asked instead
    if not callable(given):
        constant = _beside(given, x)
        return lambda _k: constant
    return lambda k: _beside(method.step_size_at(k), x)


def _beside(step_size: float | npt.NDArray[np.floating], x: Number) -> Any:
    if not isinstance(step_size, np.ndarray):
        return step_size
    if shape(x) and step_size.shape == shape(x)[:1]:
        column = step_size.reshape(-1, *(1 for _ in shape(x)[1:]))
        return x.new_tensor(column) if is_tensor(x) else column.astype(cast("Any", x).dtype)
    raise ValueError(
        f"step_size must be one number or have the shape of x, {shape(x)}, got shape {step_size.shape}"
    )


def _checked_updates(x0: Number) -> Callable[[Any, Method[Any]], tuple[Number, Any]]:
    """Return what lets a direction and a state pass that fit the points of this run."""

    def checked(answer: Any, method: Method[Any]) -> tuple[Number, Any]:
        if answer.__class__ is not tuple or len(answer) != 2:
            raise TypeError(
                f"direction of {method!r} must return a pair, the direction and the next state, "
                f"got {answer!r}"
            )
        direction = answer[0]
        if is_float:
            if not isinstance(direction, float | int):
                raise TypeError(f"direction of {method!r} must be a number, got {direction!r}")
        elif direction.__class__ is np.ndarray and direction.dtype is kind[1]:
            if direction.shape != kind[0]:
                raise misfit(direction, method)
        elif kind_of(direction) != kind:
            raise misfit(direction, method)
        return answer

    def misfit(direction: object, method: Method[Any]) -> TypeError:
        return TypeError(
            f"direction of {method!r} must have the shape and the dtype of x, "
            f"{kind[0]} and {kind[1]}, got {direction!r}"
        )

    def kind_of(x: Any) -> tuple[object, object]:
        return getattr(x, "shape", None), getattr(x, "dtype", None)

    is_float, kind = isinstance(x0, float), kind_of(x0)
    return checked


def _end(run: Trace) -> Point:
    """Return the last point of a run, a tensor if that is what the method's memory holds."""
    last = run.iterates[-1]
    memory = run.state if isinstance(run.state, tuple) else (run.state,)
    tensor = next((part for part in memory if is_tensor(part)), None)
    return cast("Point", last if tensor is None else tensor.new_tensor(last))


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
    if not isinstance(objective, Objective):
        return x
    if not is_inside(x, objective.domain):
        left, right = objective.domain
        raise ValueError(
            f"x0 must lie in the domain [{left:g}, {right:g}] of the {objective.name}, got {x0}"
        )
    wanted = point_shape(objective)
    if wanted and shape(x) != wanted:
        raise ValueError(
            f"x0 must have shape {wanted} for the {objective.name}, got shape {shape(x)}"
        )
    return x


def _start_number(x0: object) -> Number:
    """Return a float, or a copy of an array or a tensor of floats."""
    if is_tensor(x0):
        if not x0.is_floating_point():
            raise TypeError(f"x0 must be a tensor of floats, got dtype {x0.dtype}")
        return cast("Number", x0.detach().clone())
    if isinstance(x0, np.ndarray | np.floating) and not isinstance(x0, float):
        if not np.issubdtype(x0.dtype, np.floating):
            raise TypeError(f"x0 must be an array of floats, got dtype {x0.dtype}")
        if x0.shape == () and x0.dtype == np.float64:  # the same numbers, and quicker
            return cast("Number", x0.item())
        return cast("Number", np.array(x0))
    return cast("Number", number("x0", x0, "a float, or an array or a tensor of floats"))


def _size(x0: Number) -> Callable[[Number], float]:
    """Return the Euclidean norm for numbers of this kind, the absolute value where that is all."""
    if isinstance(x0, float):
        return cast("Callable[[Number], float]", abs)
    if is_tensor(x0) and not x0.shape:
        return _size_of_a_scalar
    if isinstance(x0, np.ndarray) and x0.ndim == 1 and x0.dtype == np.float64:
        return _norm_of_doubles
    return norm


def _size_of_a_scalar(x: Any) -> float:
    return abs(x.item())  # type: ignore[no-any-return]


def _norm_of_doubles(x: Any) -> float:
    """Return what `norm` returns, without asking again what it is given."""
    square = float(x.dot(x))
    return math.sqrt(square) if 1e-200 < square < math.inf else norm(x)


def _detached(x: Number) -> npt.NDArray[np.floating]:
    """Return a copy that later updates cannot reach."""
    if is_tensor(x):
        x = x.detach().cpu()
        # NumPy does not know bfloat16; float32 holds all of its numbers
        known = x.float() if x.dtype is sys.modules["torch"].bfloat16 else x
        return cast("npt.NDArray[np.floating]", known.numpy().copy())
    return np.array(x)
