"""Torch differentiates exactly, adds up what it finds, and records what it should not."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ravine.course.claims import ACCUMULATION, DERIVATIVE, tried

seeds = st.integers(0, 2**32 - 1)


def generator(seed=0):
    return np.random.default_rng(seed)


@settings(max_examples=6)
@given(seeds)
def test_torch_and_sympy_agree(seed):
    verdict = tried(DERIVATIVE, draws=4, rng=generator(seed))
    assert verdict
    assert verdict.tried == 4
    assert verdict.closest < 1e-13


@settings(max_examples=10)
@given(seeds)
def test_torch_agrees_with_central_differences(seed):
    verdict = tried(DERIVATIVE, half_width=1e-5, draws=20, rng=generator(seed))
    assert verdict
    assert verdict.closest > 1e-13  # no difference quotient has all the digits


def test_a_wide_central_difference_is_told_from_the_derivative():
    verdict = tried(DERIVATIVE, half_width=0.1, draws=40, rng=generator())
    assert not verdict
    assert "torch's derivative" in str(verdict)
    assert "the central difference differ by" in str(verdict)
    with pytest.raises(ValueError, match="half_width must be positive and finite, got 0"):
        tried(DERIVATIVE, half_width=0.0, rng=generator())


@settings(max_examples=5)
@given(seeds)
def test_a_second_backward_doubles_the_gradient(seed):
    assert tried(ACCUMULATION, draws=10, rng=generator(seed))


def test_after_clearing_it_does_not():
    assert not tried(ACCUMULATION, cleared=True, draws=10, rng=generator())


def updated(variant, passes):
    """Minimize x^2 from 2 in one of the ways to write the update, and give the points."""
    x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    points = [x.item()]
    for _ in range(passes):
        (x * x).backward()
        x = variant(x)
        points.append(x.item())
    return points


def in_place(x):
    x -= 0.1 * x.grad
    return x


def out_of_place(x):
    return x - 0.1 * x.grad


def untracked(update):
    def variant(x):
        with torch.no_grad():
            return update(x)

    return variant


def clearing(update):
    def variant(x):
        x = update(x)
        x.grad.zero_()
        return x

    return variant


def test_the_correct_loop_is_the_one_by_hand():
    points, x = [2.0], 2.0
    for _ in range(100):
        x -= 0.1 * (2 * x)
        points.append(x)
    found = updated(clearing(untracked(in_place)), passes=100)
    np.testing.assert_allclose(found, points, rtol=0, atol=1e-12)
    assert found[1:6] == pytest.approx([1.6, 1.28, 1.024, 0.8192, 0.65536])


def test_without_clearing_the_gradients_add_up():
    found = updated(untracked(in_place), passes=10)
    swing = [1.6, 0.88, -0.016, -0.9088, -1.61984, -2.006912, -1.9926016]
    assert found[1:8] == pytest.approx(swing)


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
@pytest.mark.parametrize(
    ("variant", "good", "error", "message"),
    [
        (
            in_place,
            0,
            RuntimeError,
            "a leaf Variable that requires grad is being used in an in-place",
        ),
        (out_of_place, 1, TypeError, "unsupported operand type(s) for *: 'float' and 'NoneType'"),
        (untracked(out_of_place), 1, RuntimeError, "element 0 of tensors does not require grad"),
        (clearing(out_of_place), 0, AttributeError, "'NoneType' object has no attribute 'zero_'"),
        (
            clearing(untracked(out_of_place)),
            0,
            AttributeError,
            "'NoneType' object has no attribute 'zero_'",
        ),
    ],
    ids=[
        "in place",
        "out of place",
        "out of place, untracked",
        "out of place, cleared",
        "out of place, untracked, cleared",
    ],
)
def test_each_wrong_update_fails_in_its_own_pass(variant, good, error, message):
    assert len(updated(variant, passes=good)) == good + 1
    with pytest.raises(error, match=re.escape(message)):
        updated(variant, passes=good + 1)
