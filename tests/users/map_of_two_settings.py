"""A map over step size and momentum in the plane, of 400 runs in one call."""

import numpy as np

from ravine import heavy_ball, quadratic_form, sweep

ravine = quadratic_form([[1.0, 0.0], [0.0, 20.0]])
step_sizes, momenta = np.linspace(0.005, 0.15, 20), np.linspace(0.0, 0.95, 20)
runs = sweep(
    ravine,
    method=heavy_ball,
    step_size=step_sizes[:, None],
    momentum=momenta,
    start=np.array([1.8, 0.5]),
    eps_obj=1e-6,
    escape_radius=1e6,
)
# theory: a run converges exactly when step size * curvature < 2 (1 + momentum)
converges = step_sizes[:, None] * 20 < 2 * (1 + momenta)
assert (runs.reached[converges & (runs.updates < 1000)]).all()
assert runs.escaped[~converges & (step_sizes[:, None] * 20 > 2.2 * (1 + momenta))].all()
best = runs.fastest()[0]
assert runs.settings["momentum"].ravel()[best] > 0.2
