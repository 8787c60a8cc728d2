"""
Three values
============
"""

import matplotlib.pyplot as plt
from statlib import mean

middle = mean([1, 2, 6])
fig, ax = plt.subplots()
ax.plot([1, 2, 6], "o")
ax.axhline(middle)
alt = f"three dots and a line at {middle:g}"
