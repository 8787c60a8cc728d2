"""
Downhill is not straight home
=============================

At five places of the ravine: the direction of descent, and the direction to the minimizer. Look at the angle
between them, and at where it vanishes.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.course.landscapes import RAVINE
from ravine.plotting import BLUE, VERMILION, contours, label

places = np.array([(-2.6, 1.2), (-1.2, 0.9), (1.8, 0.5), (2.4, 0.0), (0.6, -1.6)])
downhill = -np.array([RAVINE.objective.slope(place) for place in places])
homeward = -places
downhill /= np.linalg.norm(downhill, axis=1, keepdims=True)
homeward /= np.linalg.norm(homeward, axis=1, keepdims=True)
angles = np.degrees(np.arccos(np.clip((downhill * homeward).sum(axis=1), -1, 1)))
widest, on_axis = float(angles.max()), float(angles[3])

fig, ax = plt.subplots(figsize=(5.8, 4.4))
contours(ax, RAVINE)
length = 0.55
for directions, color, name in (
    (downhill, BLUE, "downhill"),
    (homeward, VERMILION, "to the minimizer"),
):
    tips = places + length * directions
    ax.quiver(
        *places.T,
        *(tips - places).T,
        color=color,
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.008,
        label=name,
    )
for place, angle in zip(places, angles, strict=True):
    label(ax, f"{angle:.0f}°", place, (0, 9))
ax.legend(loc="lower left")
ax.set(title="The shortest way down is not the way there")
alt = (
    f"Pairs of arrows at five places: away from the axes they differ by up to {widest:.0f} degrees, "
    f"on the axis by {on_axis:.0f}."
)

# %%
# The angle stays below 90 degrees: on a convex function no step of descent turns its back on the minimizer.
