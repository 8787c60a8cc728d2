"""Logistic regression without torch: Newton's minimizer is known, gradient descent has to find it."""

import numpy as np

from ravine import gradient_descent, logistic_loss, minimize, nesterov

rng = np.random.default_rng(0)
features, truth = rng.standard_normal((200, 4)), np.array([1.0, -2.0, 0.5, 0.0])
labels = np.where(features @ truth + rng.logistic(size=200) > 0, 1.0, -1.0)
loss = logistic_loss(features * labels[:, None], ridge=0.1)

plain = minimize(loss, np.zeros(4), gradient_descent(1 / loss.smoothness), eps_grad=1e-6)
quick = minimize(loss, np.zeros(4), nesterov(1 / loss.smoothness, momentum=0.7), eps_grad=1e-6)
for run in plain, quick:
    assert run.converged
    assert np.allclose(run.x, loss.minimizers[0], atol=1e-6)
assert quick.updates < plain.updates
accuracy = np.mean(np.sign(features @ plain.x) == labels)
assert accuracy > 0.75
