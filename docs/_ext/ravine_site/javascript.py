"""The library's formulas as JavaScript, so that the browser computes what Python computes.

A formula is run once with numbers that write down what is done to them. What they wrote is the same
operations in the same order, so for ``+ - * /`` and square roots the browser gets the same bits.
No formula is typed twice, and none is parsed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import CellType, FunctionType
from typing import cast


@dataclass
class Tape:
    """The statements written so far; an expression that comes up again is computed once."""

    names: dict[str, str] = field(default_factory=dict)

    def note(self, expression: str) -> Traced:
        """Write a statement, unless it stands there already, and return its result."""
        name = self.names.setdefault(expression, f"t{len(self.names)}")
        return Traced(self, name)

    def lines(self) -> list[str]:
        """Return the statements in the order in which they were made."""
        return [f"const {name} = {expression};" for expression, name in self.names.items()]


@dataclass(frozen=True)
class Traced:
    """A number that writes down what is done to it."""

    tape: Tape
    code: str

    def __add__(self, other: object) -> Traced:
        return self.tape.note(f"{self.code} + {literal(other)}")

    def __radd__(self, other: object) -> Traced:
        return self.tape.note(f"{literal(other)} + {self.code}")

    def __sub__(self, other: object) -> Traced:
        return self.tape.note(f"{self.code} - {literal(other)}")

    def __rsub__(self, other: object) -> Traced:
        return self.tape.note(f"{literal(other)} - {self.code}")

    def __mul__(self, other: object) -> Traced:
        return self.tape.note(f"{self.code} * {literal(other)}")

    def __rmul__(self, other: object) -> Traced:
        return self.tape.note(f"{literal(other)} * {self.code}")

    def __truediv__(self, other: object) -> Traced:
        return self.tape.note(f"{self.code} / {literal(other)}")

    def __rtruediv__(self, other: object) -> Traced:
        return self.tape.note(f"{literal(other)} / {self.code}")

    def __pow__(self, other: object) -> Traced:
        return self.tape.note(f"{self.code} ** {literal(other)}")

    def __neg__(self) -> Traced:
        return self.tape.note(f"-{self.code}")

    def __abs__(self) -> Traced:
        return self.tape.note(f"Math.abs({self.code})")

    def sqrt(self) -> Traced:
        """Return the square root; the library asks a number for it by this name."""
        return self.tape.note(f"Math.sqrt({self.code})")

    def sin(self) -> Traced:
        """Return the sine."""
        return self.tape.note(f"Math.sin({self.code})")

    def cos(self) -> Traced:
        """Return the cosine."""
        return self.tape.note(f"Math.cos({self.code})")


def literal(value: object) -> str:
    """Write an operand: a traced number by its name, a constant so that the same double is read.

    >>> literal(0.1), literal(-2)
    ('0.1', '(-2)')
    """
    if isinstance(value, Traced):
        return value.code
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"a formula can hold finite numbers, got {value!r}")
    written = repr(value)
    return f"({written})" if value < 0 else written


def function(formula: Callable[..., object], arguments: Sequence[object]) -> str:
    """Return a formula as a JavaScript arrow function.

    Parameters
    ----------
    formula : callable
        Plain arithmetic that returns a number, None, or nested tuples of these.
    arguments : sequence of str or of nested sequences of str
        The names of its arguments; ``("x", "y")`` stands for one argument, a pair.

    >>> print(function(lambda w: (w * w - 1) * (w * w - 1) / 2, ["w"]))
    (w) => {
      const t0 = w * w;
      const t1 = t0 - 1;
      const t2 = t1 * t1;
      const t3 = t2 / 2;
      return t3;
    }
    """
    tape = Tape()
    result = formula(*(_traced(tape, argument) for argument in arguments))
    body = [*tape.lines(), f"return {_written(result)};"]
    names = ", ".join(_pattern(argument) for argument in arguments)
    return "\n".join([f"({names}) => {{", *(f"  {line}" for line in body), "}"])


def _traced(tape: Tape, argument: object) -> object:
    if isinstance(argument, str):
        return Traced(tape, argument)
    return tuple(_traced(tape, part) for part in cast("Sequence[object]", argument))


def _pattern(argument: object) -> str:
    if isinstance(argument, str):
        return argument
    return f"[{', '.join(_pattern(part) for part in cast('Sequence[object]', argument))}]"


def _written(result: object) -> str:
    if isinstance(result, tuple):
        return f"[{', '.join(map(_written, result))}]"
    return "null" if result is None else literal(result)


def with_free_parameters(step: Callable[..., object]) -> tuple[FunctionType, tuple[str, ...]]:
    """Return an update rule that takes its parameters as further arguments, and their names.

    A rule of `ravine.methods` is a function inside a function: its step size and momentum are
    variables of the outer one. Here they are filled in again at each call.
    """
    inner = cast("FunctionType", step)
    names = inner.__code__.co_freevars
    rule = FunctionType

    def called(*arguments: object) -> object:
        given, parameters = arguments[: -len(names)], arguments[-len(names) :]
        cells = tuple(CellType(value) for value in parameters)
        filled = rule(inner.__code__, inner.__globals__, inner.__name__, None, cells)
        return filled(*given)

    return cast("FunctionType", called), names


def constant(value: object) -> str:
    """Write data as a JavaScript literal."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
