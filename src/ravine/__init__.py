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
from ravine.methods import gradient_descent
from ravine.objectives import CENTRED_QUADRATIC, DOUBLE_WELL, SHIFTED_QUADRATIC, Objective
from ravine.sweep import Sweep, sweep
from ravine.trace import StopReason, Trace

__all__ = [
    "CENTRED_QUADRATIC",
    "DOUBLE_WELL",
    "SHIFTED_QUADRATIC",
    "Objective",
    "StopReason",
    "Sweep",
    "Trace",
    "gradient_descent",
    "minimize",
    "sweep",
]
