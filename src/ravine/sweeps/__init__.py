"""Many runs at once: over step sizes, starts and the other settings of a method, in one dimension or n."""

from ravine.sweeps._sweep import Sweep, sweep

__all__ = ["Sweep", "sweep"]
