"""An objective of one's own in n numbers, with a slope by hand that is checked first."""

import numpy as np

from ravine import Objective, check_slope, gradient_descent, minimize

weights = np.array([1.0, 2.0, 5.0])
target = np.array([3.0, -1.0, 0.5])
objective = Objective(
    "weighted distance",
    value=lambda x: (weights * (x - target) ** 2).sum(),
    slope=lambda x: 2 * weights * (x - target),
    smoothness=10.0,
    dimension=3,
)
assert check_slope(objective, np.array([0.3, 0.7, -1.2]))
run = minimize(objective, np.zeros(3), gradient_descent(1 / objective.smoothness))
assert run.converged
assert np.allclose(run.x, target, atol=1e-8)
