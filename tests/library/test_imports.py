"""`import ravine` is light; what is heavy loads when first needed."""

import subprocess
import sys

import pytest

HEAVY = {"torch", "matplotlib", "sympy", "numba", "concurrent.futures"}


def heavy_modules_after(code):
    report = f"import sys\n{code}\nprint(*({HEAVY} & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", report], capture_output=True, text=True, check=True
    )
    return set(answer.stdout.split())


def test_import_ravine_loads_nothing_heavy():
    assert heavy_modules_after("import ravine") == set()


@pytest.mark.parametrize(
    "module",
    [
        *(
            "convexity",
            "derivative",
            "descent",
            "losses",
            "methods",
            "named",
            "objective",
            "projection",
        ),
        *("record", "schedule", "stepsize", "stopping", "sweeps", "theory", "trace"),
    ],
)
def test_no_module_of_the_library_loads_anything_heavy(module):
    assert heavy_modules_after(f"import ravine.{module}") == set()


@pytest.mark.parametrize("start", ["5.0", "np.array(5.0)", "np.float32(5)"])
def test_a_run_with_a_slope_by_hand_never_loads_torch(start):
    code = (
        "import numpy as np, ravine\n"
        "fit = ravine.least_squares(np.eye(2), np.ones(2), ridge=0.1)\n"
        "ravine.minimize(fit, np.zeros(2), ravine.gradient_descent(ravine.armijo()))\n"
        "ravine.minimize(ravine.COSINE_VALLEYS, 2.0, ravine.adam(0.01))\n"
        f"ravine.minimize(ravine.DOUBLE_WELL, {start}, ravine.gradient_descent(0.02))\n"
        "ravine.sweep(ravine.DOUBLE_WELL, step_size=np.array([0.1, 0.2]), start=2.0, max_updates=5)"
    )
    assert heavy_modules_after(code) == set()


def test_a_plain_loss_loads_torch_and_nothing_else():
    code = "import ravine\nravine.minimize(lambda w: w * w, 5.0, ravine.gradient_descent(0.5))"
    assert "torch" in heavy_modules_after(code)
