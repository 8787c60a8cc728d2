"""What momentum is worth: the rates of theory, in updates."""

import math

import numpy as np

from ravine import gradient_descent, heavy_ball, minimize, quadratic_form

condition = 100.0
ravine = quadratic_form(np.diag([1.0, condition]))
root = math.sqrt(condition)
plain = gradient_descent(2 / (1 + condition))
ball = heavy_ball(4 / (1 + root) ** 2, momentum=((root - 1) / (root + 1)) ** 2)
updates = [
    minimize(
        ravine, np.array([1.0, 1.0]), method, eps_obj=1e-10, eps_grad=None, max_updates=5000
    ).updates
    for method in (plain, ball)
]
# the distance shrinks by (k - 1)/(k + 1) and by (sqrt k - 1)/(sqrt k + 1) an update
expected = math.log(math.sqrt(2e-10 / 101)) / math.log((condition - 1) / (condition + 1))
assert abs(updates[0] - expected) < 0.02 * expected
assert updates[1] < updates[0] / 5
