"""A noisy gradient: a constant step size keeps bouncing, one that shrinks comes to rest."""

import numpy as np

from ravine import Objective, gradient_descent, minimize
from ravine.schedule import inverse


def noisy(seed):
    noise = np.random.default_rng(seed)
    return Objective(
        "noisy bowl",
        value=lambda x: (x @ x) / 2,
        slope=lambda x: x + noise.standard_normal(2),
        dimension=2,
    )


ends = {}
for name, step_size in {"constant": 0.5, "shrinking": inverse(0.5, decay=0.5)}.items():
    runs = [
        minimize(
            noisy(seed), np.ones(2), gradient_descent(step_size), max_updates=500, eps_grad=None
        )
        for seed in range(20)
    ]
    ends[name] = np.mean([run.value for run in runs])
assert ends["shrinking"] < ends["constant"] / 10
