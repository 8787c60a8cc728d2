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

from ravine.derivative import check_slope
from ravine.descent import minimize
from ravine.losses import (
    huber,
    least_squares,
    logistic_loss,
    quadratic,
    quadratic_form,
)
from ravine.methods import (
    Method,
    adagrad,
    adam,
    averaged_heavy_ball,
    gradient_descent,
    heavy_ball,
    nesterov,
    rmsprop,
)
from ravine.named import (
    BEALE,
    CENTRED_QUADRATIC,
    COSINE_VALLEYS,
    DOUBLE_WELL,
    HIMMELBLAU,
    QUARTIC,
    ROSENBROCK,
    SHIFTED_QUADRATIC,
)
from ravine.objective import Objective, negated, scaled
from ravine.stepsize import armijo, exact_line_search, golden_section, simple_decrease
from ravine.sweeps import Sweep, sweep
from ravine.trace import StopReason, Trace

__all__ = [
    "BEALE",
    "CENTRED_QUADRATIC",
    "COSINE_VALLEYS",
    "DOUBLE_WELL",
    "HIMMELBLAU",
    "QUARTIC",
    "ROSENBROCK",
    "SHIFTED_QUADRATIC",
    "Method",
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
    "huber",
    "least_squares",
    "logistic_loss",
    "minimize",
    "negated",
    "nesterov",
    "quadratic",
    "quadratic_form",
    "rmsprop",
    "scaled",
    "simple_decrease",
    "sweep",
]
