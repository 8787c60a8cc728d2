"""However a sweep is made, its answers are the same, bit for bit."""

import gc
import importlib
import itertools
import math
import multiprocessing
import os
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ravine import (
    COSINE_VALLEYS,
    DOUBLE_WELL,
    Objective,
    StopReason,
    adagrad,
    adam,
    averaged_heavy_ball,
    gradient_descent,
    heavy_ball,
    minimize,
    nesterov,
    rmsprop,
    sweep,
)
from ravine.losses import quadratic
from ravine.methods import Method
from ravine.named import CATALOGUE
from ravine.record import python_function
from ravine.sweeps import _kernel as kernels
from ravine.sweeps import _spread
from ravine.sweeps._blocks import Ends

sweeps = importlib.import_module("ravine.sweeps._sweep")

METHODS = {
    "gradient descent": gradient_descent,
    "heavy ball": partial(heavy_ball, momentum=0.9),
    "averaged heavy ball": partial(averaged_heavy_ball, momentum=0.5),
    "Nesterov": partial(nesterov, momentum=0.9),
    "AdaGrad": adagrad,
    "RMSProp": rmsprop,
    "Adam": adam,
}
STEEP = quadratic(0.1, minimizer=-0.3)  # its constants are no powers of two
HYPERBOLA = Objective(
    "hyperbola", lambda w: 1 / w + w, lambda w: 1 - 1 / w**2, optimal_value=2.0, domain=(0.1, 9.0)
)
ARRAYS = ("updates", "stop", "x", "value", "gradient_norm")


def assert_same(one, other):
    for name in ARRAYS:
        left, right = getattr(one, name), getattr(other, name)
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right)
        zeros = left == 0  # which have a sign
        np.testing.assert_array_equal(np.signbit(left[zeros]), np.signbit(right[zeros]))


STOPPING = st.fixed_dictionaries(
    {
        "max_updates": st.integers(0, 40),
        "eps_grad": st.sampled_from([None, 0.0, 1e-3]),
        "eps_obj": st.sampled_from([None, 0.0, 1e-5, 0.1]),
        "escape_radius": st.sampled_from([math.inf, 1e6, 3.0]),
    }
)


@given(
    objective=st.sampled_from([*CATALOGUE, STEEP]),
    runs=st.lists(st.tuples(st.floats(1e-3, 4), st.floats(-6, 6)), min_size=1, max_size=6),
    method=st.sampled_from(sorted(METHODS)),
    stopping=STOPPING,
    dtype=st.sampled_from([np.float64, np.float32]),
)
@example(  # beyond the largest number and beyond the smallest
    objective=DOUBLE_WELL,
    runs=[(0.5, 5.0), (1 / 6, 2.0), (4.0, -6.0), (0.1, 1e-300), (0.1, 0.0)],
    method="RMSProp",
    stopping={"max_updates": 40},
    dtype=np.float64,
)
@example(  # no update at all, by a rule whose numbers change with each
    objective=DOUBLE_WELL,
    runs=[(1.0, 0.0)],
    method="Adam",
    stopping={"max_updates": 0},
    dtype=np.float64,
)
def test_the_text_of_the_loop_makes_the_runs_of_numpy(objective, runs, method, stopping, dtype):
    # the text runs as it is, in Python: compiling it for each of these would take minutes
    step_sizes, starts = np.array(runs).T
    call = partial(
        sweep, objective, step_size=step_sizes, start=starts.astype(dtype), method=METHODS[method]
    )
    with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):
        patch.setattr(kernels, "_compiled", python_function)
        patch.setattr(kernels, "SLOTS", 3)  # so that runs wait for others to end
        patch.setattr(sweeps, "available", lambda: True)
        assert_same(call(compiled=True, **stopping), call(compiled=False, **stopping))


RULES = {"max_updates": 300, "eps_grad": 1e-9, "eps_obj": 1e-5, "escape_radius": 1e3}
STEP_SIZES, STARTS = np.linspace(0.001, 0.6, 500), np.linspace(-4, 4, 500)


def test_numba_is_installed():
    assert kernels.available(), "numba is missing, so no compiled sweep is tested: install it"


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("method", METHODS)
def test_compiled_runs_of_every_method_are_those_of_numpy(method, dtype):
    call = partial(
        sweep, DOUBLE_WELL, step_size=STEP_SIZES, start=STARTS.astype(dtype), method=METHODS[method]
    )
    assert_same(call(compiled=True, **RULES), call(compiled=False, **RULES))


@pytest.mark.parametrize("objective", [*CATALOGUE, STEEP, HYPERBOLA], ids=lambda o: o.name)
def test_compiled_runs_of_every_objective_are_those_of_numpy(objective):
    starts = np.linspace(0.11, 8.9, 500) if objective is HYPERBOLA else STARTS
    call = partial(sweep, objective, step_size=STEP_SIZES * 5, start=starts, **RULES)
    assert_same(call(compiled=True), call(compiled=False))


def test_a_division_stays_a_division_where_a_product_would_be_none():
    # the inverse of the least number is infinite
    steep = Objective("steep", lambda w: w / 5e-324, lambda w: w / 5e-324)
    call = partial(sweep, steep, step_size=0.1, start=np.array([0.0, 5e-324, 1.0]), max_updates=3)
    assert_same(call(compiled=True), call(compiled=False))


def test_long_runs_and_short_ones_end_where_they_do_alone():
    # more runs than slots, of all lengths, in no order: each takes the place of another
    step_sizes = np.random.default_rng(0).permutation(np.geomspace(1e-6, 0.3, 1000))
    call = partial(sweep, DOUBLE_WELL, step_size=step_sizes, start=2.0, **RULES)
    ours, theirs = call(compiled=True), call(compiled=False)
    assert len(set(theirs.updates.tolist())) > 100
    assert_same(ours, theirs)


@given(
    runs=st.lists(st.tuples(st.floats(1e-3, 4), st.floats(-6, 6)), min_size=1, max_size=40),
    cap=st.integers(0, 60),
    eps_grad=st.sampled_from([0.0, 1e-3]),
    eps_obj=st.sampled_from([0.0, 1e-5, 0.1]),
    dtype=st.sampled_from([np.float64, np.float32]),
)
@settings(deadline=None)  # the first of each dtype is compiled
def test_compiled_runs_are_those_of_minimize(runs, cap, eps_grad, eps_obj, dtype):
    step_sizes, starts = np.array(runs).T
    starts = starts.astype(dtype)
    rules = {"max_updates": cap, "eps_grad": eps_grad, "eps_obj": eps_obj}
    result = sweep(DOUBLE_WELL, step_size=step_sizes, start=starts, compiled=True, **rules)
    for run, start in enumerate(starts):
        step_size = result.step_sizes[run].item()
        alone = minimize(DOUBLE_WELL, start, gradient_descent(step_size), **rules)
        assert (result.updates[run], result.stop[run]) == (alone.updates, alone.stop)
        for name in ("x", "value", "gradient_norm"):
            np.testing.assert_equal(getattr(result, name)[run], getattr(alone, name))


def going_by_parts(step_size):
    return gradient_descent(
        step_size / 2
    )  # made of the step sizes: which runs it belongs to is not seen


class Restarting(Method):
    def init(self, x):
        return 0

    def direction(self, x, gradient, count):
        if count == 3:  # another rule in one of the updates
            return x, 0
        return gradient, count + 1


@pytest.mark.parametrize(
    ("objective", "method", "reason"),
    [
        (COSINE_VALLEYS, gradient_descent, "cannot hold the function cos"),
        (lambda w: w * w, gradient_descent, "no slope by hand"),
        (
            Objective("cube", lambda w: w**3, lambda w: 3 * w**2),
            gradient_descent,
            "a power in a recorded formula must be a square, got exponent 3",
        ),
        (
            Objective("hinge", lambda w: np.maximum(w, 0), lambda w: np.where(w > 0, 1.0, 0.0)),
            gradient_descent,
            "",
        ),
        (
            Objective("wide", lambda w: np.float64(0.1) * w, lambda w: 0.1 + 0 * w),
            gradient_descent,
            "can hold Python numbers",
        ),
        (DOUBLE_WELL, going_by_parts, "not the one that is swept"),
        (DOUBLE_WELL, Restarting, "the rule is not the same in each update"),
    ],
    ids=["function", "torch", "power", "decision", "wide number", "another array", "restart"],
)
def test_what_cannot_be_compiled_says_so_or_runs_in_numpy(objective, method, reason, monkeypatch):
    call = partial(
        sweep, objective, step_size=np.array([0.1, 0.2]), start=2.0, method=method, max_updates=9
    )
    with pytest.raises(ValueError, match=f"compiled must be None or False here: .*{reason}"):
        call(compiled=True)
    monkeypatch.setattr(sweeps, "WORTH_COMPILING", 0)
    assert_same(call(), call(compiled=False))


def test_without_numba_the_answer_is_the_same(monkeypatch):
    monkeypatch.setattr(sweeps, "WORTH_COMPILING", 0)
    call = partial(sweep, DOUBLE_WELL, step_size=STEP_SIZES, start=2.0, **RULES)
    compiled = call()
    monkeypatch.setattr(sweeps, "available", lambda: False)
    assert_same(call(), compiled)
    with pytest.raises(ModuleNotFoundError, match=r"compiled=True needs numba: pip install"):
        call(compiled=True)


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("compiled", [False, True])
def test_the_answer_does_not_depend_on_the_number_of_threads(threads, compiled, monkeypatch):
    call = partial(
        sweep, DOUBLE_WELL, step_size=STEP_SIZES, start=STARTS, compiled=compiled, **RULES
    )
    alone = call()
    monkeypatch.setattr(sweeps, "WORTH_THREADS", 0)
    monkeypatch.setattr(_spread, "LEAST_RUNS_PER_THREAD", 10)
    monkeypatch.setenv("OMP_NUM_THREADS", str(threads))
    assert sweeps.cores() == threads
    assert_same(call(), alone)


def test_an_error_in_a_thread_is_raised(monkeypatch):
    class Broken:
        def run(self, _step_sizes, _ends):
            raise LookupError("no such formula")

    monkeypatch.setattr(_spread, "LEAST_RUNS_PER_THREAD", 10)
    with pytest.raises(LookupError, match="no such formula"):
        list(_spread.spread(Broken(), {"step_size": STEP_SIZES}, Ends.of(STARTS), None, threads=3))


def test_any_executor_makes_the_sweep():
    call = partial(sweep, DOUBLE_WELL, step_size=STEP_SIZES[:, None], start=STARTS[::50], **RULES)
    with ThreadPoolExecutor(2) as executor:
        assert_same(call(executor=executor), call())


def pool(workers=2):
    # not forked: this process has threads of torch and numba
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


@pytest.fixture
def cleared():
    """Let what a killed worker left open be closed here, where it is nobody's warning."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


@pytest.fixture
def deadly(tmp_path, monkeypatch):
    """The double well in a module of its own, whose first worker dies half-way through a run."""
    (tmp_path / "deadly_well.py").write_text(
        "import multiprocessing, os, pathlib, signal\n"
        "from ravine import DOUBLE_WELL, Objective\n"
        "calls = []\n"
        "def value(w):\n"
        "    calls.append(w)\n"
        "    if multiprocessing.parent_process() is not None and len(calls) == 40:\n"
        "        try:\n"
        "            pathlib.Path(__file__).with_name('died').touch(exist_ok=False)\n"
        "        except FileExistsError:\n"
        "            return DOUBLE_WELL.value(w)\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return DOUBLE_WELL.value(w)\n"
        "def slope(w):\n"
        "    return DOUBLE_WELL.slope(w)\n"
        "WELL = Objective('deadly well', value, slope, optimal_value=0.0)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("deadly_well").WELL, tmp_path / "died"
    del sys.modules["deadly_well"]


@pytest.mark.usefixtures("cleared")
def test_a_process_pool_makes_the_sweep_and_loses_nothing_when_a_worker_is_killed(deadly):
    well, died = deadly
    call = partial(sweep, method=partial(heavy_ball, momentum=0.5), **RULES)
    with pool() as executor:
        same = call(DOUBLE_WELL, step_size=STEP_SIZES, start=2.0, executor=executor)
        with pytest.warns(RuntimeWarning, match=r"the executor lost \d+ of 16 pieces"):
            survived = call(well, step_size=STEP_SIZES, start=2.0, executor=executor)
    assert died.exists()
    for result in same, survived:
        assert_same(result, call(DOUBLE_WELL, step_size=STEP_SIZES, start=2.0))
    with pool() as broken:
        broken.submit(os._exit, 1).exception()
        with pytest.warns(RuntimeWarning, match="lost 16 of 16"):
            alone = call(DOUBLE_WELL, step_size=STEP_SIZES, start=2.0, executor=broken)
    assert_same(alone, same)


@pytest.mark.usefixtures("cleared")
def test_a_formula_that_cannot_be_sent_says_how_it_could():
    square = Objective("square", lambda w: w * w, lambda w: 2 * w)
    with pool(1) as executor, pytest.raises(Exception, match="pickle") as caught:
        sweep(square, step_size=STEP_SIZES, start=2.0, executor=executor)
    assert "must be found there by its name" in caught.value.__notes__[0]


@pytest.mark.usefixtures("cleared")
def test_a_dask_cluster_makes_the_sweep_and_loses_nothing_when_a_worker_is_killed(deadly):
    from dask import config
    from distributed import Client, LocalCluster

    well, died = deadly
    with (
        config.set(
            {"distributed.comm.timeouts.connect": "10 minutes"}
        ),  # whatever else the machine does
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        same = sweep(
            DOUBLE_WELL, step_size=STEP_SIZES, start=2.0, executor=client.get_executor(), **RULES
        )
        survived = sweep(
            well, step_size=STEP_SIZES, start=2.0, executor=client.get_executor(), **RULES
        )
    assert died.exists()
    for result in same, survived:
        assert_same(result, sweep(DOUBLE_WELL, step_size=STEP_SIZES, start=2.0, **RULES))


def test_kept_iterates_are_those_of_minimize():
    step_sizes = np.array([0.1, 0.5, 0.02, 1.0])[:, None]
    starts = np.array([2.0, -0.5])
    result = sweep(
        DOUBLE_WELL,
        step_size=step_sizes,
        start=starts,
        max_updates=60,
        eps_obj=1e-5,
        keep_iterates=True,
    )
    assert result.iterates.shape == (result.updates.max() + 1, 4, 2)
    for i, j in itertools.product(range(4), range(2)):
        run = minimize(
            DOUBLE_WELL,
            starts[j],
            gradient_descent(step_sizes[i, 0]),
            max_updates=60,
            eps_grad=None,
            eps_obj=1e-5,
        )
        path = result.iterates[:, i, j]
        np.testing.assert_array_equal(path[: run.updates + 1], run.iterates)
        assert np.isnan(path[run.updates + 1 :]).all()
    assert not result.iterates.flags.writeable


def test_iterates_are_kept_only_when_that_is_asked_for():
    assert sweep(DOUBLE_WELL, step_size=STEP_SIZES, start=2.0).iterates is None


def test_too_many_iterates_are_refused_before_a_run_is_made():
    def never(_w):
        raise AssertionError("a run was made")

    objective = Objective("never", never, never)
    message = (
        r"keep_iterates must be False for 1000000 runs of up to 2001 points: they take up to "
        r"16 GB, and memory_limit is 1.07 GB"
    )
    with pytest.raises(ValueError, match=message):
        sweep(objective, step_size=np.ones(10**6), start=2.0, max_updates=2000, keep_iterates=True)
    with pytest.raises(ValueError, match="memory_limit must be positive"):
        sweep(objective, step_size=0.1, start=2.0, keep_iterates=True, memory_limit=0)
    # 3 runs of 5 points of 4 bytes are 60 bytes
    call = partial(
        sweep,
        DOUBLE_WELL,
        step_size=STEP_SIZES[:3],
        start=np.float32(2),
        max_updates=4,
        keep_iterates=True,
    )
    assert call(memory_limit=60).iterates.nbytes == 60
    with pytest.raises(ValueError, match="memory_limit"):
        call(memory_limit=59)


def test_progress_is_silent_unless_asked_for(capsys):
    sweep(DOUBLE_WELL, step_size=STEP_SIZES, start=2.0, **RULES)
    assert capsys.readouterr() == ("", "")


def test_progress_ends_at_all_runs(capsys):
    told = []
    with ThreadPoolExecutor(2) as executor:
        sweep(
            DOUBLE_WELL,
            step_size=STEP_SIZES,
            start=2.0,
            executor=executor,
            progress=lambda *now: told.append(now),
        )
        assert told[-1] == (500, 500)
        assert [done for done, _ in told] == sorted({done for done, _ in told})
        assert len(told) == 16
        sweep(DOUBLE_WELL, step_size=STEP_SIZES, start=2.0, executor=executor, progress=True)
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.endswith("\rsweep: 500 of 500 runs, 100%\n")
    assert written.err.count("\n") == 1


def test_a_sweep_of_no_runs_is_a_sweep():
    result = sweep(
        DOUBLE_WELL, step_size=np.array([]), start=2.0, keep_iterates=True, progress=True
    )
    assert (result.updates.size, result.iterates.shape) == (0, (0, 0))


def test_most_runs_do_not_wait_for_the_last():
    # one run at the cap among many that end at once: the others leave, and their ends stay
    starts = np.full(1000, 1.0)
    starts[123] = 2.0
    result = sweep(DOUBLE_WELL, step_size=1e-6, start=starts, max_updates=50, eps_obj=1e-5)
    assert (np.flatnonzero(result.stop == StopReason.CAP)).tolist() == [123]
    assert (result.x[result.reached] == 1).all()
