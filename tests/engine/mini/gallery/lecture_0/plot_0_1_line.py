"""
A line
======

Look at the slope, :math:`2`.
"""

import matplotlib.pyplot as plt

slope = 2.0
fig, ax = plt.subplots()
ax.plot([0, 1], [0, slope])
ax.set(xlabel="w", ylabel="L(w)")
print("slope", slope)
alt = f"a straight line that rises by {slope:g}"

# %%
# The line rises.
