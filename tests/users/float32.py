"""A run in float32 is one in float32: in its log, in its steps, and in what it cannot do."""

import numpy as np

from ravine import gradient_descent, least_squares, minimize

rng = np.random.default_rng(0)
fit = least_squares(rng.standard_normal((20, 3)), rng.standard_normal(20))
start = np.zeros(3, dtype=np.float32)
run = minimize(fit, start, gradient_descent(0.01), max_updates=2000, eps_grad=1e-9)
assert run.iterates.dtype == np.float32
x = start
for point in run.iterates[:50]:
    assert (point == x).all()
    x = x - np.float32(0.01) * fit.slope(x)
# so small a gradient is beyond float32, and the run says that nothing moves any more
assert not run.converged
assert run.still_since is not None
