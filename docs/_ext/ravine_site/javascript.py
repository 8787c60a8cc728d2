"""The library's formulas as JavaScript, so that the browser computes what Python computes.

They are recorded (`ravine.record.tape`): the browser does the same operations in the same order.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import cast

from ravine.record import Language, Recorded, Tape


def literal(value: object) -> str:
    """Write a constant so that the same double is read.

    >>> literal(0.1), literal(-2)
    ('0.1', '(-2)')
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"a formula can hold finite numbers, got {value!r}")
    written = repr(value)
    return f"({written})" if value < 0 else written


JAVASCRIPT = Language(
    constant=literal,
    power=lambda base, exponent: base.tape.note(f"{base.code} ** {base.tape.written(exponent)}"),
    functions={name: f"Math.{name}" for name in ("abs", "sqrt", "sin", "cos")},
)


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
    tape = Tape(JAVASCRIPT)
    result = formula(*(_recorded(tape, argument) for argument in arguments))
    statements = [f"const {name} = {expression};" for expression, name in tape.names.items()]
    body = [*statements, f"return {_written(tape, result)};"]
    names = ", ".join(_pattern(argument) for argument in arguments)
    return "\n".join([f"({names}) => {{", *(f"  {line}" for line in body), "}"])


def _recorded(tape: Tape, argument: object) -> object:
    if isinstance(argument, str):
        return Recorded(tape, argument)
    return tuple(_recorded(tape, part) for part in cast("Sequence[object]", argument))


def _pattern(argument: object) -> str:
    if isinstance(argument, str):
        return argument
    return f"[{', '.join(_pattern(part) for part in cast('Sequence[object]', argument))}]"


def _written(tape: Tape, result: object) -> str:
    if isinstance(result, tuple):
        return f"[{', '.join(_written(tape, part) for part in result)}]"
    return "null" if result is None else tape.written(result)


def constant(value: object) -> str:
    """Write data as a JavaScript literal."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
