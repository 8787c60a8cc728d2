"""What least squares costs: the closed form over m, and two spellings of one gradient.

Run `python benchmarks/normal_equations.py`. Both sides of each ratio are measured in the same run, and the
median of several repetitions is taken.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

REPETITIONS = 7


def seconds(action: Callable[[], object]) -> float:
    """Return the median time of an action, after one run that is not counted."""
    action()
    times = []
    for _ in range(REPETITIONS):
        begin = time.perf_counter()
        action()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main() -> None:
    """Print the ratios."""
    rng = np.random.default_rng(0)
    print("forming A^T A for n = 200, against m = 1000:")
    base = None
    for m in (1000, 4000, 16_000, 64_000):
        data = rng.standard_normal((m, 200))
        taken = seconds(lambda data=data: data.T @ data)
        base = base or taken
        print(f"  m = {m:6}: {taken / base:5.1f} times the time, {m // 1000:2} times the rows")
    print("a gradient with the factor before the matrix, against the factor on the product:")
    for m, n in ((200, 50), (4000, 500)):
        data, residual = rng.standard_normal((m, n)), rng.standard_normal(m)
        before = seconds(lambda d=data, r=residual: 2 * d.T @ r)
        after = seconds(lambda d=data, r=residual: 2 * (d.T @ r))
        print(f"  {m} x {n}: {before / after:.1f} times the time")


if __name__ == "__main__":
    main()
