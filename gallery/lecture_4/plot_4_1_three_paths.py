"""
Three step sizes in one ravine
==============================

The same start, three step sizes. Look at how the first path bends, how the second one zigzags and is faster
all the same, and how the third one leaves the picture.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import gradient_descent, minimize, sweep
from ravine.course.landscapes import RAVINE
from ravine.plotting import BLUE, GREEN, VERMILION, contours, label

objective, start = RAVINE.objective, np.array(RAVINE.start)
crawl, zigzag, escape = 0.04, 0.09, 0.11
paths = {
    eta: minimize(objective, start, gradient_descent(eta), max_updates=60).iterates
    for eta in (crawl, zigzag, escape)
}
runs = sweep(
    objective,
    step_size=np.array([crawl, zigzag]),
    start=start,
    max_updates=1000,
    keep_iterates=True,
)
crawl_settles, zigzag_settles = map(int, runs.settling_times(objective))
leaves = int(np.argmax(np.abs(paths[escape][:, 1]) > RAVINE.view[1][1]))

fig, (left, right) = plt.subplots(2, 1, figsize=(5.8, 7.6))
for ax in (left, right):
    contours(ax, RAVINE)
for eta, color, marker in ((crawl, BLUE, "o"), (zigzag, VERMILION, "s")):
    left.plot(*paths[eta].T, color=color, marker=marker, markersize=3, label=rf"$\eta = {eta}$")
left.legend(loc="upper left")
left.set(title="A bend and a zigzag")
right.plot(*paths[escape][: leaves + 1].T, color=GREEN, marker="o", markersize=4)
label(right, f"update {leaves} is outside", (paths[escape][leaves, 0], -2.0), (10, 0), ha="left")
right.set(title=rf"$\eta = {escape}$ leaves the picture")
alt = (
    f"Above: with step size {crawl} the path drops to the valley floor and creeps along it; with {zigzag} it "
    f"jumps from wall to wall and arrives sooner. Below: with {escape} each jump is wider than the last, and "
    f"the path leaves the picture at update {leaves}."
)

# %%
# The wider jumps cost nothing here. What takes the time is the way along the floor, and longer steps
# shorten it.
