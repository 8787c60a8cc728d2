"""
Forward and backward
====================

What torch records for Listing 3. Follow the blue arrows down with the values, and the red ones up with the
derivatives.
"""

import matplotlib.pyplot as plt
import torch

from ravine.plotting import BLUE, VERMILION, label, recorded
from ravine.record import recorded_graph


def loss(x):
    return x[0] ** 2 + x[1] ** 2


start = torch.tensor([2.0, 3.0])
value = loss(start).item()
graph = recorded_graph(loss, start)
gradient = graph.derivative
formulas = ["y", "x_0^2", "x_1^2", "x_0", "x_1"]
values = [value, *(start**2).tolist(), *start.tolist()]
texts = [
    f"{operation.name}\n${formula} = {number:g}$, slope {operation.derivative:g}"
    for operation, formula, number in zip(graph.operations, formulas, values, strict=False)
]
leaf = f"leaf $x = ({start[0]:g}, {start[1]:g})$\nx.grad $= ({gradient[0]:g}, {gradient[1]:g})$"
places = [(0, 0), (-1, 1.05), (1, 1.05), (-1, 2.1), (1, 2.1), (0, 3.15)]

fig, ax = plt.subplots(figsize=(5.8, 4.0))
recorded(ax, graph, places, [*texts, leaf])
for side, name, color, tail, head in (
    (-1, "forward", BLUE, 0.2, -0.25),
    (1, "backward", VERMILION, -0.25, 0.2),
):
    arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 1.8}
    ax.annotate("", (1.7 * side, head), (1.7 * side, tail), arrowprops=arrow)
    label(ax, name, (1.6 * side, -0.03), ha="left" if side < 0 else "right")
label(ax, "the code:\n" + r"$y = x_0^2 + x_1^2$", (-1.7, 3.15), ha="left")
label(ax, "the update:\n" + r"$x \leftarrow x - \alpha\,$x.grad", (1.7, 3.15), ha="right")
ax.set(xlim=(-1.75, 1.75), ylim=(-0.35, 3.5))
alt = (
    f"The leaf x splits into two entries; each is squared, and the squares are added to y = {value:g}. "
    f"Blue arrows lead down to y, red arrows back up to x, where the gradient is "
    f"({gradient[0]:g}, {gradient[1]:g})."
)

# %%
# The slope in a box is the derivative of y by what that box computes. At the leaf the two of them meet.
