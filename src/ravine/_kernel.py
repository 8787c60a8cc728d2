"""A sweep's runs as one compiled loop, written from the formulas themselves.

The objective, the update rule and the stopping rules are recorded (`ravine._recorded`) into the text
of a function that makes one run after the other in the registers of the processor. numba compiles
it, without leave to reorder or to fuse operations, so the answers are those of NumPy bit for bit.
Whatever cannot be recorded is left to NumPy.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np

from ravine._blocks import Array, Ends, Problem
from ravine._recorded import Constants, Recorded, Tape, python, python_function
from ravine.methods import Method
from ravine.objectives import Objective
from ravine.stopping import StoppingRules

MOST_TABLED_UPDATES = 10_000  # of rules whose numbers change from update to update, as Adam's do


@dataclass(frozen=True)
class Kernel:
    """The text of the loop and the numbers in it. It can be sent to another process."""

    problem: Problem
    source: str
    fixed: Array  # the constants of the formulas
    table: Array  # those of the update rule, one row, or a row for each update
    limits: tuple[float, ...]  # those of the stopping rules
    remembered: int  # numbers that the update rule keeps for each run

    def run(self, step_sizes: Array, ends: Ends) -> Ends:
        """Make the runs from the starts in `ends`, fill it and return it."""
        compiled = _compiled(self.source)
        memory = np.empty((self.remembered, ends.x.size), ends.x.dtype)
        if self.remembered:
            with np.errstate(over="ignore", invalid="ignore"):
                state = self.problem.method(step_sizes).init(ends.x)
            entries = (entry for entry in _leaves(state) if isinstance(entry, np.ndarray))
            for row, entry in zip(memory, entries, strict=True):
                row[...] = entry
        given = (step_sizes, ends.x, memory, self.fixed, self.table, self.limits)
        compiled(*given, ends.updates, ends.stop, ends.value, ends.gradient_norm)
        return ends


def available() -> bool:
    """Say whether numba is installed."""
    return importlib.util.find_spec("numba") is not None


def kernel(problem: Problem, dtype: np.dtype[Any]) -> Kernel:
    """Return the kernel of a problem for runs in this dtype.

    Raises
    ------
    TypeError
        When a part of the problem cannot be recorded. The message says what.
    """
    if problem.keep_iterates:
        raise TypeError("iterates are kept by NumPy only")
    if dtype not in (np.float32, np.float64):
        raise TypeError(f"runs in {dtype} are made by NumPy only")
    fixed, limits = Constants("c"), Constants("r")
    formulas = _formulas(problem.objective, fixed)
    tests = _tests(problem.rules, limits)
    update, memory, table = _update(problem, dtype)
    source = "\n".join(
        [
            "def loop(step_sizes, x_of, memory_of, fixed, table, limits, updates_of, stop_of,",
            "         value_of, gradient_norm_of):",
            *(f"  {name} = fixed[{i}]" for i, name in enumerate(fixed.names.values())),
            *(f"  {name} = limits[{i}]" for i, name in enumerate(limits.names.values())),
            "  for run in range(x_of.size):",
            "    x, step_size = x_of[run], step_sizes[run]",
            *(f"    {name} = memory_of[{i}, run]" for i, name in enumerate(memory)),
            "    updates = 0",
            "    while True:",
            *(f"      {line}" for line in formulas),
            "      size, gradient_norm = float(abs(x)), float(abs(gradient))",
            *(f"      {line}" for line in tests),
            f"      row = {'updates' if len(table) > 1 else '0'}",
            *(f"      s{i} = table[row, {i}]" for i in range(table.shape[1])),
            *(f"      {line}" for line in update),
            "      updates += 1",
            "    updates_of[run], stop_of[run], x_of[run] = updates, stop, x",
            "    value_of[run], gradient_norm_of[run] = value, gradient_norm",
        ]
    )
    return Kernel(
        problem, source, _in(dtype, fixed.values), table, tuple(limits.values), len(memory)
    )


@lru_cache(maxsize=64)
def _compiled(source: str) -> Callable[..., None]:
    """Return the loop as machine code; numba adds it for each dtype it meets."""
    import numba

    # error_model: a division by zero is infinite, as in NumPy. No fastmath: each operation rounds.
    compile_ = numba.njit(nogil=True, error_model="numpy")
    return cast("Callable[..., None]", compile_(python_function(source)))


def _formulas(objective: object, fixed: Constants) -> list[str]:
    """Return the lines that compute value and gradient at x."""
    if not isinstance(objective, Objective) or objective.slope is None:
        raise TypeError("the objective has no slope by hand")
    tape = Tape(python(fixed))
    x = cast("Any", Recorded(tape, "x"))
    value, gradient = tape.written(objective.value(x)), tape.written(objective.slope(x))
    lines = [*tape.lines(), f"value, gradient = float({value}), {gradient}"]
    if objective.domain == (-math.inf, math.inf):
        return lines
    left, right, infinite, nothing = map(fixed.name, (*objective.domain, math.inf, math.nan))
    outside = f"if not ({left} <= x <= {right}): value, gradient = float({infinite}), {nothing}"
    return [*lines, outside]


def _tests(rules: StoppingRules, limits: Constants) -> list[str]:
    """Return the lines that leave the loop with the code of the first rule that is met."""
    tape = Tape(python(limits), prefix="u")
    k, size, value, norm = (
        Recorded(tape, n) for n in ("updates", "size", "value", "gradient_norm")
    )
    met = [
        (reason, tape.written(test(k, size, value, norm, math.inf)))
        for reason, test in rules.tests()
    ]
    leaves = [f"if {test}: stop = {int(reason)}; break" for reason, test in met]
    return [*tape.lines(), *leaves]


def _update(problem: Problem, dtype: np.dtype[Any]) -> tuple[list[str], list[str], Array]:
    """Return the lines that update x and its memory, the memory's names, and the table of constants.

    What all runs share, such as a count of the updates, is computed here, in Python as in NumPy's
    runs, once for each update: then the constants in the lines differ from update to update.
    """
    step_sizes = np.ones(1, dtype)
    with np.errstate(all="ignore"):
        method = problem.method(step_sizes)
        _check_settings(method, step_sizes)
        state: Any = method.init(cast("Any", np.ones(1, dtype)))
    memory = [f"m{i}" for i, entry in enumerate(_leaves(state)) if isinstance(entry, np.ndarray)]
    alone = all(entry is None or isinstance(entry, np.ndarray) for entry in _leaves(state))
    count = 1 if alone else max(1, problem.rules.max_updates)
    if count > MOST_TABLED_UPDATES:
        raise TypeError(f"the rule changes from update to update, {count} times")

    lines: list[str] = []
    rows: list[Array] = []
    for _ in range(count):
        constants = Constants("s", merged=alone)
        tape = Tape(python(constants), prefix="v")
        x, gradient, step_size = (Recorded(tape, name) for name in ("x", "gradient", "step_size"))
        before = _recorded(state, iter(memory), tape)
        direction, state = cast(
            "Any", method.direction(cast("Any", x), cast("Any", gradient), before)
        )
        x = cast("Recorded", x - step_size * direction)
        following = [entry for entry in _leaves(state) if isinstance(entry, Recorded)]
        names = [tape.written(x), *(entry.code for entry in following)]
        written = [*tape.lines(), f"{', '.join(['x', *memory])} = {', '.join(names)}"]
        if lines and written != lines:
            raise TypeError("the rule is not the same in each update")
        lines = written
        rows.append(_in(dtype, constants.values))
    return lines, memory, np.array(rows, dtype).reshape(len(rows), -1)


def _check_settings(method: Method[Any], step_sizes: Array) -> None:
    """Refuse a method whose numbers are not the same in each update and for each run but the step size."""
    if method.step_size is not step_sizes:
        raise TypeError(f"the step size of {method!r} is not the one that is swept")
    if method.projection is not None:
        raise TypeError(f"{method.projection!r} is made by NumPy only")
    for name, setting in vars(method).items():
        if isinstance(setting, np.ndarray) and name != "step_size":
            raise TypeError(f"{name} is an array")


def _leaves(state: object) -> list[object]:
    if isinstance(state, tuple):
        return [leaf for entry in state for leaf in _leaves(entry)]
    return [state]


def _recorded(state: object, names: Iterator[str], tape: Tape) -> object:
    """Return a state with recorded numbers in the places of its arrays."""
    if isinstance(state, tuple):
        entries = [_recorded(entry, names, tape) for entry in state]
        return getattr(type(state), "_make", tuple)(entries)
    if isinstance(state, np.ndarray | Recorded):
        return Recorded(tape, next(names))
    if state is None or type(state) in (int, float):
        return state
    raise TypeError(f"the state of the rule holds {state!r}")


def _in(dtype: np.dtype[Any], constants: list[float]) -> Array:
    """Return the constants as NumPy takes them beside an array of this dtype."""
    if any(abs(constant) > 2**53 for constant in constants if isinstance(constant, int)):
        raise TypeError("an integer is too large for a float")
    with np.errstate(over="ignore"):
        return np.array(constants, np.float64).astype(dtype)
