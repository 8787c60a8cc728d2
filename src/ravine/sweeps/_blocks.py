"""Runs side by side in NumPy, a block at a time: the reference for every other way."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ravine.derivative import Loss, values_and_derivatives
from ravine.methods import Method
from ravine.objective import Formula, Number, Objective
from ravine.stopping import StoppingRules

Array: TypeAlias = npt.NDArray[np.floating]
Evaluation: TypeAlias = Callable[[Array], tuple[Array, Array]]
Settings: TypeAlias = dict[str, Array]  # of each run: its step size, its momentum, ...
State = TypeVar("State")

RUNS_AT_ONCE = 16_384  # a block and its temporaries fit into the cache of one core


@dataclass
class Ends:
    """Where each run is when it stops, and its iterates if they are kept.

    Runs stand along the last axis: `x` has the shape (runs,), or (n, runs) for points of n numbers.
    """

    updates: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int8]
    x: Array
    value: npt.NDArray[np.float64]
    gradient_norm: npt.NDArray[np.float64]
    iterates: list[Array]

    @classmethod
    def of(cls, starts: Array) -> Ends:
        """Return arrays to be filled; `x` is the array given, and holds the starts until then."""
        n = starts.shape[-1]
        return cls(
            np.zeros(n, np.int64), np.zeros(n, np.int8), starts, np.zeros(n), np.zeros(n), []
        )

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return len(self.updates)

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
        """Write down the ends of these runs."""
        self.updates[runs] = updates
        self.stop[runs] = stop
        self.x[..., runs] = x
        self.value[runs] = value
        self.gradient_norm[runs] = gradient_norm

    def piece(self, runs: slice) -> Ends:
        """Return the ends of some of the runs; what is written into them is written here."""
        value, gradient_norm = self.value[runs], self.gradient_norm[runs]
        x = self.x[..., runs]
        return Ends(self.updates[runs], self.stop[runs], x, value, gradient_norm, [])

    def put(self, runs: slice, ends: Ends) -> None:
        """Write down the ends of some of the runs, made elsewhere."""
        here = self.piece(runs)
        for name in ("updates", "stop", "x", "value", "gradient_norm"):
            getattr(here, name)[...] = getattr(ends, name)

    def keep(self, updates: int, runs: npt.NDArray[np.int64], x: Array) -> None:
        """Keep where these runs are; a run that has ended is nowhere, not a number."""
        if updates == len(self.iterates):
            self.iterates.append(np.full(self.x.shape, np.nan, self.x.dtype))
        self.iterates[updates][..., runs] = x


@dataclass(frozen=True)
class Problem:
    """What all runs of a sweep share. It can be sent to another process if its parts can."""

    objective: Objective | Loss
    method: Callable[..., Method[Any]]
    rules: StoppingRules
    keep_iterates: bool = False

    def run(self, settings: Settings, ends: Ends) -> Ends:
        """Make the runs from the starts in `ends`, fill it and return it."""
        evaluate = evaluation(self.objective)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for first in range(0, ends.runs, RUNS_AT_ONCE):
                runs = np.arange(first, min(first + RUNS_AT_ONCE, ends.runs))
                self._run_block(runs, ends, of_runs(settings, runs), evaluate)
        return ends

    def _run_block(
        self, runs: npt.NDArray[np.int64], ends: Ends, settings: Settings, evaluate: Evaluation
    ) -> None:
        """Evaluate, test, log the runs that finish, update: the loop of `minimize` over arrays.

        Finished runs leave together, when they are a fifth of the block. Until then they go on
        unseen: no run knows of another.
        """
        x = ends.x[..., runs]
        method = self.method(**settings)
        state = method.init(cast("Number", x))
        going = np.ones(runs.size, dtype=np.bool_)
        for k in range(self.rules.max_updates + 1):
            value, gradient = evaluate(x)
            gradient_norm = sizes(residuals(method, x, gradient))
            if self.keep_iterates:
                ends.keep(k, runs[going], x[..., going])
            stop = _first_met(self.rules, k, sizes(x), value, gradient_norm)
            done = going & (stop != 0)
            if done.any():
                ends.log(
                    runs[done],
                    updates=k,
                    stop=stop[done],
                    x=x[..., done],
                    value=value[done],
                    gradient_norm=gradient_norm[done],
                )
                going &= ~done
                remaining = np.count_nonzero(going)
                if not remaining:
                    return
                if remaining < 0.8 * runs.size:
                    runs, settings = runs[going], of_runs(settings, going)
                    x, gradient = x[..., going], gradient[..., going]
                    method, state = self.method(**settings), _those_of(going, state)
                    going = going[going]
            x, state = cast(
                "tuple[Array, Any]", method.step(cast("Any", x), cast("Any", gradient), state, k)
            )


def of_runs(settings: Settings, runs: Any) -> Settings:
    """Return the settings of some of the runs."""
    return {name: setting[runs] for name, setting in settings.items()}


def sizes(x: Array) -> npt.NDArray[np.float64]:
    """Return the absolute values of numbers, or the Euclidean norms of points, one in each column."""
    if x.ndim == 1:
        return np.abs(x).astype(np.float64, copy=False)
    wide = x.astype(np.float64, copy=False)
    return cast("npt.NDArray[np.float64]", np.sqrt((wide * wide).sum(0)))


def residuals(method: Method[Any], x: Array, gradient: Array) -> Array:
    """Return what the gradient rule looks at: the gradient, or with a projection the projected one."""
    if method.projection is None:
        return gradient
    return cast("Array", x - method.projection(cast("Number", x - gradient)))


def _first_met(
    rules: StoppingRules, updates: int, size: Array, value: Array, gradient_norm: Array
) -> npt.NDArray[np.int8]:
    """Return the code of the first rule that each run meets, 0 where a run goes on."""
    stop = np.zeros(size.shape, dtype=np.int8)
    value = value.astype(np.float64, copy=False)  # compared as `minimize` compares Python floats
    for reason, test in rules.tests():
        is_met = np.broadcast_to(test(updates, size, value, gradient_norm, math.inf), stop.shape)
        if is_met.any():
            stop[(stop == 0) & is_met] = reason
    return stop


def _those_of(going: npt.NDArray[np.bool_], state: State) -> State:
    """Return the state of the runs that go on; what all runs share stays as it is."""
    if isinstance(state, np.ndarray) and state.shape[-1:] == going.shape:
        return cast("State", state[..., going])
    if isinstance(state, tuple):
        entries = [_those_of(going, entry) for entry in state]
        make = getattr(type(state), "_make", tuple)  # a named tuple keeps its names
        return cast("State", make(entries))
    return state


def evaluation(objective: Objective | Loss) -> Evaluation:
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


def check_apart(objective: Objective | Loss, x: Array) -> None:
    """Refuse a formula that mixes runs: what it gives one must not depend on which others there are.

    It is evaluated at three different points at once and at each of them apart.
    """
    first = x[..., :1].astype(np.float64)
    low, high = objective.domain if isinstance(objective, Objective) else (-math.inf, math.inf)
    others = (
        np.clip(first * factor + shift, low, high) for factor, shift in ((1.25, 0.1), (0.5, -0.2))
    )
    points, evaluate = np.concatenate([first, *others], axis=-1), evaluation(objective)
    with np.errstate(all="ignore"):
        try:
            together = evaluate(points)
            apart = [evaluate(points[..., i : i + 1]) for i in range(3)]
        except Exception as error:
            if x.ndim == 1 and getattr(objective, "dimension", None) is None:
                error.add_note(f"Each entry of start is a run here; {_OF_N_NUMBERS}.")
            raise
        for i, alone in enumerate(apart):
            for name, ours, others_ in zip(("value", "slope"), alone, together, strict=True):
                one, among = ours[..., 0], others_[..., i]
                if not np.allclose(one, among, rtol=1e-6, atol=1e-9, equal_nan=True):
                    raise ValueError(
                        f"objective must treat each run by itself, and its {name} mixes them: at "
                        f"{points[..., i].tolist()} it is {one.tolist()} alone and {among.tolist()} "
                        f"beside two others; {_OF_N_NUMBERS if x.ndim == 1 else _ALONG_AXIS_0}"
                    )


_OF_N_NUMBERS = "a function of n numbers says so: Objective(..., dimension=n)"
_ALONG_AXIS_0 = "runs stand along the last axis, so sum over axis 0 only: (x * x).sum(0)"


def _by_hand(formula: Formula, slope: Formula, x: Array) -> tuple[Array, Array]:
    value, gradient = formula(cast("Number", x)), slope(cast("Number", x))
    return _one_each(value, x.shape[-1:], x), _one_each(gradient, x.shape, x)


def _one_each(result: Number, shape: tuple[int, ...], x: Array) -> Array:
    """Give a constant formula, which answers with one number, one entry for each run."""
    if isinstance(result, np.ndarray) and (result.shape, result.dtype) == (shape, x.dtype):
        return result
    found = np.asarray(result)
    if found.shape not in {(), shape}:
        raise ValueError(
            f"objective must return one number for each of {shape[-1]} runs, got shape {found.shape}; "
            f"its slope has the shape of x, {x.shape}"
        )
    return np.broadcast_to(found, shape).astype(x.dtype, copy=False)


def _within(domain: tuple[float, float], evaluate: Evaluation, x: Array) -> tuple[Array, Array]:
    """Outside its domain an objective counts as infinite and has no gradient."""
    inside = (x >= domain[0]) & (x <= domain[1])
    value, gradient = evaluate(x)
    all_inside = inside if x.ndim == 1 else inside.all(0)
    return np.where(all_inside, value, np.inf), np.where(all_inside, gradient, np.nan)
