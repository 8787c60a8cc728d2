"""What sweeps cost: against the same loop in C, against JAX, and against one run at a time.

Run `python benchmarks/sweeps.py` with the packages of `requirements/bench.txt` and a C compiler. All sides
are measured in one run of this program, on the same cores, without the time that compiling takes.
"""

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from hand_loops import in_torch

from ravine import DOUBLE_WELL, Sweep, heavy_ball, sweep
from ravine.course.landscapes import RAVINE

HERE = Path(__file__).parent
RUNS, START, CAP, TARGET = 1_000_000, 2.0, 2000, 1e-5
LEAST, MOST = 0.001, 0.336  # step sizes
RULES = {"max_updates": CAP, "eps_obj": TARGET}
CORES = len(os.sched_getaffinity(0))
REPETITIONS = 5

Found = dict[str, float | int | str]


def least_seconds(action: Callable[[], object], repetitions: int = REPETITIONS) -> float:
    """Return the least time of an action, after one that is not counted."""
    action()
    times = []
    for _ in range(repetitions):
        begin = time.perf_counter()
        action()
        times.append(time.perf_counter() - begin)
    return min(times)


def in_c() -> ctypes.CDLL:
    """Return the loops in C, compiled for this machine."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "sweeps.so"
        options = ["-O3", "-march=native", "-shared", "-fPIC"]
        subprocess.run(["cc", *options, "-o", library, HERE / "sweeps.c", "-lm"], check=True)
        return ctypes.CDLL(str(library))


def loop_in_c(step_sizes: np.ndarray) -> tuple[Callable[[], object], np.ndarray]:
    """Return the loop in C on all cores, pieces taking turns as in the library, and its updates."""
    function = in_c().sweep
    function.argtypes = [
        *(ctypes.c_int64, ctypes.c_void_p, ctypes.c_double),
        *(ctypes.c_int64, ctypes.c_double, ctypes.c_double),
        *[ctypes.c_void_p] * 5,
    ]
    ends = [np.empty(RUNS, kind) for kind in (np.int64, np.int8, float, float, float)]
    pieces = [slice(first, first + RUNS // 16) for first in range(0, RUNS, RUNS // 16)]

    def piece_by_piece(piece: slice) -> None:
        into = (end[piece].ctypes.data for end in ends)
        given = step_sizes[piece]
        function(given.size, given.ctypes.data, START, CAP, TARGET, np.inf, *into)

    def run() -> None:
        with ThreadPoolExecutor(CORES) as pool:
            list(pool.map(piece_by_piece, pieces))

    return run, ends[0]


def jax_seconds(step_sizes: np.ndarray) -> float:
    """Return what jit(vmap(while_loop)) takes, compiled before."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def run(step_size):
        def going(state):
            k, w = state
            value = (w * w - 1) * (w * w - 1) / 2
            return (k < CAP) & (value > TARGET) & jnp.isfinite(w)

        def update(state):
            k, w = state
            return k + 1, w - step_size * (2 * w * (w * w - 1))

        return jax.lax.while_loop(going, update, (0, START))

    compiled = jax.jit(jax.vmap(run)).lower(step_sizes).compile()
    on_device = jnp.asarray(step_sizes)
    return least_seconds(lambda: jax.block_until_ready(compiled(on_device)), 2)


def a_million_step_sizes() -> Found:
    """Measure the sweep of step sizes from 0.001 to 0.336, from the start 2."""
    step_sizes = np.linspace(LEAST, MOST, RUNS)
    in_c, updates_in_c = loop_in_c(step_sizes)
    begin = time.perf_counter()
    result = sweep(DOUBLE_WELL, step_size=step_sizes, start=START, compiled=True, **RULES)
    first = time.perf_counter() - begin
    updates = int(result.updates.sum())
    seconds = {
        "C": least_seconds(in_c),
        "compiled": least_seconds(
            lambda: sweep(DOUBLE_WELL, step_size=step_sizes, start=START, compiled=True, **RULES)
        ),
        "NumPy": least_seconds(
            lambda: sweep(DOUBLE_WELL, step_size=step_sizes, start=START, compiled=False, **RULES),
            3,
        ),
        "JAX": jax_seconds(step_sizes),
    }
    by_numpy = sweep(DOUBLE_WELL, step_size=step_sizes, start=START, compiled=False, **RULES)
    same = all(
        getattr(result, name).tobytes() == getattr(by_numpy, name).tobytes()
        for name in ("updates", "stop", "x", "value", "gradient_norm")
    )
    assert same, "the compiled sweep must be that of NumPy bit for bit"
    seconds["torch, one run at a time"] = updates * torch_seconds_an_update(step_sizes)
    found: Found = {"million: runs": RUNS, "million: updates": updates}
    found |= {"million: least step size": LEAST, "million: most": MOST, "million: target": TARGET}
    found["million: updates in C, which fuses operations"] = int(updates_in_c.sum())
    for name, taken in seconds.items():
        found[f"million: s, {name}"] = taken
        found[f"million: ns an update, {name}"] = taken / updates * 1e9
    found["million: s, compiled, the first time"] = first
    found["million: compiled, times C"] = seconds["compiled"] / seconds["C"]
    found["million: NumPy, times C"] = seconds["NumPy"] / seconds["C"]
    found["million: JAX, times compiled"] = seconds["JAX"] / seconds["compiled"]
    looped = seconds["torch, one run at a time"]
    found["million: torch, times compiled (from a sample)"] = looped / seconds["compiled"]
    return found


def torch_seconds_an_update(step_sizes: np.ndarray, runs: int = 60) -> float:
    """Return what an update of Listing 7's loop takes, from a sample of the runs."""
    sample = np.random.default_rng(0).choice(step_sizes, runs).tolist()
    begin, updates = time.perf_counter(), 0
    for step_size in sample:
        _, log = in_torch(
            DOUBLE_WELL.value, START, step_size, max_iters=CAP, eps_grad=None, eps_obj=TARGET
        )
        updates += len(log["k"]) - 1
    return (time.perf_counter() - begin) / updates


def ball_in_c(step_sizes: np.ndarray, momenta: np.ndarray) -> Callable[[], object]:
    """Return the heavy ball in C on all cores, pieces taking turns as in the library."""
    function = in_c().heavy_ball
    function.argtypes = [
        *(ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p),
        *(ctypes.c_int64, ctypes.c_double),
        *[ctypes.c_void_p] * 6,
    ]
    runs = step_sizes.size
    ends = [np.empty(runs, kind) for kind in (np.int64, np.int8, float, float, float, float)]
    pieces = [slice(first, first + runs // 16) for first in range(0, runs, runs // 16)]
    start = np.array(RAVINE.start)

    def piece_by_piece(piece: slice) -> None:
        given = step_sizes[piece], momenta[piece]
        into = (end[piece].ctypes.data for end in ends)
        of = (array.ctypes.data for array in (*given, start))
        function(given[0].size, *of, CAP, TARGET, *into)

    def run() -> None:
        with ThreadPoolExecutor(CORES) as pool:
            list(pool.map(piece_by_piece, pieces))

    return run


def a_map_of_pairs() -> Found:
    """Measure the heavy ball on the ravine for 1,000 step sizes and 1,000 momenta, in the plane."""
    step_sizes, momenta = np.linspace(0.001, 0.095, 1000), np.linspace(0.0, 0.95, 1000)
    both = [np.ascontiguousarray(np.broadcast_to(each, (1000, 1000))).ravel()
            for each in (step_sizes[:, None], momenta)]  # fmt: skip
    loop = ball_in_c(*both)

    def ours() -> Sweep:
        return sweep(
            RAVINE.objective, method=heavy_ball, step_size=step_sizes[:, None], momentum=momenta,
            start=np.array(RAVINE.start), compiled=True, progress=lambda _done, _all: None, **RULES,
        )  # fmt: skip

    updates = int(ours().updates.sum())
    by_loop, by_sweep = least_seconds(loop), least_seconds(ours)
    return {
        "pairs: runs": 1_000_000,
        "pairs: updates": updates,
        "pairs: s, C": by_loop,
        "pairs: s, compiled": by_sweep,
        "pairs: compiled, times C": by_sweep / by_loop,
    } | in_a_fresh_process("pairs", PAIRS)


PAIRS = """
from ravine import heavy_ball
from ravine.course.landscapes import RAVINE
step_sizes, momenta = np.linspace(0.001, 0.095, 1000), np.linspace(0.0, 0.95, 1000)
make = partial(sweep, RAVINE.objective, method=heavy_ball, step_size=step_sizes[:, None], momentum=momenta)
make = partial(make, start=np.array(RAVINE.start))
"""

A_MAP = """
from ravine import DOUBLE_WELL
starts, step_sizes = np.linspace(-3.5, 3.5, 2000), np.linspace(0.001, 0.6, 2000)
make = partial(sweep, DOUBLE_WELL, step_size=step_sizes[:, None], start=starts)
"""

MEASURED = """
import re, time
from functools import partial
import numpy as np
from ravine import sweep
{make}
begin = time.perf_counter()
result = make(max_updates=2000, eps_obj=1e-5, escape_radius=1e6, progress=True)
taken = time.perf_counter() - begin
status = open("/proc/self/status").read()  # what getrusage tells is that of the parent, if it had more
memory = re.search(r"VmHWM:\\s*(\\d+) kB", status)[1]
print(taken, memory, result.updates.size, result.updates.sum())
"""


def in_a_fresh_process(name: str, make: str) -> Found:
    """Measure a sweep as a user meets it: its progress is shown, compiling counts, and so does all memory."""
    code = MEASURED.format(make=make)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, kilobytes, runs, updates = run.stdout.split()
    return {
        f"{name}: runs": int(runs),
        f"{name}: updates": int(updates),
        f"{name}: s": float(seconds),
        f"{name}: peak memory in MiB": int(kilobytes) / 1024,
        f"{name}: last line of progress": run.stderr.splitlines()[-1],
    }


def without_a_derivative(runs: int = 10_000) -> Found:
    """Measure a loss that torch differentiates: all runs at once, against one at a time."""

    def loss(w: torch.Tensor) -> torch.Tensor:
        return (w**2 - 1) ** 2 / 2

    step_sizes = np.linspace(LEAST, MOST, runs)
    rules = {"max_updates": 200, "escape_radius": 1e6}
    begin = time.perf_counter()
    result = sweep(loss, step_size=step_sizes, start=START, **rules)
    at_once = time.perf_counter() - begin
    updates = int(result.updates.sum())
    begin, made = time.perf_counter(), 0
    for step_size in step_sizes[:: runs // 20]:
        _, log = in_torch(loss, START, step_size.item(), max_iters=200, eps_grad=None)
        made += len(log["k"])
    looped = (time.perf_counter() - begin) / made * updates
    return {
        "torch: runs": runs,
        "torch: updates": updates,
        "torch: s, all runs at once": at_once,
        "torch: s, one run at a time (from a sample)": looped,
        "torch: one at a time, times all at once": looped / at_once,
    }


def measure() -> Found:
    """Return what was measured, by name."""
    torch.set_num_threads(1)
    return (
        {"cores": CORES}
        | a_million_step_sizes()
        | a_map_of_pairs()
        | in_a_fresh_process("map", A_MAP)
        | without_a_derivative()
    )


def main() -> None:
    """Print the table."""
    for name, number in measure().items():
        shown = f"{number:16,.3f}" if isinstance(number, float) else f"{number:>16}"
        print(f"{name:52} {shown}", flush=True)


if __name__ == "__main__":
    main()
