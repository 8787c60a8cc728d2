"""The largest value of a function: the smallest of its negative."""

import math

from ravine import Objective, armijo, gradient_descent, minimize, negated

hill = Objective(
    "hill", lambda w: math.exp(-((w - 2) ** 2)), lambda w: -2 * (w - 2) * math.exp(-((w - 2) ** 2))
)
run = minimize(negated(hill), 1.0, gradient_descent(armijo(sufficient=0.3)), eps_grad=1e-6)
assert run.converged
assert abs(run.x - 2) < 1e-6
assert abs(-run.value - 1) < 1e-12
