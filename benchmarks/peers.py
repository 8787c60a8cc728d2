"""One descent, by Ravine and by its peers: what an update costs, and how long the result takes.

Run `python benchmarks/peers.py` in an environment with `requirements/bench.txt`. All sides run in this one
process on one thread, in float64, from the same start, on the same formula: `ravine.losses` has it, and
NumPy, torch and JAX arrays flow through it. Times are processor time, which other programs disturb least.
"""

import math
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import jax
import jax.numpy as jnp
import numpy as np
import optax
import optimistix
import scipy.optimize
import torch

from ravine import (
    CENTRED_QUADRATIC,
    DOUBLE_WELL,
    Objective,
    gradient_descent,
    least_squares,
    minimize,
    quadratic_form,
)

jax.config.update("jax_enable_x64", True)

TARGET = 1e-8
CAP = 5000
REPETITIONS = 5


@dataclass(frozen=True)
class Problem:
    """An objective, a start, and the step size that all gradient descents take."""

    name: str
    objective: Objective
    start: float | np.ndarray
    step_size: float

    @property
    def goal(self) -> float:
        """The value to reach: the target above the least one."""
        return self.objective.optimal_value + TARGET

    def array(self) -> np.ndarray:
        """Return the start as an array, of shape () or (n,)."""
        return np.array(self.start)

    def value(self, x: object) -> object:
        """Evaluate the formula at whatever array it is given."""
        return self.objective.value(x)


def best_step_size(objective: Objective) -> float:
    """Return 2 / (mu + L), the best constant step size on a quadratic."""
    return 2 / (objective.strong_convexity + objective.smoothness)


def problems() -> list[Problem]:
    """Return the four problems."""
    rng = np.random.default_rng(0)
    A, b = rng.standard_normal((200, 50)), rng.standard_normal(200)  # noqa: N806 (the field's letter)
    ravine, regression = quadratic_form(np.diag([1.0, 20.0])), least_squares(A, b)
    return [
        Problem("quadratic", CENTRED_QUADRATIC, 5.0, 0.1),
        Problem("double well", DOUBLE_WELL, 2.0, 0.1),
        Problem("ravine", ravine, np.array([1.8, 0.5]), best_step_size(ravine)),
        Problem("least squares", regression, np.zeros(50), best_step_size(regression)),
    ]


# Each solver makes a function that runs so many updates, or fewer if the goal is reached, and returns how
# many it made. The goal is minus infinity where only the cost of an update is asked for.
Run = Callable[[int, float], int]


def by_hand(problem: Problem) -> Run:
    """Return the loop a student would write: evaluate, test, update; nothing is kept."""
    value, slope, eta = problem.objective.value, problem.objective.slope, problem.step_size

    def run(updates: int, goal: float) -> int:
        x = problem.start
        for k in range(updates):
            if value(x) <= goal:
                return k
            x = x - eta * slope(x)
        return updates

    return run


def ravine_minimize(problem: Problem) -> Run:
    """Return `minimize`, which also logs every point and tests its rules."""
    method = gradient_descent(problem.step_size)

    def run(updates: int, goal: float) -> int:
        tolerance = TARGET if math.isfinite(goal) else None
        trace = minimize(
            problem.objective,
            problem.start,
            method,
            max_updates=updates,
            eps_grad=None,
            eps_obj=tolerance,
        )
        return trace.updates

    return run


def torch_sgd(problem: Problem) -> Run:
    """Return the usual PyTorch loop: zero_grad, backward, step."""

    def run(updates: int, goal: float) -> int:
        x = torch.tensor(problem.start, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([x], lr=problem.step_size)
        for k in range(updates):
            optimizer.zero_grad()
            loss = problem.value(x)
            if loss.item() <= goal:
                return k
            loss.backward()
            optimizer.step()
        return updates

    return run


def optax_stepwise(problem: Problem) -> Run:
    """Return optax with one compiled step, called from Python, as most training code does."""
    optimizer = optax.sgd(problem.step_size)

    @jax.jit
    def step(x: jax.Array, state: optax.OptState) -> tuple[jax.Array, jax.Array, optax.OptState]:
        value, gradient = jax.value_and_grad(problem.value)(x)
        change, state = optimizer.update(gradient, state)
        return value, optax.apply_updates(x, change), state

    def run(updates: int, goal: float) -> int:
        x = jnp.asarray(problem.start)
        state = optimizer.init(x)
        for k in range(updates):
            value, x, state = step(x, state)
            if value <= goal:
                return k
        return updates

    return run


def optax_compiled(problem: Problem) -> Run:
    """Return optax with the whole loop compiled: no Python between two updates."""
    optimizer = optax.sgd(problem.step_size)

    def go_on(carried: tuple) -> jax.Array:
        k, _, _, value, updates, goal = carried
        return (k < updates) & (value > goal)

    def step(carried: tuple) -> tuple:
        k, x, state, _, updates, goal = carried
        change, state = optimizer.update(jax.grad(problem.value)(x), state)
        x = optax.apply_updates(x, change)
        return k + 1, x, state, problem.value(x), updates, goal

    @jax.jit
    def loop(x: jax.Array, updates: int, goal: float) -> jax.Array:
        begin = (0, x, optimizer.init(x), problem.value(x), updates, goal)
        return jax.lax.while_loop(go_on, step, begin)[0]

    return lambda updates, goal: int(loop(jnp.asarray(problem.start), updates, goal))


def optimistix_descent(problem: Problem) -> Run:
    """Return optimistix's gradient descent, compiled as a whole, with its own Cauchy test.

    It cannot stop at a value, so it is timed for an update only.
    """

    def run(updates: int, goal: float) -> int:
        if math.isfinite(goal):
            raise NotImplementedError
        return int(solve(jnp.asarray(problem.start), updates))

    solver = optimistix.GradientDescent(problem.step_size, rtol=0.0, atol=0.0)

    @partial(jax.jit, static_argnums=1)
    def solve(x: jax.Array, updates: int) -> jax.Array:
        found = optimistix.minimise(
            lambda y, _: problem.value(y), solver, x, max_steps=updates, throw=False
        )
        return found.stats["num_steps"]

    return run


def scipy_bfgs(problem: Problem) -> Run:
    """Return SciPy's BFGS with the gradient by hand: another method, which builds up curvature."""
    objective, shape = problem.objective, problem.array().shape

    def run(updates: int, goal: float) -> int:
        made = 0

        def count(intermediate_result: scipy.optimize.OptimizeResult) -> None:
            nonlocal made
            made += 1
            if intermediate_result.fun <= goal:
                raise StopIteration

        scipy.optimize.minimize(
            lambda x: float(objective.value(x.reshape(shape))),
            problem.array().ravel(),
            jac=lambda x: np.ravel(objective.slope(x.reshape(shape))),
            method="BFGS",
            callback=count,
            options={"maxiter": updates, "gtol": 0.0},
        )
        return made

    return run


SOLVERS: dict[str, Callable[[Problem], Run]] = {
    "loop by hand": by_hand,
    "Ravine": ravine_minimize,
    "torch.optim": torch_sgd,
    "optax, step compiled": optax_stepwise,
    "optax, loop compiled": optax_compiled,
    "optimistix": optimistix_descent,
    "SciPy BFGS": scipy_bfgs,
}
COMPILED = ("optax, step compiled", "optax, loop compiled", "optimistix")
UPDATES = 1000


def timed(action: Callable[[], int]) -> tuple[float, int]:
    """Return the seconds an action takes, and its answer."""
    begin = time.process_time()
    answer = action()
    return time.process_time() - begin, answer


def median_seconds(action: Callable[[], int]) -> float:
    """Return the median of several runs."""
    return statistics.median(timed(action)[0] for _ in range(REPETITIONS))


def measured(name: str, problem: Problem) -> Iterator[tuple[str, float]]:
    """Yield what one solver needs on one problem."""
    run = SOLVERS[name](problem)
    first, made = timed(lambda: run(UPDATES, -math.inf))
    taken = median_seconds(lambda: run(UPDATES, -math.inf))
    yield "microseconds an update", 1e6 * taken / made
    if name in COMPILED:
        yield "seconds to compile", max(first - taken, 0.0)
    try:
        updates = run(CAP, problem.goal)
    except NotImplementedError:
        return
    yield "updates to the target", updates
    yield "milliseconds to the target", 1e3 * median_seconds(lambda: run(CAP, problem.goal))


def measure() -> dict[str, dict[str, dict[str, float]]]:
    """Return, for each problem and solver, what an update and what the result takes."""
    torch.set_num_threads(1)
    return {
        problem.name: {name: dict(measured(name, problem)) for name in SOLVERS}
        for problem in problems()
    }


def main() -> None:
    """Print one table a problem."""
    for problem, solvers in measure().items():
        print(f"{problem}:")
        for name, found in solvers.items():
            print(f"  {name:22}", *(f"{what} {number:9.3f}  " for what, number in found.items()))


if __name__ == "__main__":
    main()
