"""Many runs at once: step sizes, starts, both."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from typing import TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import number, radius, tolerance, whole
from ravine.autodiff import Loss, values_and_derivatives
from ravine.descent import StoppingRules, check_objective, known_optimal_value
from ravine.methods import Method, checked_step_size, gradient_descent
from ravine.objectives import Formula, Number, Objective
from ravine.trace import StopReason

Array: TypeAlias = npt.NDArray[np.floating]
State = TypeVar("State")

RUNS_AT_ONCE = 8192  # a block and its temporaries fit into the cache of one core


@dataclass(frozen=True, eq=False, repr=False)
class Sweep:
    """The ends of many runs: values that cannot be changed. All arrays have one shape.

    Parameters
    ----------
    step_sizes, starts : array
        The setting of each run.
    updates : array of int
        How many updates each run made.
    stop : array of int
        Why each run stopped: compare it with a `StopReason`, as in
        ``result.stop == StopReason.CAP``.
    x : array
        The last iterate of each run, in the dtype of the starts.
    value, gradient_norm : array
        The objective and the absolute slope there, in float64.

    Examples
    --------
    >>> from ravine import CENTRED_QUADRATIC
    >>> result = sweep(CENTRED_QUADRATIC, np.array([0.5, 1.0, 2.0, 3.0]), 5.0, max_updates=200,
    ...                eps_obj=1e-5, escape_radius=1e6)
    >>> result.updates
    array([ 11,   1, 200,  18])
    >>> result.step_sizes[result.fastest()]
    array([1.])
    >>> print(result)
    4 runs: 2 reached the target, 1 diverged, 1 stopped at the cap; fewest updates: 1, \
at step size 1
    """

    step_sizes: Array
    starts: Array
    updates: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int8]
    x: Array
    value: npt.NDArray[np.float64]
    gradient_norm: npt.NDArray[np.float64]

    def __post_init__(self) -> None:
        """Copy the arrays and make the copies read-only."""
        for entry in fields(self):
            array = np.array(getattr(self, entry.name))
            array.setflags(write=False)
            object.__setattr__(self, entry.name, array)

    @property
    def reached(self) -> npt.NDArray[np.bool_]:
        """Which runs brought the objective gap within its tolerance."""
        return np.equal(self.stop, StopReason.OBJECTIVE)

    @property
    def escaped(self) -> npt.NDArray[np.bool_]:
        """Which runs left the escape radius or the finite numbers."""
        return np.isin(self.stop, (StopReason.ESCAPED, StopReason.NOT_FINITE))

    @property
    def capped(self) -> npt.NDArray[np.bool_]:
        """Which runs used up their updates."""
        return np.equal(self.stop, StopReason.CAP)

    @property
    def reached_count(self) -> int:
        """How many runs brought the objective gap within its tolerance."""
        return int(self.reached.sum())

    @property
    def escaped_count(self) -> int:
        """How many runs left the escape radius or the finite numbers."""
        return int(self.escaped.sum())

    @property
    def capped_count(self) -> int:
        """How many runs used up their updates."""
        return int(self.capped.sum())

    def count(self, reason: StopReason) -> int:
        """Return how many runs stopped for this reason."""
        return int((self.stop == reason).sum())

    def fastest(self) -> npt.NDArray[np.int64]:
        """Return the positions of all runs that reached the target in the fewest updates.

        Positions count through the flattened arrays; there are none when no run reached it.
        """
        if not self.reached.any():
            return np.array([], dtype=np.int64)
        fewest = self.updates[self.reached].min()
        return np.flatnonzero(self.reached & (self.updates == fewest))

    def nearest_minimizer(self, objective: Objective) -> Array:
        """Return, for each run that reached the target, the minimizer it ended next to.

        Parameters
        ----------
        objective : Objective
            It must know its minimizers.

        Returns
        -------
        array
            Of the shape of the sweep; not a number where the target was not reached.

        Examples
        --------
        >>> from ravine import DOUBLE_WELL
        >>> result = sweep(DOUBLE_WELL, np.array([1 / 12, 1 / 6, 1 / 4]), 2.0, eps_obj=1e-5)
        >>> result.nearest_minimizer(DOUBLE_WELL)
        array([ 1., nan, -1.])
        """
        if not objective.minimizers:
            raise ValueError(f"objective must know its minimizers, got {objective}")
        minimizers = np.array(objective.minimizers)
        nearest = np.abs(self.x[..., None] - minimizers).argmin(axis=-1)
        return np.where(self.reached, minimizers[nearest], np.nan)

    def __str__(self) -> str:
        """Tell the sweep in one line."""
        told = [f"{self.reached_count} reached the target"] if self.reached_count else []
        told += [f"{self.escaped_count} diverged"] if self.escaped_count else []
        told += [f"{self.capped_count} stopped at the cap"] if self.capped_count else []
        flat = self.count(StopReason.GRADIENT)
        told += [f"{flat} stopped at a small gradient"] if flat else []
        return f"{self.updates.size} runs: {', '.join(told)}{self._winners()}"

    def _winners(self) -> str:
        fastest = self.fastest()
        if not fastest.size:
            return ""
        step_sizes = np.unique(self.step_sizes.ravel()[fastest])
        shown = ", ".join(f"{step_size:.6g}" for step_size in step_sizes[:3])
        more = f" and {len(step_sizes) - 3} more" if len(step_sizes) > 3 else ""
        noun = "step size" if len(step_sizes) == 1 else "step sizes"
        return f"; fewest updates: {self.updates.ravel()[fastest[0]]}, at {noun} {shown}{more}"

    def __repr__(self) -> str:
        """Tell the sweep in one line."""
        return f"<Sweep: {self}>"


def sweep(
    objective: Objective | Loss,
    step_sizes: float | Array,
    starts: float | Array,
    *,
    method: Callable[[Array], Method[State]] = gradient_descent,  # type: ignore[assignment]
    max_updates: int = 1000,
    eps_grad: float | None = None,
    eps_obj: float | None = None,
    escape_radius: float = math.inf,
) -> Sweep:
    """Run a method from many starts with many step sizes, each run as `minimize` would.

    The answers are those of `minimize`, run by run and bit for bit, as long as the formulas are
    plain arithmetic: both follow the same rules, and ``+ - * /`` round alike in floats and arrays.
    Only the ends are kept.

    Parameters
    ----------
    objective : Objective or callable
        A function of one number that treats each entry of an array by itself. Without a
        hand-written slope it is differentiated by torch.
    step_sizes, starts : float or array
        Broadcast against each other: two arrays of shape (n,) give n runs, and
        ``step_sizes[:, None]`` with ``starts[None, :]`` a map. The runs are made in the dtype of
        `starts`.
    method : callable
        Takes an array of step sizes, one entry for each run, and returns the `Method`. Further
        settings go in by `functools.partial`.
    max_updates, eps_grad, eps_obj, escape_radius
        As in `minimize`, but the gradient rule is off unless asked for: at a maximum it would
        call a run finished that never reaches the target.

    Returns
    -------
    Sweep

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

    Examples
    --------
    >>> from ravine import DOUBLE_WELL
    >>> step_sizes, starts = np.array([0.1, 0.2, 0.3]), np.array([-2.0, 2.0, 3.0])
    >>> ends = sweep(DOUBLE_WELL, step_sizes[:, None], starts, eps_obj=1e-5)
    >>> ends.nearest_minimizer(DOUBLE_WELL)
    array([[-1.,  1., -1.],
           [ 1., -1., nan],
           [ 1., -1., nan]])
    """
    check_objective(objective)
    if not callable(method):
        raise TypeError(
            f"method must make a Method from step sizes, as gradient_descent does, got {method!r}"
        )
    rules = StoppingRules(
        max_updates=whole("max_updates", max_updates, at_least=0),
        eps_grad=tolerance("eps_grad", eps_grad),
        eps_obj=tolerance("eps_obj", eps_obj),
        eps_plateau=None,
        patience=1,
        escape_radius=radius("escape_radius", escape_radius),
        optimal_value=known_optimal_value(objective, eps_obj),
    )
    x0 = _checked_starts(starts, objective)
    etas = np.asarray(checked_step_size(step_sizes, "step_sizes"), dtype=x0.dtype)
    etas, x0 = np.broadcast_arrays(etas, x0)
    ends = _Ends.of(x0.ravel())
    evaluate = _evaluation(objective)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for first in range(0, x0.size, RUNS_AT_ONCE):
            block = np.arange(first, min(first + RUNS_AT_ONCE, x0.size))
            _run(block, ends, etas.ravel()[block], evaluate=evaluate, method=method, rules=rules)
    return Sweep(etas, x0, **{name: end.reshape(x0.shape) for name, end in vars(ends).items()})


Evaluation: TypeAlias = Callable[[Array], tuple[Array, Array]]


def _run(
    block: npt.NDArray[np.int64],
    ends: _Ends,
    step_sizes: Array,
    *,
    evaluate: Evaluation,
    method: Callable[[Array], Method[State]],
    rules: StoppingRules,
) -> None:
    """Evaluate, test, log the finished runs and let them leave, update the others."""
    x = ends.x[block]
    update = method(step_sizes)
    state = update.init(x)
    for k in range(rules.max_updates + 1):
        value, gradient = evaluate(x)
        stop = _first_met(rules, k, x, value, gradient)
        going = stop == 0
        if not going.all():
            done = ~going
            ends.log(
                block[done],
                updates=k,
                stop=stop[done],
                x=x[done],
                value=value[done],
                gradient_norm=np.abs(gradient[done]),
            )
            block, step_sizes, x, gradient = (a[going] for a in (block, step_sizes, x, gradient))
            if not block.size:
                return
            update, state = method(step_sizes), _remaining(state, going)
        x, state = cast("tuple[Array, State]", update.step(x, gradient, state))


@dataclass
class _Ends:
    """Where each run is when it stops; `x` holds the starts until then."""

    updates: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int8]
    x: Array
    value: npt.NDArray[np.float64]
    gradient_norm: npt.NDArray[np.float64]

    @classmethod
    def of(cls, starts: Array) -> _Ends:
        n = starts.size
        return cls(
            np.zeros(n, np.int64), np.zeros(n, np.int8), starts.copy(), np.zeros(n), np.zeros(n)
        )

    def log(
        self,
        runs: npt.NDArray[np.int64],
        *,
        updates: int,
        stop: npt.NDArray[np.int8],
        x: Array,
        value: Array,
        gradient_norm: Array,
    ) -> None:
        self.updates[runs] = updates
        self.stop[runs] = stop
        self.x[runs] = x
        self.value[runs] = value
        self.gradient_norm[runs] = gradient_norm


def _first_met(
    rules: StoppingRules, updates: int, x: Array, value: Array, gradient: Array
) -> npt.NDArray[np.int8]:
    """Return the code of the first rule that each run meets, 0 where a run goes on."""
    stop = np.zeros(x.shape, dtype=np.int8)
    size, value, gradient_norm = (  # compared in float64, as `minimize` compares Python floats
        measure.astype(np.float64) for measure in (np.abs(x), value, np.abs(gradient))
    )
    for reason, met in rules.tests(updates, size, value, gradient_norm):
        stop[(stop == 0) & met] = reason
    return stop


def _remaining(state: State, going: npt.NDArray[np.bool_]) -> State:
    """Return the state of the runs that go on; what all runs share stays as it is."""
    if isinstance(state, np.ndarray) and state.shape == going.shape:
        return cast("State", state[going])
    if isinstance(state, tuple):
        entries = [_remaining(entry, going) for entry in state]
        make = getattr(type(state), "_make", tuple)  # a named tuple keeps its names
        return cast("State", make(entries))
    return state


def _checked_starts(starts: float | Array, objective: object) -> Array:
    x0 = np.asarray(starts)
    if x0.ndim == 0 and not np.issubdtype(x0.dtype, np.floating):
        x0 = np.asarray(number("starts", starts))
    if not np.issubdtype(x0.dtype, np.floating):
        raise TypeError(f"starts must hold floats, got an array of {x0.dtype}")
    if not np.isfinite(x0).all():
        raise ValueError(f"starts must be finite, got {x0[~np.isfinite(x0)][0]}")
    if isinstance(objective, Objective):
        left, right = objective.domain
        outside = (x0 < left) | (x0 > right)
        if outside.any():
            raise ValueError(
                f"starts must lie in the domain [{left:g}, {right:g}] of the {objective.name}, "
                f"got {x0[outside][0]}"
            )
    return x0


def _evaluation(objective: Objective | Loss) -> Evaluation:
    """Return the function that gives values and slopes at a block of points."""
    if not isinstance(objective, Objective):
        return partial(values_and_derivatives, objective)
    evaluate: Evaluation
    if objective.slope is None:
        evaluate = partial(values_and_derivatives, objective.value)
    else:
        evaluate = partial(_by_hand, objective.value, objective.slope)
    if objective.domain == (-math.inf, math.inf):
        return evaluate
    return partial(_within, objective.domain, evaluate)


def _by_hand(formula: Formula, slope: Formula, x: Array) -> tuple[Array, Array]:
    return _one_each(formula(x), x), _one_each(slope(x), x)


def _one_each(result: Number, x: Array) -> Array:
    """Give a constant formula, which answers with one number, one entry for each run."""
    return np.broadcast_to(cast("Array", result), x.shape).astype(x.dtype, copy=False)


def _within(domain: tuple[float, float], evaluate: Evaluation, x: Array) -> tuple[Array, Array]:
    """Outside its domain an objective counts as infinite and has no gradient."""
    inside = (x >= domain[0]) & (x <= domain[1])
    value, gradient = evaluate(x)
    return np.where(inside, value, np.inf), np.where(inside, gradient, np.nan)
