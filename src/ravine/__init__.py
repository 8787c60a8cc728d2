"""Ravine: optimization methods you can read, run and check.

A formula is written once and evaluated at Python floats, NumPy arrays, torch tensors and SymPy
symbols alike. A run gives a `Trace`, many runs at once give a `Sweep`, and both say why they ended.

Examples
--------
>>> from ravine import CENTRED_QUADRATIC, gradient_descent, minimize
>>> run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), eps_grad=1e-10)
>>> run.updates
36
"""

from ravine.descent import minimize
from ravine.methods import (
    adagrad,
    adam,
    averaged_heavy_ball,
    gradient_descent,
    heavy_ball,
    nesterov,
    rmsprop,
)
from ravine.objectives import (
    CENTRED_QUADRATIC,
    COSINE_VALLEYS,
    DOUBLE_WELL,
    QUARTIC,
    SHIFTED_QUADRATIC,
    Objective,
    check_slope,
    least_squares,
    negated,
    quadratic_form,
)
from ravine.stepsize import (
    armijo,
    exact_line_search,
    golden_section,
    simple_decrease,
)
from ravine.sweeps import Sweep, sweep
from ravine.trace import StopReason, Trace

__all__ = [
    "CENTRED_QUADRATIC",
    "COSINE_VALLEYS",
    "DOUBLE_WELL",
    "QUARTIC",
    "SHIFTED_QUADRATIC",
    "Objective",
    "StopReason",
    "Sweep",
    "Trace",
    "adagrad",
    "adam",
    "armijo",
    "averaged_heavy_ball",
    "check_slope",
    "exact_line_search",
    "golden_section",
    "gradient_descent",
    "heavy_ball",
    "least_squares",
    "minimize",
    "negated",
    "nesterov",
    "quadratic_form",
    "rmsprop",
    "simple_decrease",
    "sweep",
]
