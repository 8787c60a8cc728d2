"""Which minimizer does a run find? Many starts at once, each told by the well it ended in."""

import numpy as np

from ravine import DOUBLE_WELL, HIMMELBLAU, sweep

starts = np.linspace(-2, 2, 401)
runs = sweep(DOUBLE_WELL, step_size=0.05, start=starts, eps_obj=1e-8)
wells = runs.nearest_minimizer(DOUBLE_WELL)
assert (wells[starts < 0] == -1).all()
assert (wells[starts > 0] == 1).all()
assert np.isnan(wells[starts == 0]).all()

x, y = np.meshgrid(np.linspace(-4, 4, 30), np.linspace(-4, 4, 30))
runs = sweep(HIMMELBLAU, step_size=0.01, start=np.stack([x, y]), max_updates=2000, eps_obj=1e-8)
found = runs.nearest_minimizer(HIMMELBLAU)[:, runs.reached]
assert len({tuple(point) for point in found.T.round(6).tolist()}) == 4
