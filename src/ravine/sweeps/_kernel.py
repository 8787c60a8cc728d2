"""A sweep's runs as one compiled loop, written from the formulas themselves.

The objective, the update rule and the stopping rules are recorded (`ravine.record.tape`) into the text
of a function. numba compiles it, without leave to reorder or to fuse operations, so the answers are
those of NumPy bit for bit. Whatever cannot be recorded is left to NumPy.

An update waits for the one before it, and a processor that makes one run after the other waits with it.
So the loop has some runs under way side by side, each in a slot: one pass over the slots makes an update
of each, several in one instruction. Where a run ends, the next one begins.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, cast

import numpy as np

from ravine.methods import Method
from ravine.objective import Objective
from ravine.record import Constants, Recorded, Tape, python, python_function
from ravine.stopping import StoppingRules
from ravine.sweeps._blocks import Array, Ends, Problem, Settings

SLOTS = 64  # runs under way: enough to fill the widest instructions, and all they carry stays close
MOST_TABLED_UPDATES = 10_000  # of rules whose numbers change from update to update, as Adam's do


@dataclass(frozen=True)
class Kernel:
    """The text of the loop and the numbers in it. It can be sent to another process."""

    problem: Problem
    source: str
    fixed: Array  # the constants of the formulas
    table: Array  # those of the update rule, one row, or a row for each update
    limits: tuple[float, ...]  # those of the stopping rules

    def run(self, settings: Settings, ends: Ends) -> Ends:
        """Make the runs from the starts in `ends`, fill it and return it."""
        with np.errstate(over="ignore", invalid="ignore"):
            state = self.problem.method(**settings).init(cast("Any", ends.x))
        memory = [entry for entry in _leaves(state) if isinstance(entry, np.ndarray)]
        carried = (ends.x, *memory, *settings.values())
        all_runs = np.concatenate([array.reshape(-1, ends.runs) for array in carried])
        told = (ends.updates, ends.stop, ends.value, ends.gradient_norm)
        _compiled(self.source)(all_runs, self.fixed, self.table, self.limits, *told)
        ends.x[...] = all_runs[: ends.x.size // ends.runs].reshape(ends.x.shape)
        return ends


def available() -> bool:
    """Say whether numba is installed."""
    return importlib.util.find_spec("numba") is not None


def kernel(problem: Problem, x: Array, settings: Settings) -> Kernel:
    """Return the kernel of a problem for runs from points like x, with settings by these names.

    Raises
    ------
    TypeError
        When a part of the problem cannot be recorded. The message says what.
    """
    if problem.keep_iterates:
        raise TypeError("iterates are kept by NumPy only")
    if x.dtype not in (np.float32, np.float64):
        raise TypeError(f"runs in {x.dtype} are made by NumPy only")
    point = _Point(None if x.ndim == 1 else len(x))
    fixed, limits = Constants("c"), Constants("r")
    formulas = _formulas(problem.objective, fixed, point)
    tests = _tests(problem.rules, limits)
    update, memory, table = _update(problem, x.dtype, point, list(settings))
    carried = [*point.names, *memory, *(f"g_{name}" for name in settings)]
    source = _LOOP.format(
        slots=SLOTS,
        carried=len(carried),
        coordinates=len(point.names),
        constants=_lines(
            2,
            *(f"{name} = fixed[{i}]" for i, name in enumerate(fixed.names.values())),
            *(f"{name} = limits[{i}]" for i, name in enumerate(limits.names.values())),
        ),
        pass_over=_lines(
            6,
            *(f"{name} = now[{i}, slot]" for i, name in enumerate(carried)),
            *formulas,
            f"size, gradient_norm = {point.size()}, {point.size('d')}",
            *tests,
            "values[slot], norms[slot], stops[slot] = value, gradient_norm, stop",
            "some_end |= stop",
            "counts[slot] = updates if stop else updates + 1",
            f"row = min(updates, {len(table) - 1})",
            *(f"s{i} = table[row, {i}]" for i in range(table.shape[1])),
            *update,
        ),
    )
    return Kernel(problem, source, _in(x.dtype, fixed.values), table, tuple(limits.values))


# The loop, in which the formulas are missing. `all_runs` and `now` have a row for each number that a run
# carries: first its coordinates, then what its update rule remembers, then its settings.
_LOOP = """
from numpy import empty, int8, int64

def loop(all_runs, fixed, table, limits, updates_of, stop_of, value_of, gradient_norm_of):
{constants}
  now = empty(({carried}, {slots}), all_runs.dtype)
  values, norms = empty({slots}), empty({slots})
  runs, counts, stops = empty({slots}, int64), empty({slots}, int64), empty({slots}, int8)
  begun = taken = 0
  while True:
    while taken < {slots} and begun < all_runs.shape[1]:
      runs[taken], counts[taken] = begun, 0
      for row in range({carried}):
        now[row, taken] = all_runs[row, begun]
      begun += 1
      taken += 1
    if taken == 0:
      break

    some_end = 0
    for slot in range(taken):
      updates = counts[slot]
{pass_over}

    if some_end:
      for slot in range(taken - 1, -1, -1):
        if stops[slot]:
          run = runs[slot]
          updates_of[run], stop_of[run] = counts[slot], stops[slot]
          value_of[run], gradient_norm_of[run] = values[slot], norms[slot]
          for row in range({coordinates}):
            all_runs[row, run] = now[row, slot]
          taken -= 1  # the last slot, whose run goes on, moves here
          runs[slot], counts[slot] = runs[taken], counts[taken]
          for row in range({carried}):
            now[row, slot] = now[row, taken]
"""


def _lines(indentation: int, *lines: str) -> str:
    return "\n".join(" " * indentation + line for line in lines)


@lru_cache(maxsize=64)
def _compiled(source: str) -> Callable[..., None]:
    """Return the loop as machine code; numba adds it for each dtype it meets."""
    import numba

    # error_model: a division by zero is infinite, as in NumPy. No fastmath: each operation rounds.
    compile_ = numba.njit(nogil=True, error_model="numpy")
    return cast("Callable[..., None]", compile_(python_function(source)))


@dataclass(frozen=True)
class _Point:
    """How points are written: one number `x`, or n numbers `x0`, `x1`, ..."""

    n: int | None

    @property
    def names(self) -> list[str]:
        return self.called("x")

    def called(self, letter: str) -> list[str]:
        """Return the names of the coordinates of a point that is called by this letter."""
        return [letter] if self.n is None else [f"{letter}{i}" for i in range(self.n)]

    def recorded(self, tape: Tape, letter: str) -> Any:
        """Return recorded numbers by these names, as an array if there are several."""
        numbers = [Recorded(tape, name) for name in self.called(letter)]
        return numbers[0] if self.n is None else _objects(numbers)

    def beside(self, number: Any) -> Any:
        """Return a recorded number so that it stands beside each coordinate."""
        return number if self.n is None else _objects([number])

    def size(self, letter: str = "x") -> str:
        """Write the absolute value or the Euclidean norm in float64, as `sizes` computes it."""
        names = self.called(letter)
        if self.n is None:
            return f"float(abs({names[0]}))"
        # numba's float() leaves a float32 what it is; 1.0 * makes it a float64
        return f"sqrt({' + '.join(f'(1.0 * {name}) * (1.0 * {name})' for name in names)})"


def _objects(numbers: list[Any]) -> Any:
    array = np.empty(len(numbers), dtype=object)
    array[:] = numbers
    return array


def _formulas(objective: object, fixed: Constants, point: _Point) -> list[str]:
    """Return the lines that compute the value at a point x and the gradient d there."""
    if not isinstance(objective, Objective) or objective.slope is None:
        raise TypeError("the objective has no slope by hand")
    tape = Tape(python(fixed))
    x = point.recorded(tape, "x")
    if point.n is not None:
        x = tuple(x)  # as a pair is: what needs an array cannot be written
    value, slope = objective.value(x), objective.slope(x)
    parts = [slope] if point.n is None else list(cast("tuple[object, ...]", slope))
    if len(parts) != len(point.names):
        raise TypeError(f"the slope has {len(parts)} coordinates")
    written = [tape.written(value), *(tape.written(part) for part in parts)]
    names = point.called("d")
    lines = [
        *tape.lines(),
        f"value, {', '.join(names)} = float({written[0]}), {', '.join(written[1:])}",
    ]
    if objective.domain == (-math.inf, math.inf):
        return lines
    left, right, infinite, nothing = map(fixed.name, (*objective.domain, math.inf, math.nan))
    inside = " and ".join(f"{left} <= {name} <= {right}" for name in point.names)
    none = ", ".join([nothing] * len(names))
    outside = f"if not ({inside}): value, {', '.join(names)} = float({infinite}), {none}"
    return [*lines, outside]


def _tests(rules: StoppingRules, limits: Constants) -> list[str]:
    """Return the lines that find the code of the first rule that is met, 0 if none is."""
    tape = Tape(python(limits), prefix="u")
    k, size, value, norm = (
        Recorded(tape, n) for n in ("updates", "size", "value", "gradient_norm")
    )
    met = [
        (reason, tape.written(test(k, size, value, norm, math.inf)))
        for reason, test in rules.tests()
    ]
    codes = " else ".join(f"{int(reason)} if {test}" for reason, test in met)
    return [*tape.lines(), f"stop = {codes} else 0"]


def _update(
    problem: Problem, dtype: np.dtype[Any], point: _Point, settings: list[str]
) -> tuple[list[str], list[str], Array]:
    """Return the lines that update x and its memory, the memory's names, and the table of constants.

    What all runs share, such as a count of the updates, is computed here, in Python as in NumPy's
    runs, once for each update: then the constants in the lines differ from update to update.
    """
    one_run = np.ones(1 if point.n is None else (point.n, 1), dtype)
    swept = {name: np.full(1, 0.5, dtype) for name in settings}
    with np.errstate(all="ignore"):
        method = problem.method(**swept)
        _check_settings(method, swept)
        state: Any = method.init(cast("Any", one_run))
    kept = [entry for entry in _leaves(state) if isinstance(entry, np.ndarray)]
    memory = [f"m{i}" for i in range(sum(entry.size for entry in kept))]
    alone = all(entry is None or isinstance(entry, np.ndarray) for entry in _leaves(state))
    count = 1 if alone else max(1, problem.rules.max_updates)
    if count > MOST_TABLED_UPDATES:
        raise TypeError(f"the rule changes from update to update, {count} times")

    lines: list[str] = []
    rows: list[Array] = []
    for _ in range(count):
        constants = Constants("s", merged=alone)
        tape = Tape(python(constants), prefix="v")
        given = {name: point.beside(Recorded(tape, f"g_{name}")) for name in settings}
        rule = _with(method, {id(swept[name]): number for name, number in given.items()})
        x, gradient = point.recorded(tape, "x"), point.recorded(tape, "d")
        before = _recorded(state, iter(memory), tape, point)
        direction, state = rule.direction(x, gradient, before)
        x = x - given["step_size"] * direction
        following = [number for entry in _leaves(state) for number in _numbers(entry)]
        moved = [tape.written(number) for number in _numbers(x)]
        codes = [  # a run that has ended stays where it is
            *(f"{name} if stop else {code}" for name, code in zip(point.names, moved, strict=True)),
            *(number.code for number in following),
        ]
        written = [
            *tape.lines(),
            *(f"now[{row}, slot] = {code}" for row, code in enumerate(codes)),
        ]
        if lines and written != lines:
            raise TypeError("the rule is not the same in each update")
        lines = written
        rows.append(_in(dtype, constants.values))
    return lines, memory, np.array(rows, dtype).reshape(len(rows), -1)


def _check_settings(method: Method[Any], swept: Settings) -> None:
    """Refuse a method whose numbers are not those that are swept, or not the same in each update."""
    if method.step_size is not swept["step_size"]:
        raise TypeError(f"the step size of {method!r} is not the one that is swept")
    if method.projection is not None:
        raise TypeError(f"{method.projection!r} is made by NumPy only")
    known = [id(array) for array in swept.values()]
    for entry in fields(method):
        setting = getattr(method, entry.name)
        if isinstance(setting, np.ndarray) and id(setting) not in known:
            raise TypeError(f"{entry.name} is an array")


def _with(method: Method[Any], recorded: dict[int, Any]) -> Any:
    """Return the method with recorded numbers in the places of the arrays that are swept."""
    changed = object.__new__(type(method))
    for name, setting in vars(method).items():
        object.__setattr__(changed, name, recorded.get(id(setting), setting))
    return changed


def _leaves(state: object) -> list[object]:
    if isinstance(state, tuple):
        return [leaf for entry in state for leaf in _leaves(entry)]
    return [state]


def _numbers(entry: object) -> list[Any]:
    """Return the recorded numbers in a part of a state."""
    if isinstance(entry, np.ndarray):
        return list(entry)
    return [entry] if isinstance(entry, Recorded) else []


def _recorded(state: object, names: Iterator[str], tape: Tape, point: _Point) -> object:
    """Return a state with recorded numbers in the places of its arrays."""
    if isinstance(state, tuple):
        entries = [_recorded(entry, names, tape, point) for entry in state]
        return getattr(type(state), "_make", tuple)(entries)
    if isinstance(state, np.ndarray | Recorded):
        if point.n is None:
            return Recorded(tape, next(names))
        return _objects([Recorded(tape, next(names)) for _ in range(point.n)])
    if state is None or type(state) in (int, float):
        return state
    raise TypeError(f"the state of the rule holds {state!r}")


def _in(dtype: np.dtype[Any], constants: list[float]) -> Array:
    """Return the constants as NumPy takes them beside an array of this dtype."""
    if any(abs(constant) > 2**53 for constant in constants if isinstance(constant, int)):
        raise TypeError("an integer is too large for a float")
    with np.errstate(over="ignore"):
        return np.array(constants, np.float64).astype(dtype)
