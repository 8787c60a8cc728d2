"""The loops that a student writes, as lecture 1 has them: the measure of what the library costs."""

import numpy as np
import torch


def in_floats(loss, derivative, w0, eta, *, max_iters, eps_grad=1e-8, eps_obj=None):
    """Run Listing 2: gradient descent with a derivative by hand."""
    hist = {key: [] for key in ("k", "w", "L", "abs_dL")}
    w = float(w0)
    for k in range(max_iters):
        value, slope = float(loss(w)), float(derivative(w))
        for key, number in zip(hist, (k, w, value, abs(slope)), strict=False):
            hist[key].append(number)
        flat_enough = eps_grad is not None and abs(slope) <= eps_grad
        if flat_enough:
            break
        low_enough = eps_obj is not None and value <= eps_obj
        if low_enough:
            break
        w -= eta * slope
    return w, hist


def in_numpy(value, slope, x0, eta, *, max_iters, eps_grad=1e-8):
    """Run gradient descent in n numbers with the log that the library keeps."""
    points = np.empty((max_iters + 1, x0.size), x0.dtype)
    values, norms = np.empty(max_iters + 1), np.empty(max_iters + 1)
    x = x0
    for k in range(max_iters + 1):
        gradient = slope(x)
        points[k], values[k], norms[k] = x, value(x), np.sqrt(gradient @ gradient)
        if not np.isfinite(values[k]) or norms[k] <= eps_grad:
            break
        x = x - eta * gradient
    return points[: k + 1], values[: k + 1], norms[: k + 1]


def in_torch(loss_fn, w0, eta, *, max_iters, eps_grad=1e-8, eps_obj=None):
    """Run Listing 7: gradient descent with the derivative from torch, in float32."""
    hist = {key: [] for key in ("k", "w", "L", "abs_dL")}
    w = torch.tensor(float(w0), requires_grad=True)
    for k in range(max_iters):
        w.grad = None
        loss = loss_fn(w)
        loss.backward()
        slope, value = w.grad.item(), loss.item()
        for key, number in zip(hist, (k, w.item(), value, abs(slope)), strict=False):
            hist[key].append(number)
        if eps_grad is not None and hist["abs_dL"][-1] <= eps_grad:
            break
        if eps_obj is not None and hist["L"][-1] <= eps_obj:
            break
        with torch.no_grad():
            w -= eta * w.grad
    w_final = w.item()
    return w_final, hist
