"""Formulas as code in another language: recorded, not written.

A formula is run once with numbers that write down what is done to them. What they wrote is the same
operations in the same order, so for ``+ - * /`` and square roots the other language gets the same
bits. No formula is typed twice, and none is parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NoReturn, cast


@dataclass(frozen=True)
class Language:
    """How a language writes what the languages write differently.

    Parameters
    ----------
    constant : callable
        Writes a number that stands in a formula, or refuses it with a TypeError.
    power : callable
        Writes a power of a recorded number, or refuses it with a TypeError.
    functions : mapping
        What ``abs``, ``sqrt``, ``sin`` and ``cos`` are called; those left out cannot be written.
    """

    constant: Callable[[object], str]
    power: Callable[[Recorded, object], Recorded]
    functions: Mapping[str, str]


@dataclass
class Tape:
    """The operations written so far; an expression that comes up again is computed once."""

    language: Language
    names: dict[str, str] = field(default_factory=dict)
    prefix: str = "t"

    def lines(self) -> list[str]:
        """Return the operations as assignments, in their order."""
        return [f"{name} = {expression}" for expression, name in self.names.items()]

    def note(self, expression: str) -> Recorded:
        """Write an operation, unless it stands there already, and return its result."""
        return Recorded(self, self._named(expression))

    def note_test(self, expression: str) -> Comparison:
        """Write a comparison and return its result."""
        return Comparison(self, self._named(expression))

    def call(self, function: str, argument: str) -> Recorded:
        """Write the call of a function that the language has."""
        if function not in self.language.functions:
            raise TypeError(f"a recorded formula cannot hold the function {function}")
        return self.note(f"{self.language.functions[function]}({argument})")

    def written(self, operand: object) -> str:
        """Write an operand: a recorded number by its name, a constant as the language does."""
        if isinstance(operand, Recorded | Comparison):
            return operand.code
        return self.language.constant(operand)

    def _named(self, expression: str) -> str:
        return self.names.setdefault(expression, f"{self.prefix}{len(self.names)}")


@dataclass(frozen=True, eq=False)
class Recorded:
    """A number that writes down what is done to it."""

    tape: Tape
    code: str

    __array_ufunc__ = None  # a NumPy array beside it must not spread it over its entries
    __hash__ = None  # type: ignore[assignment]

    def _with(self, operator: str, other: object) -> Recorded:
        return self.tape.note(f"{self.code} {operator} {self.tape.written(other)}")

    def _after(self, operator: str, other: object) -> Recorded:
        return self.tape.note(f"{self.tape.written(other)} {operator} {self.code}")

    def _compared(self, operator: str, other: object) -> Comparison:
        return self.tape.note_test(f"{self.code} {operator} {self.tape.written(other)}")

    def __add__(self, other: object) -> Recorded:
        return self._with("+", other)

    def __radd__(self, other: object) -> Recorded:
        return self._after("+", other)

    def __sub__(self, other: object) -> Recorded:
        return self._with("-", other)

    def __rsub__(self, other: object) -> Recorded:
        return self._after("-", other)

    def __mul__(self, other: object) -> Recorded:
        return self._with("*", other)

    def __rmul__(self, other: object) -> Recorded:
        return self._after("*", other)

    def __truediv__(self, other: object) -> Recorded:
        return self._with("/", other)

    def __rtruediv__(self, other: object) -> Recorded:
        return self._after("/", other)

    def __pow__(self, other: object) -> Recorded:
        return self.tape.language.power(self, other)

    def __neg__(self) -> Recorded:
        return self.tape.note(f"-{self.code}")

    def __abs__(self) -> Recorded:
        return self.tape.call("abs", self.code)

    def __lt__(self, other: object) -> Comparison:
        return self._compared("<", other)

    def __le__(self, other: object) -> Comparison:
        return self._compared("<=", other)

    def __gt__(self, other: object) -> Comparison:
        return self._compared(">", other)

    def __ge__(self, other: object) -> Comparison:
        return self._compared(">=", other)

    def __eq__(self, other: object) -> bool:
        return _refuse_to_decide()

    def __bool__(self) -> bool:
        return _refuse_to_decide()

    def sqrt(self) -> Recorded:
        """Return the square root; the library asks a number for it by this name."""
        return self.tape.call("sqrt", self.code)

    def sin(self) -> Recorded:
        """Return the sine."""
        return self.tape.call("sin", self.code)

    def cos(self) -> Recorded:
        """Return the cosine."""
        return self.tape.call("cos", self.code)


@dataclass(frozen=True)
class Comparison:
    """Whether a comparison holds, written down; in Python's words: ``&`` is `and`, ``^ True`` is `not`."""

    tape: Tape
    code: str

    def __and__(self, other: Comparison) -> Comparison:
        return self.tape.note_test(f"{self.code} and {other.code}")

    def __xor__(self, _true: bool) -> Comparison:
        return self.tape.note_test(f"not {self.code}")

    def __bool__(self) -> bool:
        return _refuse_to_decide()


def _refuse_to_decide() -> NoReturn:
    raise TypeError("a recorded formula cannot depend on a decision: only one way would be written")


@dataclass
class Constants:
    """The numbers that stand in Python code, by names: so code does not change with a setting.

    Equal numbers share a name, unless they are not `merged`.
    """

    prefix: str
    values: list[float] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    merged: bool = True

    def name(self, value: object) -> str:
        """Return the name of a number; 0.0 and -0.0 are two numbers, 1 and True are none alike."""
        if type(value) is not float and type(value) is not int:
            raise TypeError(f"a recorded formula can hold Python numbers, got {value!r}")
        written = repr(value)
        if written not in self.names or not self.merged:
            self.names[written] = f"{self.prefix}{len(self.values)}"
            self.values.append(value)
        return self.names[written]


def python(constants: Constants) -> Language:
    """Return the language Python, for numbers that have its operators and its `math`."""
    return Language(constants.name, power=_square, functions={"abs": "abs", "sqrt": "sqrt"})


def _square(base: Recorded, exponent: object) -> Recorded:
    """Write a square as NumPy computes it; other powers differ from library to library."""
    if not isinstance(exponent, int | float) or exponent != 2:
        raise TypeError(f"a power in a recorded formula must be a square, got exponent {exponent}")
    return base * base


@lru_cache(maxsize=256)
def python_function(source: str) -> Callable[..., Any]:
    """Return the one function that a text in Python defines; it knows `inf` and `sqrt`."""
    from math import sqrt

    defined: dict[str, Any] = {"sqrt": sqrt}
    exec(source, defined)
    return cast("Callable[..., Any]", defined.popitem()[1])
