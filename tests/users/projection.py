"""A portfolio: shares that are not negative and sum up to one, with as little variance as possible."""

import numpy as np

from ravine import gradient_descent, minimize, quadratic_form
from ravine.projection import simplex

risk = np.diag([0.04, 0.09, 0.16])
variance = quadratic_form(risk)
method = gradient_descent(1 / variance.smoothness, projection=simplex())
run = minimize(variance, np.full(3, 1 / 3), method, max_updates=5000, eps_grad=1e-10)
# without correlation the best shares are as one over the variances
best = (1 / np.diag(risk)) / (1 / np.diag(risk)).sum()
assert np.allclose(run.x, best, atol=1e-8)
assert np.allclose(run.iterates.sum(axis=1), 1)
