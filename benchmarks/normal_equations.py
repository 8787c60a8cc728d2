"""What least squares costs: the closed form over m and over n, and two spellings of one gradient.

Run `python benchmarks/normal_equations.py`. Both sides of each ratio are measured in the same run: the least
processor time of several repetitions, which other programs disturb least. `normal_equations.txt` holds what
it printed once, with one thread.
"""

import time
from collections.abc import Callable

import numpy as np

REPETITIONS = 7


def seconds(action: Callable[[], object]) -> float:
    """Return the least processor time of an action, after one run that is not counted."""
    action()
    times = []
    for _ in range(REPETITIONS):
        begin, calls = time.process_time(), 0
        while calls == 0 or time.process_time() - begin < 0.02:  # far above the clock's own grain
            action()
            calls += 1
        times.append((time.process_time() - begin) / calls)
    return min(times)


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
    m = 4000
    print(f"forming A^T A and solving with it over n, with m = {m}:")
    last: tuple[float, float] | None = None
    for n in (125, 250, 500, 1000, 2000):
        data, right = rng.standard_normal((m, n)), rng.standard_normal(n)
        gram = data.T @ data
        forming = seconds(lambda data=data: data.T @ data)
        solving = seconds(lambda g=gram, r=right: np.linalg.solve(g, r))
        line = f"  n = {n:4}: solving takes {solving / (forming + solving):4.0%} of the time"
        if last:
            grown = (
                f"forming {forming / last[0]:.1f} times the time, solving {solving / last[1]:.1f}"
            )
            line += f"; twice the n: {grown}"
        print(line)
        last = forming, solving
    print("a gradient with the factor before the matrix, against the factor on the product:")
    for m, n in ((200, 50), (4000, 500)):
        data, residual = rng.standard_normal((m, n)), rng.standard_normal(m)
        before = seconds(lambda d=data, r=residual: 2 * d.T @ r)
        after = seconds(lambda d=data, r=residual: 2 * (d.T @ r))
        print(f"  {m} x {n}: {before / after:.1f} times the time")


if __name__ == "__main__":
    main()
