"""
The model and the truth
=======================

What the first-order model promises for one step from w = 5, and what the centred quadratic does. Look at
where they part.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import CENTRED_QUADRATIC
from ravine.plotting import INK, VERMILION, label
from ravine.theory import first_order_model

w = 5.0
start_value = CENTRED_QUADRATIC.value(w)
slope = CENTRED_QUADRATIC.slope(w)
step_sizes = np.linspace(0, 2.2, 221)
model = first_order_model(CENTRED_QUADRATIC, w, -step_sizes * slope)
truth = CENTRED_QUADRATIC.value(w - step_sizes * slope)
tried = np.array([0.01, 0.1, 0.5, 1.0, 2.0])
model_tried = first_order_model(CENTRED_QUADRATIC, w, -tried * slope)
true_tried = CENTRED_QUADRATIC.value(w - tried * slope)

fig, ax = plt.subplots()
ax.plot(step_sizes, model, "--")
ax.plot(step_sizes, truth)
ax.plot(tried, true_tried, "o", color=VERMILION)
ax.axhline(start_value, linestyle=":", color=INK, linewidth=1.5)
ax.vlines(tried, model_tried, true_tried, color=INK, linewidth=1)
label(ax, "before the step", (1, start_value), (0, 10))
label(ax, "truth", (1.5, 3.1), (0, -14))
label(ax, "first-order model", (1.2, -17.5), (-12, -12), ha="right")
label(ax, r"$\frac{1}{2}\eta^2 w^2$", (2, -12.5), (-6, 0), ha="right")
ax.set(xlabel=r"step size $\eta$", ylabel="$L$ after one step", title="One step from $w = 5$")
alt = (
    f"From {start_value:g} the model falls along a line to {model_tried[-1]:g} at η = 2; the truth bends "
    f"away, touches {true_tried[3]:g} at η = 1 and is back at {true_tried[4]:g} at η = 2."
)

# %%
# For a small step both agree. At 2 the model promises a large decrease and there is none.
