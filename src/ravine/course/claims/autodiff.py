"""Claims about automatic differentiation: torch against SymPy, and the gradients that it keeps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from ravine._arguments import positive
from ravine._functions import cos, sin, sqrt
from ravine.convexity import Verdict, judge
from ravine.course.claims.claim import Claim
from ravine.derivative import derivative
from ravine.objective import Formula, Number

if TYPE_CHECKING:
    import torch


def _derivative(rng: np.random.Generator, draws: int, half_width: float | None = None) -> Verdict:
    """Differentiate random formulas of one number; with a half-width, against a central difference.

    A relative difference of 1e-12 counts as rounding, one of 1e-4 as the error of a central difference.
    """
    formulas = [_formula(rng) for _ in range(draws)]
    x = rng.uniform(-1, 1, draws)
    differentiate: Callable[[Formula, float], float]
    if half_width is None:
        other, tolerance, differentiate = "SymPy's", 1e-12, _sympy_derivative
    else:
        other, tolerance = "the central difference", 1e-4
        differentiate = partial(_central_difference, h=positive("half_width", half_width))
    exact = np.array([differentiate(f, w) for f, w in zip(formulas, x.tolist(), strict=True)])
    found = np.array([derivative(f, w) for f, w in zip(formulas, x.tolist(), strict=True)])
    return judge(
        "derivative",
        f"at {{x}} torch's derivative {{torch}} and {other} differ by {{left}} {{sign}} {{right}}",
        left=np.abs(found - exact),
        right=0.0,
        scale=1 + np.abs(exact),
        x=x,
        tolerance=tolerance,
        notes={"torch": found},
    )


DERIVATIVE = Claim(
    "torch's derivative is the derivative",
    r"\texttt{x.grad} = f'(x)",
    "Griewank and Walther, *Evaluating Derivatives*, 2008, chapter 3",
    _derivative,
    "a central difference of half-width 0.1",
    {"half_width": 0.1},
    draws=30,
)


def _accumulation(rng: np.random.Generator, draws: int, cleared: bool = False) -> Verdict:
    """Go back twice, with ``.grad`` set to zero in between or not."""
    import torch

    formulas = [_formula(rng) for _ in range(draws)]
    x = rng.uniform(-1, 1, draws)
    apart, size = [], []
    for formula, w in zip(formulas, x.tolist(), strict=True):
        variable = torch.tensor(w, dtype=torch.float64, requires_grad=True)
        _backward(formula, variable)
        kept = cast("torch.Tensor", variable.grad)
        once = kept.item()
        if cleared:
            kept.zero_()
        _backward(formula, variable)
        apart.append(abs(kept.item() - 2 * once))
        size.append(1 + abs(once))
    return judge(
        "accumulation",
        "at {x} the kept gradient and twice the gradient differ by {left} {sign} {right}",
        left=np.array(apart),
        right=0.0,
        scale=np.array(size),
        x=x,
        tolerance=1e-12,
    )


ACCUMULATION = Claim(
    "a second backward pass doubles .grad",
    r"\texttt{x.grad} = 2f'(x)",
    "torch's documentation of `torch.Tensor.backward`: it adds every gradient to what `.grad` holds",
    _accumulation,
    ".grad cleared between the two",
    {"cleared": True},
    draws=30,
)


def _backward(formula: Formula, variable: torch.Tensor) -> None:
    """Record a fresh graph and go back through it."""
    import torch

    torch.autograd.backward(cast("torch.Tensor", formula(cast("Number", variable))))


def _formula(rng: np.random.Generator) -> Formula:
    """Return a random formula; its coefficients are eighths, which are exact everywhere."""
    layers = [_polynomial(rng)]
    shapes: tuple[Callable[[Number], Number], ...] = (
        sin,
        cos,
        lambda u: (1 + u) / (1 + u * u),
        lambda u: sqrt(1 + u * u),
        _polynomial(rng),
    )
    layers += [shapes[rng.integers(len(shapes))] for _ in range(rng.integers(0, 3))]

    def formula(w: Number) -> Number:
        for layer in layers:
            w = layer(w)
        return w

    return formula


def _polynomial(rng: np.random.Generator) -> Formula:
    coefficients = [int(c) / 8 for c in rng.integers(-16, 17, rng.integers(2, 5))]

    def polynomial(w: Number) -> Number:
        total: Number = coefficients[0] * w
        for coefficient in coefficients[1:]:
            total = (total + coefficient) * w
        return total

    return polynomial


def _sympy_derivative(formula: Formula, w: float) -> float:
    """Differentiate the formula symbolically and evaluate the result to thirty digits."""
    import sympy

    symbol = sympy.Symbol("w", real=True)
    exact = sympy.diff(formula(symbol), symbol)
    return float(exact.evalf(30, subs={symbol: sympy.Rational(w)}))


def _central_difference(formula: Formula, w: float, h: float) -> float:
    above, below = (cast("float", formula(cast("Number", end))) for end in (w + h, w - h))
    return (above - below) / (2 * h)
