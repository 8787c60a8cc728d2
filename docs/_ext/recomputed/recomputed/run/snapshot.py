"""Variables as plain data: what a page may quote, and how it is looked up.

A *snapshot* turns the namespace of a script or page into numbers, text, lists and dictionaries. It
can be compared, written to JSON and quoted long after the process that computed it has ended.
"""

import difflib
import enum
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import TypeAlias

Data: TypeAlias = "bool | float | str | list[Data] | dict[str, Data] | None"

MAX_ELEMENTS = 10_000
"""Arrays with more elements are not kept: quote the number that matters, not the array."""

MAX_DEPTH = 4

_PLAIN = {bool, int, float, str, type(None)}

_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[(?:-?\d+|'[^']*'|\"[^\"]*\")\])*")
_STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(-?\d+)\]|\[['\"]([^'\"]*)['\"]\]")


class NotQuotableError(TypeError):
    """A value that has no plain-data form."""


def snapshot(namespace: Mapping[str, object]) -> dict[str, Data]:
    """Return the quotable variables of a namespace, as plain data.

    Private names and values without a plain form (modules, functions, figures) are left out.

    >>> import numpy as np
    >>> snapshot({"winner": np.float64(1.0), "np": np, "_hidden": 3})
    {'winner': 1.0}
    """
    kept: dict[str, Data] = {}
    for name, value in namespace.items():
        if name.startswith("_"):
            continue
        with suppress(Exception):  # no plain form, or it raises where it is looked at
            kept[name] = plain(value)
    return kept


def plain(value: object, depth: int = 0) -> Data:  # noqa: PLR0911 (one for each kind)
    """Return `value` as plain data.

    Raises
    ------
    NotQuotableError
        If `value` has no plain form, is nested too deeply or holds too many elements.
    """
    if type(value) in _PLAIN:  # most of them, and quickly
        return value  # type: ignore[return-value]
    if depth > MAX_DEPTH:
        raise NotQuotableError("nested too deeply")
    if isinstance(value, enum.Enum):
        return value.name
    if value is None or isinstance(value, bool | int | float | str):
        return _exact(value)
    if hasattr(value, "tolist") and hasattr(value, "dtype"):  # NumPy and torch, arrays and scalars
        return _from_array(value, depth)
    if is_dataclass(value) and not isinstance(value, type):
        return _from_dataclass(value, depth)
    if isinstance(value, Mapping):
        _check_size(len(value))
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset | range) and not isinstance(value, bytes):
        _check_size(len(value))
        items = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        return [plain(item, depth + 1) for item in items]
    raise NotQuotableError(f"{type(value).__name__} has no plain form")


def _exact(value: object) -> Data:
    """Return the built-in value behind a subclass such as numpy.float64 or numpy.str_."""
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return None


def _from_array(array: object, depth: int) -> Data:
    count = array.numel() if hasattr(array, "numel") else getattr(array, "size", 1)
    _check_size(count)
    listed = array.tolist()  # type: ignore[attr-defined]
    kind = getattr(getattr(array, "dtype", None), "kind", "")  # of NumPy; torch has numbers only
    if isinstance(listed, list) and (kind in "biuf" or not kind):
        numbers: Data = listed
        return numbers
    return _plain_list(listed) if isinstance(listed, list) else plain(listed, depth)


def _plain_list(items: list[object]) -> Data:
    return [_plain_list(x) if isinstance(x, list) else plain(x) for x in items]


def _from_dataclass(value: object, depth: int) -> Data:
    """Fields and properties: a Trace is quoted as `run.updates`, which is a property."""
    names = [f.name for f in fields(value)]  # type: ignore[arg-type]
    names += [n for n, member in vars(type(value)).items() if isinstance(member, property)]
    kept: dict[str, Data] = {}
    for name in names:
        if not name.startswith("_"):
            with suppress(
                Exception
            ):  # what has no plain form, or a property that raises, is left out
                kept[name] = plain(getattr(value, name), depth + 1)
    return kept


def _check_size(size: int) -> None:
    if size > MAX_ELEMENTS:
        raise NotQuotableError(f"{size} elements are too many to keep (at most {MAX_ELEMENTS})")


def look_up(data: Mapping[str, Data], path: str) -> Data:
    """Return what `path` names in a snapshot.

    A path is a variable, then any number of ``.name``, ``[3]`` and ``['key']``.

    Raises
    ------
    LookupError
        If the path names nothing; the message gives the nearest names.

    >>> look_up({"run": {"updates": 36}}, "run.updates")
    36
    >>> look_up({"winner": 1.0}, "winer")
    Traceback (most recent call last):
    LookupError: 'winer' names nothing; did you mean 'winner'?
    """
    if not _PATH.fullmatch(path):
        raise LookupError(f"{path!r} is not a variable such as winner, run.updates or counts[3]")
    found: Data = dict(data)
    seen = ""
    for step in _STEP.finditer(path):
        name, index, key = step.groups()
        try:
            found = _descend(found, name or key, index)
        except (KeyError, IndexError, TypeError):
            raise LookupError(_nothing_here(found, seen, path, name or key)) from None
        seen = path[: step.end()]
    return found


def _descend(found: Data, key: str | None, index: str | None) -> Data:
    if isinstance(found, dict):
        return found[key if key is not None else str(index)]
    if isinstance(found, list) and index is not None:
        return found[int(index)]
    raise TypeError


def _nothing_here(found: Data, seen: str, path: str, key: str | None) -> str:
    message = f"{path!r} names nothing"
    if seen:
        message += f" ({seen!r} is {describe(found)})"
    names = list(found) if isinstance(found, dict) else []
    near = nearest(key or "", names)
    if near:
        message += "; did you mean " + " or ".join(repr(n) for n in near) + "?"
    elif names:
        message += "; there are: " + ", ".join(sorted(names)[:12])
    return message


def nearest(name: str, names: Sequence[str]) -> list[str]:
    """Return up to three names that look like `name`, the likeliest first."""
    return difflib.get_close_matches(name, names, n=3, cutoff=0.6)


def describe(value: Data) -> str:
    """Say what a value is in a few words, for messages."""
    if isinstance(value, dict):
        return f"a group of {len(value)} names"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return f"{type(value).__name__} {value!r}"


def show(value: Data, spec: str) -> str:
    """Write a value as the reader sees it.

    `spec` is a Python format specification. Without one, a number is written by ``str``. A minus
    sign becomes the typographic one, and ``1.25e-05`` becomes a power of ten.

    Raises
    ------
    ValueError
        If `spec` does not fit the value, or the value is a list or group.

    >>> show(0.0001, ".1e"), show(-2.5, "g"), show(1234, ",")
    ('1.0×10⁻⁴', '−2.5', '1,234')
    """
    if isinstance(value, list | dict):
        message = f"{describe(value)} cannot be written in a sentence; quote one element"
        raise ValueError(message)  # noqa: TRY004 (what is wrong is the quote, not a type in code)
    if isinstance(value, str | bool) or value is None:
        return format(value, spec) if spec else str(value)
    if not math.isfinite(value):
        return {"inf": "∞", "-inf": "−∞"}.get(str(value), "nan")
    return _typeset(format(value, spec) if spec else str(value))


_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def _typeset(number: str) -> str:
    mantissa, e, exponent = number.partition("e")
    mantissa = mantissa.replace("-", "−")
    if not e:
        return mantissa
    power = "10" + str(int(exponent)).translate(_SUPERSCRIPT)
    return power if mantissa == "1" else f"{mantissa}×{power}"
