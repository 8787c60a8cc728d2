"""The same loss written with torch, which finds the derivative. Without torch the error says what to do."""

import numpy as np

from ravine import adam, logistic_loss, minimize

rng = np.random.default_rng(0)
rows = rng.standard_normal((100, 3))
try:
    import torch
except ModuleNotFoundError:
    try:
        minimize(lambda w: (w * w).sum(), np.ones(3), adam(0.1))
    except ModuleNotFoundError as error:
        assert "pip install 'ravine[torch]', or pass an Objective with a slope" in str(error)
    else:
        raise AssertionError("torch is absent, and nothing said so") from None
else:
    data = torch.tensor(rows)

    def loss(w):
        return torch.nn.functional.softplus(-(data @ w)).sum() + 0.5 * (w @ w)

    run = minimize(loss, torch.zeros(3, dtype=torch.float64), adam(0.05), max_updates=5000)
    assert np.allclose(run.x, logistic_loss(rows, ridge=0.5).minimizers[0], atol=1e-6)
