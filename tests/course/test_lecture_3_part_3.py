"""The numbers of lecture 3, part 3 (PyTorch), each computed from torch, the library or a figure's script.

The expected values come from exact arithmetic or were measured once with code of its own. What torch says
differs between its versions, so messages are matched by what they name.
"""

import math
import warnings
from functools import cache

import numpy as np
import pytest
import torch

from ravine import gradient_descent, least_squares, minimize
from ravine.course.claims import ACCUMULATION, DERIVATIVE, tried
from ravine.derivative import derivative
from ravine.record import recorded_graph

from .test_gallery import computed


def rng(seed=20):
    return np.random.default_rng(seed)


@cache
def drawn():
    """Parameters, inputs and labels of the network."""
    generator = torch.Generator().manual_seed(0)
    shapes = ((4, 3), (4,), (4, 4), (4,), (1, 4), (1,), (20, 3))
    *parameters, inputs = (
        torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in shapes
    )
    return parameters, inputs, torch.rand(20, generator=generator, dtype=torch.float64)


@cache
def data():
    """The matrix and the right-hand side of Listing 4."""
    torch.manual_seed(0)
    return torch.randn(200, 50), torch.randn(200)


@cache
def ridge():
    return least_squares(*(tensor.double().numpy() for tensor in data()), ridge=1.0)


class TestTheNetwork:
    """Section 16."""

    @staticmethod
    def hidden(parameters, inputs):
        W1, b1, W2, b2, W3, b3 = parameters  # noqa: N806
        h1 = torch.sigmoid(inputs @ W1.T + b1)
        h2 = torch.sigmoid(h1 @ W2.T + b2)
        return h1, h2, torch.sigmoid(h2 @ W3.T + b3)

    def loss(self, parameters, inputs, labels):
        return ((self.hidden(parameters, inputs)[-1][:, 0] - labels) ** 2).mean()

    def by_autograd(self, parameters, inputs, labels):
        tracked = [p.clone().requires_grad_() for p in parameters]
        self.loss(tracked, inputs, labels).backward()
        return [p.grad for p in tracked]

    def by_hand(self, parameters, inputs, labels):
        _, _, W2, _, W3, _ = parameters  # noqa: N806
        h1, h2, out = self.hidden(parameters, inputs)
        d3 = 2 * (out - labels[:, None]) / len(labels) * out * (1 - out)
        d2 = d3 @ W3 * h2 * (1 - h2)
        d1 = d2 @ W2 * h1 * (1 - h1)
        return [d1.T @ inputs, d1.sum(0), d2.T @ h1, d2.sum(0), d3.T @ h2, d3.sum(0)]

    def test_it_has_41_parameters_and_the_curriculums_loss(self):
        assert sum(p.numel() for p in drawn()[0]) == 41
        assert self.loss(*drawn()).item() == pytest.approx(0.13079749740504082, rel=1e-9)

    @pytest.mark.parametrize(("dtype", "rounding"), [(torch.float64, 1e-15), (torch.float32, 1e-7)])
    def test_autograd_is_the_gradient_by_hand_to_rounding(self, dtype, rounding):
        parameters, *data = drawn()
        by_hand = self.by_hand(*drawn())
        assert max(g.abs().max().item() for g in by_hand) == pytest.approx(0.0695, abs=5e-5)
        found = self.by_autograd([p.to(dtype) for p in parameters], *(d.to(dtype) for d in data))
        for ours, theirs in zip(found, by_hand, strict=True):
            assert (ours - theirs).abs().max().item() < rounding

    @pytest.mark.parametrize(
        ("step", "low", "high"),
        [(1e-2, 1e-6, 1e-5), (1e-4, 1e-10, 1e-9), (1e-5, 1e-13, 1e-10), (1e-10, 1e-8, 1e-5)],
    )
    def test_central_differences_never_get_all_the_digits(self, step, low, high):
        parameters, *data = drawn()
        errors = []
        for position, gradient in enumerate(self.by_autograd(*drawn())):
            for entry in range(gradient.numel()):
                ends = []
                for shift in (step, -step):
                    moved = [p.clone() for p in parameters]
                    moved[position].view(-1)[entry] += shift
                    ends.append(self.loss(moved, *data).item())
                quotient = (ends[0] - ends[1]) / (2 * step)
                errors.append(abs(quotient - gradient.view(-1)[entry].item()))
        assert low < max(errors) < high

    def test_swapping_two_hidden_units_changes_nothing_and_half_way_is_worse(self):
        parameters, inputs, _ = drawn()
        own = self.hidden(parameters, inputs)[-1][:, 0]
        order = [1, 0, 2, 3]
        W1, b1, W2, *rest = parameters  # noqa: N806
        swapped = [W1[order], b1[order], W2[:, order], *rest]
        middle = [(p + q) / 2 for p, q in zip(parameters, swapped, strict=True)]
        assert self.loss(parameters, inputs, own).item() == 0
        assert self.loss(swapped, inputs, own).item() < 1e-30
        assert self.loss(middle, inputs, own).item() == pytest.approx(1.7677e-4, rel=1e-4)


def test_figure_3_f_rises_between_the_network_and_its_twin():
    script = computed("plot_3_f_between_two_networks")
    assert script["half_way"] == pytest.approx(1.7677e-4, rel=1e-4)
    assert script["losses"][[0, -1]].tolist() == [0, 0]
    assert (script["losses"][1:-1] > 0).all()
    assert script["losses"] == pytest.approx(script["losses"][::-1], abs=1e-12)


@pytest.mark.parametrize(
    ("f", "at", "slope"),
    [
        (torch.abs, 0.0, 0.0),
        (torch.relu, 0.0, 0.0),
        (torch.linalg.vector_norm, np.zeros(2), [0.0, 0.0]),
        (lambda x: torch.maximum(x[0], x[1]), np.ones(2), [0.5, 0.5]),
        (lambda x: (x * x).sqrt(), 0.0, math.nan),
    ],
    ids=["abs", "relu", "norm", "maximum", "root of the square"],
)
def test_at_a_kink_torch_returns_a_convention(f, at, slope):
    np.testing.assert_array_equal(derivative(f, at), slope)


class TestTensors:
    """Section 17."""

    def test_the_product_of_listing_2_is_32_in_two_types(self):
        a, b = [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]
        by_numpy, by_torch = np.array(a) @ np.array(b), torch.tensor(a) @ torch.tensor(b)
        assert (by_numpy, by_numpy.dtype) == (32.0, np.float64)
        assert (by_torch.item(), by_torch.dtype, by_torch.shape) == (32.0, torch.float32, ())

    def test_converting_keeps_the_type_and_shares_the_memory(self):
        array = np.array([1.0, 2.0, 3.0])
        tensor = torch.from_numpy(array)
        assert tensor.dtype == torch.float64
        array[0] = 99
        tensor.numpy()[1] = -1
        assert tensor.tolist() == [99, -1, 3]
        with pytest.raises(RuntimeError, match="same dtype"):
            tensor @ torch.ones(3)

    def test_a_tracked_tensor_cannot_become_an_array(self):
        with pytest.raises(RuntimeError, match=r"requires grad.*detach"):
            torch.ones(3, requires_grad=True).numpy()

    def test_namesakes_that_do_something_else(self):
        row = torch.tensor([1.0, 2.0, 3.0, 4.0])
        assert row.numpy().std() == pytest.approx(math.sqrt(5 / 4))
        assert row.std().item() == pytest.approx(math.sqrt(5 / 3))
        assert np.array([1, 2]).repeat(2).tolist() == [1, 1, 2, 2]
        assert torch.tensor([1, 2]).repeat(2).tolist() == [1, 2, 1, 2]
        assert row.max(dim=0).indices.item() == 3
        with pytest.raises(ValueError, match="step must be greater than zero"):
            row[::-1]
        with pytest.raises(RuntimeError, match="floating point"):
            torch.tensor([1, 2]).mean()
        assert not hasattr(row, "astype")
        assert not hasattr(row, "copy")


class TestRequiresGrad:
    """Section 18 and figure 3.18."""

    def test_listing_3_gives_13_and_the_gradient_4_6(self):
        x = torch.tensor([2.0, 3.0], requires_grad=True)
        y = x[0] ** 2 + x[1] ** 2
        y.backward()
        assert str(y) == "tensor(13., grad_fn=<AddBackward0>)"
        assert str(x.grad) == "tensor([4., 6.])"

    def test_figure_3_18_is_the_record_of_listing_3(self):
        script = computed("plot_3_18_forward_and_backward")
        assert script["value"] == 13
        assert script["gradient"] == (4.0, 6.0)
        assert script["graph"].names == (
            "AddBackward0",
            *["PowBackward0"] * 2,
            *["SelectBackward0"] * 2,
            "AccumulateGrad",
        )
        # the figure writes the square of x_0 above x_0, so each square must have the entry below it
        assert [operation.inputs for operation in script["graph"].operations[1:3]] == [(3,), (4,)]
        assert [operation.derivative for operation in script["graph"].operations[3:5]] == [4, 6]

    def test_integers_and_vectors_have_no_gradient(self):
        with pytest.raises(RuntimeError, match="floating point"):
            torch.tensor([2, 3], requires_grad=True)
        with pytest.raises(RuntimeError, match="scalar outputs"):
            (torch.ones(2, requires_grad=True) ** 2).backward()

    def test_autograd_agrees_with_sympy_on_100_formulas(self):
        verdict = tried(DERIVATIVE, draws=100, rng=rng(18))
        assert verdict
        assert verdict.tried == 100
        assert verdict.closest < 1e-14

    def test_autograd_agrees_with_central_differences_on_100_formulas(self):
        verdict = tried(DERIVATIVE, half_width=1e-5, draws=100, rng=rng(18))
        assert verdict
        assert verdict.tried == 100
        assert 1e-11 < verdict.closest < 1e-8


class TestRidgeRegression:
    """Section 19."""

    @staticmethod
    def listing_4(updates, dtype=torch.float32):
        A, b = (tensor.to(dtype) for tensor in data())  # noqa: N806
        x = torch.zeros(50, dtype=dtype, requires_grad=True)
        for _ in range(updates):
            residual = A @ x - b
            loss = residual @ residual + 1.0 * (x @ x)
            loss.backward()
            with torch.no_grad():
                x -= 1e-3 * x.grad
            x.grad.zero_()
        return loss.item(), x.detach().double().numpy()

    def test_listing_4_prints_its_final_loss(self):
        printed, x = self.listing_4(100)
        assert f"Final loss: {printed:.4f}" == "Final loss: 123.6716"
        assert ridge()(x) == pytest.approx(123.67164, abs=1e-5)

    def test_the_data_are_the_curriculums(self):
        A, b = data()  # noqa: N806
        assert A[0, :3].tolist() == pytest.approx([-1.1258, -1.1524, -0.2506], abs=5e-5)
        assert b[:3].tolist() == pytest.approx([-1.9877, 0.6613, -0.2379], abs=5e-5)

    def test_the_closed_form_and_its_constants(self):
        assert ridge().optimal_value == pytest.approx(123.67164089015243, abs=1e-5)
        assert np.linalg.norm(ridge().minimizers[0]) == pytest.approx(0.4601391669826591, rel=1e-6)
        assert ridge().smoothness == pytest.approx(843.42955, rel=1e-6)
        assert ridge().strong_convexity == pytest.approx(109.53003, rel=1e-6)

    def test_the_result_is_the_closed_form_to_the_precision_of_the_type(self):
        run = minimize(
            ridge(), np.zeros(50), gradient_descent(1e-3), max_updates=300, eps_grad=None
        )
        apart = np.linalg.norm(run.iterates - ridge().minimizers[0], axis=1)
        assert apart[100] == pytest.approx(1.7846e-7, rel=1e-3)
        assert apart[200] < 1e-11
        assert apart[300] < 1e-14
        expected = [158.3047, 136.6132, 130.1640, 127.3537, 125.8954, 125.0665]
        assert run.values[:6] == pytest.approx(expected, abs=1e-4)
        for updates in (100, 500):
            in_float32 = self.listing_4(updates)[1]
            assert 1e-8 < np.linalg.norm(in_float32 - ridge().minimizers[0]) < 1e-6

    def test_the_printed_loss_belongs_to_the_point_before(self):
        printed, x = self.listing_4(10, torch.float64)
        assert printed == pytest.approx(123.9350, abs=5e-5)
        assert ridge()(x) == pytest.approx(123.8506, abs=5e-5)

    def test_the_gradient_by_hand_and_torchs_own_optimizer_agree(self):
        A, b = (tensor.double() for tensor in data())  # noqa: N806

        def loss(x):
            residual = A @ x - b
            return residual @ residual + x @ x

        at = rng().standard_normal(50)
        assert derivative(loss, at) == pytest.approx(ridge().slope(at), abs=1e-11)
        x = torch.zeros(50, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([x], lr=1e-3)
        for _ in range(100):
            optimizer.zero_grad()
            loss(x).backward()
            optimizer.step()
        assert x.detach().numpy() == pytest.approx(self.listing_4(100, torch.float64)[1], abs=1e-12)

    def test_without_clearing_the_loss_swings_for_ever(self):
        x, total, losses, apart = np.zeros(50), np.zeros(50), [], []
        for _ in range(1000):
            losses.append(ridge()(x))
            apart.append(np.linalg.norm(x - ridge().minimizers[0]))
            total = total + ridge().slope(x)
            x = x - 1e-3 * total
        known = {2: 129.77, 4: 146.68, 9: 140.57, 99: 144.05, 999: 143.85}
        for k, loss in known.items():
            assert losses[k] == pytest.approx(loss, abs=0.02)
        assert np.argmin(losses) == 2
        assert (min(losses[10:]), max(losses[10:])) == pytest.approx((134.9, 151.3), abs=0.05)
        assert np.mean(losses[10:]) == pytest.approx(143.1, abs=0.05)
        assert (min(apart[10:]), max(apart[10:])) == pytest.approx((0.26, 0.41), abs=0.005)


def test_figure_3_19_shows_a_swing_that_neither_grows_nor_decays():
    script = computed("plot_3_19_uncleared_gradients")
    uncleared, cleared = script["swings"][False], script["swings"][True]
    assert uncleared[:8] == pytest.approx(
        [2, 1.6, 0.88, -0.016, -0.9088, -1.61984, -2.006912, -1.9926016]
    )
    assert script["period"] == pytest.approx(13.93, abs=5e-3)
    assert max(abs(uncleared[40:])) == pytest.approx(2.05196, rel=0.01)
    assert abs(cleared[-1]) < 1e-5
    assert script["losses"][False].argmin() == 2
    assert script["losses"][True][-1] < script["losses"][False].min()


def frictionless(step_size, updates):
    """The largest point of a run on the square of x that never clears its gradients."""
    x = largest = 2.0
    total = 0.0
    for _ in range(updates):
        total += 2 * x
        x -= step_size * total
        largest = max(largest, abs(x))
    return largest


def test_the_swing_is_bounded_exactly_up_to_a_product_of_four():
    amplitude = math.sqrt((2**2 + 1.6**2 - 2 * 2 * 1.6 * 0.9) / (1 - 0.9**2))
    assert amplitude == pytest.approx(2.05196, abs=5e-6)
    assert frictionless(0.1, 400) == pytest.approx(2.05192, abs=5e-6)
    assert frictionless(1.9, 300) == pytest.approx(8.94, abs=5e-3)
    assert frictionless(2.1, 300) == pytest.approx(3.5e58, rel=0.02)


class TestAccumulation:
    """Section 20, first half."""

    def test_listings_5_and_6_print_4_and_8(self):
        x = torch.tensor(2.0, requires_grad=True)
        printed = []
        for _ in range(2):
            (x**2).backward()
            printed.append(str(x.grad))
        assert printed == ["tensor(4.)", "tensor(8.)"]

    def test_the_second_backward_doubles_on_random_losses_unless_cleared(self):
        assert tried(ACCUMULATION, draws=100, rng=rng())
        assert tried(ACCUMULATION, cleared=True, draws=100, rng=rng()).violations == 100

    def test_zeroing_reaches_a_second_name_and_needs_a_gradient(self):
        x = torch.tensor(2.0, requires_grad=True)
        with pytest.raises(AttributeError, match="zero_"):
            x.grad.zero_()
        square = x**2
        square.backward()
        kept = x.grad
        x.grad.zero_()
        assert kept.item() == 0
        with pytest.raises(RuntimeError, match="second time"):
            square.backward()


class TestRecordedUpdates:
    """Section 20, second half, and figure 3.20."""

    def test_the_gradient_is_right_and_goes_to_the_old_leaf(self):
        x = old = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
        (x**2).backward()
        x = x - 0.1 * x.grad
        assert (x.is_leaf, x.requires_grad) == (False, True)
        (x**2).backward()
        with pytest.warns(UserWarning, match="not a leaf"):
            assert x.grad is None
        assert old.grad.item() == pytest.approx(4 + 2 * x.item())
        assert old.grad.item() == pytest.approx(7.2)

    def test_figure_3_20_has_the_same_numbers(self):
        script = computed("plot_3_20_where_the_gradient_goes")
        assert script["correct"].names == ("PowBackward0", "AccumulateGrad")
        assert script["tracked"].names == ("PowBackward0", "SubBackward0", "AccumulateGrad")
        assert script["correct"].derivative == pytest.approx(3.2)
        assert script["new_gradient"] == pytest.approx(3.2)
        assert script["kept"] == pytest.approx(7.2)

    @pytest.mark.parametrize("updates", [0, 1, 10, 100])
    def test_the_record_grows_by_one_operation_an_update_and_the_values_stay_right(self, updates):
        def loss(x):
            for _ in range(updates):
                x = x - 0.1 * derivative(torch.square, x)
            return x**2

        graph = recorded_graph(loss, 2.0)
        assert len(graph.operations) == updates + 2
        assert graph.derivative == pytest.approx(2 * 2 * 0.8**updates)

    def test_only_create_graph_differentiates_through_the_update(self):
        x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad(x**2, x, create_graph=True)
        ((x - 0.1 * slope) ** 2).backward()
        assert x.grad.item() == pytest.approx(3.2 * 0.8)

    def test_a_refused_update_changes_nothing(self):
        x = torch.tensor(2.0, requires_grad=True)
        (x**2).backward()
        with pytest.raises(RuntimeError, match=r"leaf.*in-place"):
            x -= 0.1 * x.grad
        assert (x.item(), x.grad.item()) == (2.0, 4.0)

    def test_an_untracked_new_tensor_has_no_way_back(self):
        x = torch.tensor(2.0, requires_grad=True)
        (x**2).backward()
        with torch.no_grad():
            x = x - 0.1 * x.grad
        assert (x.is_leaf, x.requires_grad) == (True, False)
        with pytest.raises(RuntimeError, match="does not require grad"):
            (x**2).backward()

    @pytest.mark.parametrize(
        ("in_place", "tracked", "clear", "outcome"),
        [
            (True, False, "before", [1.6, 1.28, 1.024, 0.8192, 0.65536]),
            (True, False, "after", [1.6, 1.28, 1.024, 0.8192, 0.65536]),
            (True, False, "never", [1.6, 0.88, -0.016, -0.9088, -1.61984]),
            (True, True, "before", "RuntimeError in pass 1"),
            (True, True, "after", "RuntimeError in pass 1"),
            (False, True, "before", "TypeError in pass 2"),
            (False, True, "after", "AttributeError in pass 1"),
            (False, False, "before", "RuntimeError in pass 2"),
            (False, False, "after", "AttributeError in pass 1"),
        ],
    )
    def test_each_way_to_write_the_update_ends_as_the_table_says(
        self, in_place, tracked, clear, outcome
    ):
        ending, points = None, [2.0]
        x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
        while ending is None and len(points) < 6:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    if clear == "before":
                        x.grad = None
                    (x * x).backward()
                    with torch.set_grad_enabled(tracked):
                        if in_place:
                            x -= 0.1 * x.grad
                        else:
                            x = x - 0.1 * x.grad
                    if clear == "after":
                        x.grad.zero_()
                points.append(x.item())
            except (RuntimeError, TypeError, AttributeError) as error:
                ending = f"{type(error).__name__} in pass {len(points)}"
        expected = outcome if isinstance(outcome, str) else pytest.approx(outcome)
        assert (ending or points[1:]) == expected
