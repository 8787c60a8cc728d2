"""What the explorer needs from the library: formulas, facts, and runs to be checked against."""

import copy
import html
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from ravine import adagrad, adam, gradient_descent, heavy_ball, minimize, nesterov, rmsprop
from ravine.course.landscapes import LANDSCAPES, Landscape, hessian_eigenvalues
from ravine.methods import Method
from ravine.named import CENTRED_QUADRATIC, DOUBLE_WELL, QUARTIC
from ravine.objective import Objective
from ravine.stepsize import armijo

if TYPE_CHECKING:
    import sympy

from .javascript import constant, function

POINT = ("x", "y")

MOMENTUM = ("heavy_ball", "nesterov")

SYMBOLS = {"step_size": "eta", "momentum": "beta"}
"""What the browser calls the settings that its readers set."""

RULES: dict[str, tuple[Callable[..., Method[Any]], object]] = {
    # by name: the class, and what one coordinate of its state looks like
    "gradient_descent": (gradient_descent, "state"),
    "heavy_ball": (heavy_ball, "state"),
    "nesterov": (nesterov, "state"),
    "adagrad": (adagrad, "state"),
    "rmsprop": (rmsprop, "state"),
    "adam": (adam, ("updates", "mean", "square")),
}


def formula(landscape: Landscape) -> "sympy.Expr":
    """Return a landscape's formula as SymPy reads it off the code."""
    import sympy

    symbols = sympy.symbols("x y", real=True)
    return sympy.nsimplify(landscape.objective.value(symbols), rational=True)


def mathml(landscape: Landscape) -> str:
    """Return a landscape's formula as browsers show it without a script, with its LaTeX beside it."""
    import sympy

    terms = sympy.Add.make_args(formula(landscape))
    expression = sympy.Add(*(min(term, sympy.factor(term), key=sympy.count_ops) for term in terms))
    latex = html.escape(f"L(x, y) = {sympy.latex(expression)}")
    head = "<mi>L</mi><mo>(</mo><mi>x</mi><mo>,</mo><mi>y</mi><mo>)</mo><mo>=</mo>"
    shown = head + sympy.mathml(expression, printer="presentation")
    for bracket in "()":  # without a font for mathematics they would grow beyond the line
        shown = shown.replace(f"<mo>{bracket}</mo>", f'<mo stretchy="false">{bracket}</mo>')
    return (
        f"<math><semantics><mrow>{shown}</mrow>"
        f'<annotation encoding="application/x-tex">{latex}</annotation></semantics></math>'
    )


def facts(landscape: Landscape) -> dict[str, object]:
    """Return what is known about a landscape, as JSON can hold it."""
    objective = landscape.objective
    points = [
        {
            "point": np.asarray(stationary.x).tolist(),
            "value": float(stationary.value),
            "kind": stationary.kind,
            "curvatures": hessian_eigenvalues(objective, np.asarray(stationary.x)),
        }
        for stationary in objective.stationary_points
    ]
    return {
        "key": landscape.key,
        "label": objective.name,
        "mathml": mathml(landscape),
        "view": landscape.view,
        "levels": landscape.levels,
        "start": landscape.start,
        "stepSize": landscape.step_size,
        "largestStepSize": landscape.largest_step_size,
        "momentum": landscape.momentum,
        "maxUpdates": landscape.max_updates,
        "minimizers": [np.asarray(x).tolist() for x in objective.minimizers],
        "optimalValue": objective.optimal_value,
        "stationaryPoints": points,
        "quadratic": objective.convex is True and len(points) == 1,
    }


def landscape_code(landscape: Landscape) -> str:
    """Return a landscape as a JavaScript object: its facts and its three formulas."""
    objective = landscape.objective
    parts = {
        "value": objective.value,
        "gradient": objective.slope,
        "hessian": objective.curvature,
    }
    formulas = [f"{name}: {function(code, [POINT])}" for name, code in parts.items() if code]
    return "{\n..." + constant(facts(landscape)) + ",\n" + ",\n".join(formulas) + "}"


LINES = (
    # key, objective, a start and a step size from which something can be seen
    ("centred-quadratic", CENTRED_QUADRATIC, 2.0, 0.3),
    ("double-well", DOUBLE_WELL, 2.0, 0.1),
    ("quartic", QUARTIC, -2.5, 0.05),
)


def line_code(key: str, objective: Objective, start: float, step_size: float) -> str:
    """Return an objective of one variable as a JavaScript object."""
    import sympy

    x = sympy.Symbol("x", real=True)
    value = sympy.sympify(objective.value(x))
    facts = {
        "key": key,
        "label": objective.name,
        "view": (-1.1 * abs(start), 1.1 * abs(start)),
        "start": start,
        "stepSize": step_size,
        "even": sympy.simplify(value - value.subs(x, -x)) == 0,
        "minimizers": objective.minimizers,
    }
    parts = {
        "value": objective.value,
        "slope": objective.slope,
        "curvature": objective.curvature,
    }
    formulas = [f"{name}: {function(code, ['x'])}" for name, code in parts.items() if code]
    return "{\n..." + constant(facts) + ",\n" + ",\n".join(formulas) + "}"


def parameters(method: Method[Any]) -> dict[str, float]:
    """Return the numbers that a method is made with, by the names they have in the browser."""
    found: dict[str, float] = {}
    for field in fields(method):
        setting = getattr(method, field.name)
        if isinstance(setting, tuple):
            found |= {f"{field.name[:-1]}{i}": part for i, part in enumerate(setting, start=1)}
        elif setting is not None:
            found[SYMBOLS.get(field.name, field.name)] = setting
    return found


def with_parameters(method: Method[Any], values: dict[str, Any]) -> Method[Any]:
    """Return the method with other numbers, recorded ones among them, which no check would let pass."""
    changed = copy.copy(method)
    for field in fields(method):
        setting = getattr(method, field.name)
        if isinstance(setting, tuple):
            setting = tuple(values[f"{field.name[:-1]}{i}"] for i in range(1, len(setting) + 1))
        elif setting is not None:
            setting = values[SYMBOLS.get(field.name, field.name)]
        object.__setattr__(changed, field.name, setting)
    return changed


def method_code(key: str) -> str:
    """Return an update rule for one coordinate as a JavaScript object."""
    constructor, state = RULES[key]
    example = constructor(0.1, momentum=0.5) if key in MOMENTUM else constructor(0.1)
    defaults = parameters(example)
    step = function(
        lambda x, gradient, memory, *given: with_parameters(
            example, dict(zip(defaults, given, strict=True))
        ).step(x, gradient, _as_state(memory)),
        ["x", "gradient", state, *defaults],
    )
    description = {
        "key": key,
        "label": example.name,
        "parameters": list(defaults),
        "defaults": defaults,
    }
    init = function(example.init, ["x"])
    return "{\n..." + constant(description) + f",\ninit: {init},\nstep: {step}" + "}"


@dataclass(frozen=True)
class _State:
    """A state of three parts, by the names that Adam gives them."""

    updates: object
    mean: object
    square: object


def _as_state(memory: object) -> object:
    return _State(*memory) if isinstance(memory, tuple) else memory


def backtracking() -> dict[str, float]:
    """Return the settings of Armijo's rule in the library."""
    parameters = inspect.signature(armijo).parameters.values()
    return {p.name: p.default for p in parameters}


def module() -> str:
    """Return the JavaScript module with all landscapes and methods."""
    landscapes = ",\n".join(landscape_code(landscape) for landscape in LANDSCAPES)
    lines = ",\n".join(line_code(*line) for line in LINES)
    methods = ",\n".join(method_code(key) for key in RULES)
    return (
        "// @ts-nocheck\n// Generated from the Python library. Do not edit.\n"
        f"/** @type {{any[]}} */\nexport const LANDSCAPES = [{landscapes}];\n"
        f"/** @type {{any[]}} */\nexport const METHODS = [{methods}];\n"
        f"/** @type {{any[]}} */\nexport const LINES = [{lines}];\n"
        f"export const ARMIJO = {constant(backtracking())};\n"
    )


@dataclass(frozen=True)
class Golden:
    """A run made by the library: what was asked, and every finite point of it."""

    landscape: str
    method: str
    settings: dict[str, float]
    start: tuple[float, float]
    points: list[list[float]]


def golden_runs(updates: int = 200) -> Iterator[Golden]:
    """Yield runs that the browser's engine must repeat: each landscape, method and several settings."""
    for landscape in LANDSCAPES:
        for key, (constructor, _) in RULES.items():
            for share in (0.5, 1.0, 1.5):
                settings = {"eta": share * landscape.step_size}
                if key in MOMENTUM:
                    settings["beta"] = landscape.momentum
                    method = constructor(settings["eta"], momentum=settings["beta"])
                else:
                    method = constructor(settings["eta"])
                yield _golden(landscape, key, method, settings, updates)
        yield _golden(landscape, "backtracking", gradient_descent(armijo()), {}, updates)


def _golden(
    landscape: Landscape,
    key: str,
    method: Method[Any],
    settings: dict[str, float],
    updates: int,
) -> Golden:
    start = np.array(landscape.start)
    run = minimize(
        landscape.objective, start, method, max_updates=updates, eps_grad=None, escape_radius=1e6
    )
    finite = run.iterates[np.isfinite(run.iterates).all(axis=1)]
    return Golden(landscape.key, key, settings, landscape.start, finite.tolist())
