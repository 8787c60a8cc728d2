r"""
What the closed form costs
==========================

The normal equations of random data with m rows, solved with numbers that count what is done to them. Look at
the slopes: forming the matrix grows with the square of n, solving with the cube, a gradient step with n.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.plotting import BLUE, GREEN, INK, VERMILION, label


class Counted(float):
    """A number; all of them together count what is added, subtracted, multiplied and divided."""

    operations = 0

    @classmethod
    def _result(cls, value):
        cls.operations += 1
        return cls(value)

    def __add__(self, other):
        return self._result(float(self) + float(other))

    def __sub__(self, other):
        return self._result(float(self) - float(other))

    def __mul__(self, other):
        return self._result(float(self) * float(other))

    def __truediv__(self, other):
        return self._result(float(self) / float(other))


def solve(matrix, right):
    """Eliminate below the diagonal of a symmetric matrix, touching its upper half only."""
    n = len(right)
    for j in range(n):
        for i in range(j + 1, n):
            factor = matrix[j, i] / matrix[j, j]
            for k in range(i, n):
                matrix[i, k] = matrix[i, k] - factor * matrix[j, k]
            right[i] = right[i] - factor * right[j]
    for j in reversed(range(n)):
        for i in range(j + 1, n):
            right[j] = right[j] - matrix[j, i] * right[i]
        right[j] = right[j] / matrix[j, j]
    return right


def operations_of(n, m, rng):
    """Return what forming, solving and one gradient step take for n unknowns."""
    data, target = rng.standard_normal((m, n)), rng.standard_normal(m)
    a, b = (np.vectorize(Counted, otypes=[object])(numbers) for numbers in (data, target))
    before = Counted.operations
    gram, right = a.T @ a, a.T @ b
    formed = Counted.operations
    x = solve(gram, right)
    solved = Counted.operations
    a.T @ (a @ x - b)
    assert np.allclose(x.astype(float), np.linalg.lstsq(data, target)[0])
    return formed - before, solved - formed, Counted.operations - solved


rng = np.random.default_rng(0)
m, sizes = 48, (3, 6, 12, 24, 48)
forming, solving, stepping = zip(*(operations_of(n, m, rng) for n in sizes), strict=True)
parts = {"forming": forming, "solving": solving, "a gradient step": stepping}
slopes = {name: float(np.log2(counts[-1] / counts[-2])) for name, counts in parts.items()}
leading = [2 * m * n**2 for n in sizes]  # what the text says of forming
forming_error = max(abs(c / f - 1) for c, f in zip(forming[1:], leading[1:], strict=True))
square_ratio = forming[-1] / solving[-1]  # at n = m

fig, ax = plt.subplots(figsize=(5.8, 3.8))
for (name, counts), color in zip(parts.items(), (BLUE, VERMILION, GREEN), strict=True):
    ax.loglog(sizes, counts, "o-", color=color, markersize=5)
    label(ax, f"{name}\nslope {slopes[name]:.1f}", (sizes[-1], counts[-1]), (9, 0), ha="left")
ax.loglog(sizes, leading, ":", color=INK, linewidth=1.8)
label(ax, "$2mn^2$", (sizes[1], leading[1]), (-6, 10), ha="right")
ax.set(xlabel="$n$", ylabel="operations", xlim=(2.6, 130))
ax.set_xticks(sizes, [str(n) for n in sizes])
ax.minorticks_off()
alt = (
    f"Three rising lines over n from {sizes[0]} to {sizes[-1]}. Forming the normal equations has slope "
    f"{slopes['forming']:.1f} and is the highest throughout, solving them {slopes['solving']:.1f}, a step of "
    f"gradient descent {slopes['a gradient step']:.1f}."
)

# %%
# As long as there are more equations than unknowns, the part that the formula with the cube leaves out is the
# larger one.
