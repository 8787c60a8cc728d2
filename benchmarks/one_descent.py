"""What a logged update of one run costs, against the loops of lecture 1 written by hand.

Run `python benchmarks/one_descent.py` where torch is installed. Both sides take turns in one run of this
program, and the median of their ratios is taken: what else the machine does meets both.
"""

import math
import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import torch
from hand_loops import in_floats, in_numpy, in_torch

from ravine import DOUBLE_WELL, Objective, armijo, gradient_descent, minimize

TURNS = 31


def take_turns(
    hand: Callable[[], object], ours: Callable[[], object], updates: int
) -> tuple[float, float, float]:
    """Return the least nanoseconds an update by hand and by us, and the median ratio."""
    hand()
    ours()
    pairs = []
    for _ in range(TURNS):
        begin = time.perf_counter()
        hand()
        between = time.perf_counter()
        ours()
        pairs.append((between - begin, time.perf_counter() - between))
    ratio = statistics.median(ours / hand for hand, ours in pairs)
    least_hand, least_ours = (min(side) / updates * 1e9 for side in zip(*pairs, strict=True))
    return least_hand, least_ours, ratio


def most_memory(log_every: int, updates: int) -> float:
    """Return the most kilobytes that a run holds at a time."""
    tracemalloc.start()
    method = gradient_descent(1e-9)
    minimize(DOUBLE_WELL, 2.0, method, max_updates=updates, log_every=log_every)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e3


def measure() -> dict[str, float | int | str]:
    """Return what was measured, by name."""
    torch.set_num_threads(1)
    found: dict[str, float | int | str] = {"turns": TURNS}
    never, method = 1e-300, gradient_descent(0.001)  # so small a tolerance is not met

    updates = 20_000
    value, slope = DOUBLE_WELL.value, DOUBLE_WELL.slope
    hand, ours, ratio = take_turns(
        lambda: in_floats(value, slope, 2.0, 0.001, max_iters=updates, eps_grad=never),
        lambda: minimize(DOUBLE_WELL, 2.0, method, max_updates=updates, eps_grad=never),
        updates,
    )
    found |= {"floats: ns an update by hand": hand, "floats: ns an update by minimize": ours}
    found["floats: times the loop by hand"] = ratio
    thin = {"max_updates": updates, "eps_grad": never, "log_every": 1000}
    _, found["floats: ns an update that is not logged"], _ = take_turns(
        lambda: None, lambda: minimize(DOUBLE_WELL, 2.0, method, **thin), updates
    )

    for n, updates in ((10, 5000), (1000, 2000), (100_000, 100)):
        curvatures, x0 = np.linspace(1.0, 2.0, n), np.ones(n)
        bowl = Objective(
            "bowl", lambda x, c=curvatures: (x * c) @ x / 2, lambda x, c=curvatures: c * x
        )
        hand, ours, ratio = take_turns(
            lambda: in_numpy(bowl.value, bowl.slope, x0, 0.001, max_iters=updates, eps_grad=never),  # noqa: B023
            lambda: minimize(bowl, x0, method, max_updates=updates, eps_grad=never),  # noqa: B023
            updates,
        )
        found[f"{n:,} numbers: ns an update by hand"] = hand
        found[f"{n:,} numbers: ns an update by minimize"] = ours
        found[f"{n:,} numbers: times the loop by hand"] = ratio

    updates, start = 500, torch.tensor(2.0)

    def loss(w: torch.Tensor) -> torch.Tensor:
        return 0.5 * (w**2 - 1) ** 2

    hand, ours, ratio = take_turns(
        lambda: in_torch(loss, 2.0, 0.001, max_iters=updates, eps_grad=never),
        lambda: minimize(loss, start, method, max_updates=updates, eps_grad=never),
        updates,
    )
    found |= {"torch: ns an update by hand": hand, "torch: ns an update by minimize": ours}
    found["torch: times the loop by hand"] = ratio

    often_refused = gradient_descent(armijo(sufficient=0.3))
    searched = minimize(loss, torch.tensor(3.0), often_refused, max_updates=50, eps_grad=never)
    found["torch with Armijo: trials"] = searched.value_calls - 1
    found["torch with Armijo: accepted points"] = searched.updates + 1
    found["torch with Armijo: backward passes"] = searched.gradient_calls

    for every in (1, 1000):
        found[f"kB for 100,000 updates, every {every} logged"] = most_memory(every, 100_000)
    return found


def main() -> None:
    """Print the table."""
    for name, number in measure().items():
        digits = 4 if isinstance(number, int) else max(0, 2 - math.floor(math.log10(number)))
        print(f"{name:42} {number:12,.{min(digits, 3)}f}")


if __name__ == "__main__":
    main()
