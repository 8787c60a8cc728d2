"""Runs side by side in NumPy, a block at a time: the reference for every other way."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ravine.autodiff import Loss, values_and_derivatives
from ravine.methods import Method
from ravine.objectives import Formula, Number, Objective
from ravine.stopping import StoppingRules

Array: TypeAlias = npt.NDArray[np.floating]
Evaluation: TypeAlias = Callable[[Array], tuple[Array, Array]]
State = TypeVar("State")

RUNS_AT_ONCE = 16_384  # a block and its temporaries fit into the cache of one core


@dataclass
class Ends:
    """Where each run is when it stops, and its iterates if they are kept."""

    updates: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int8]
    x: Array
    value: npt.NDArray[np.float64]
    gradient_norm: npt.NDArray[np.float64]
    iterates: list[Array]

    @classmethod
    def of(cls, starts: Array) -> Ends:
        """Return arrays to be filled; `x` holds the starts until then."""
        n = starts.size
        return cls(
            np.zeros(n, np.int64), np.zeros(n, np.int8), starts.copy(), np.zeros(n), np.zeros(n), []
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
        """Write down the ends of these runs."""
        self.updates[runs] = updates
        self.stop[runs] = stop
        self.x[runs] = x
        self.value[runs] = value
        self.gradient_norm[runs] = gradient_norm

    def piece(self, runs: slice) -> Ends:
        """Return the ends of some of the runs; what is written into them is written here."""
        value, gradient_norm = self.value[runs], self.gradient_norm[runs]
        return Ends(self.updates[runs], self.stop[runs], self.x[runs], value, gradient_norm, [])

    def put(self, runs: slice, ends: Ends) -> None:
        """Write down the ends of some of the runs, made elsewhere."""
        here = self.piece(runs)
        for name in ("updates", "stop", "x", "value", "gradient_norm"):
            getattr(here, name)[...] = getattr(ends, name)

    def keep(self, updates: int, runs: npt.NDArray[np.int64], x: Array) -> None:
        """Keep where these runs are; a run that has ended is nowhere, not a number."""
        if updates == len(self.iterates):
            self.iterates.append(np.full(self.x.shape, np.nan, self.x.dtype))
        self.iterates[updates][runs] = x


@dataclass(frozen=True)
class Problem:
    """What all runs of a sweep share. It can be sent to another process if its parts can."""

    objective: Objective | Loss
    method: Callable[[Array], Method[Any]]
    rules: StoppingRules
    keep_iterates: bool = False

    def run(self, step_sizes: Array, ends: Ends) -> Ends:
        """Make the runs from the starts in `ends`, fill it and return it."""
        evaluate = _evaluation(self.objective)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for first in range(0, ends.x.size, RUNS_AT_ONCE):
                runs = np.arange(first, min(first + RUNS_AT_ONCE, ends.x.size))
                self._run_block(runs, ends, step_sizes[runs], evaluate)
        return ends

    def _run_block(
        self, runs: npt.NDArray[np.int64], ends: Ends, step_sizes: Array, evaluate: Evaluation
    ) -> None:
        """Evaluate, test, log the runs that finish, update.

        Finished runs leave together, when they are a fifth of the block. Until then they go on
        unseen: no run knows of another.
        """
        x = ends.x[runs]
        update = self.method(step_sizes)
        state = update.init(x)
        going = np.ones(runs.size, dtype=np.bool_)
        for k in range(self.rules.max_updates + 1):
            value, gradient = evaluate(x)
            if self.keep_iterates:
                ends.keep(k, runs[going], x[going])
            stop = _first_met(self.rules, k, x, value, gradient)
            done = going & (stop != 0)
            if done.any():
                ends.log(
                    runs[done],
                    updates=k,
                    stop=stop[done],
                    x=x[done],
                    value=value[done],
                    gradient_norm=np.abs(gradient[done]),
                )
                going &= ~done
                remaining = np.count_nonzero(going)
                if not remaining:
                    return
                if remaining < 0.8 * runs.size:
                    runs, step_sizes = runs[going], step_sizes[going]
                    x, gradient = x[going], gradient[going]
                    update, state = self.method(step_sizes), _those_of(going, state)
                    going = going[going]
            x, state = cast("tuple[Array, Any]", update.step(x, gradient, state, k))


def _first_met(
    rules: StoppingRules, updates: int, x: Array, value: Array, gradient: Array
) -> npt.NDArray[np.int8]:
    """Return the code of the first rule that each run meets, 0 where a run goes on."""
    stop = np.zeros(x.shape, dtype=np.int8)
    size, value, gradient_norm = (  # compared in float64, as `minimize` compares Python floats
        measure.astype(np.float64, copy=False) for measure in (np.abs(x), value, np.abs(gradient))
    )
    for reason, test in rules.tests():
        is_met = np.broadcast_to(test(updates, size, value, gradient_norm, math.inf), stop.shape)
        if is_met.any():
            stop[(stop == 0) & is_met] = reason
    return stop


def _those_of(going: npt.NDArray[np.bool_], state: State) -> State:
    """Return the state of the runs that go on; what all runs share stays as it is."""
    if isinstance(state, np.ndarray) and state.shape == going.shape:
        return cast("State", state[going])
    if isinstance(state, tuple):
        entries = [_those_of(going, entry) for entry in state]
        make = getattr(type(state), "_make", tuple)  # a named tuple keeps its names
        return cast("State", make(entries))
    return state


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
    if isinstance(result, np.ndarray) and (result.shape, result.dtype) == (x.shape, x.dtype):
        return result
    return np.broadcast_to(cast("Array", result), x.shape).astype(x.dtype, copy=False)


def _within(domain: tuple[float, float], evaluate: Evaluation, x: Array) -> tuple[Array, Array]:
    """Outside its domain an objective counts as infinite and has no gradient."""
    inside = (x >= domain[0]) & (x <= domain[1])
    value, gradient = evaluate(x)
    return np.where(inside, value, np.inf), np.where(inside, gradient, np.nan)
