"""Each figure's script runs by itself and computes the curriculum's numbers."""

import os
import runpy
from functools import cache
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

mpl.use("agg")

REPOSITORY = Path(__file__).parents[2]
SCRIPTS = sorted((REPOSITORY / "gallery").glob("*/plot_*.py"))
os.environ.setdefault("RAVINE_BENCHMARKS", str(REPOSITORY / "benchmarks" / "results.json"))


@cache
def computed(name: str) -> dict[str, object]:
    """The variables of a script, and under "figures" how many figures it drew."""
    (path,) = (script for script in SCRIPTS if script.stem == name)
    plt.close("all")
    variables = runpy.run_path(str(path))
    variables["figures"] = len(plt.get_fignums())
    plt.close("all")
    return variables


@pytest.mark.parametrize("name", [script.stem for script in SCRIPTS])
def test_a_script_draws_one_figure_and_says_in_a_sentence_what_is_seen(name):
    script = computed(name)
    assert script["figures"] == 1
    assert 40 <= len(script["alt"]) <= 300
    assert script["alt"].endswith(".")


def test_figure_1_2_the_geometric_error_is_the_smaller_one_from_34_on():
    script = computed("plot_1_2_convergence_rates")
    assert script["crossing"] == 34
    assert script["geometric_at_crossing"] == pytest.approx(0.02781, abs=5e-6)
    assert script["sublinear_at_crossing"] == pytest.approx(0.02857, abs=5e-6)
    assert script["geometric_at_end"] == pytest.approx(7.055e-10, rel=1e-4)
    assert script["sublinear_at_end"] == pytest.approx(4.975e-3, rel=1e-4)


def test_figure_1_3_halves_the_derivative_and_quarters_the_objective():
    script = computed("plot_1_3_diagnostics_python")
    assert (script["gradient_factor"], script["objective_factor"]) == (0.5, 0.25)
    assert (script["points_logged"], script["updates"]) == (37, 36)
    assert script["run"].gradient_norm == 5 / 2**36
    assert script["run"].value == 12.5 / 4**36
    assert script["lines_cross"] == pytest.approx(1.32, abs=5e-3)


def test_figure_1_4_holds_the_data_of_figure_1_3_bit_for_bit():
    by_hand = computed("plot_1_3_diagnostics_python")["run"]
    by_torch = computed("plot_1_4_diagnostics_torch")["by_torch"]
    assert np.array_equal(by_hand.values, by_torch.values)
    assert np.array_equal(by_hand.gradient_norms, by_torch.gradient_norms)


def test_figure_1_5_ends_where_theory_says():
    script = computed("plot_1_5_three_step_sizes")
    assert script["slow"] == pytest.approx(12.5 * 0.999**60)
    assert script["fast"] == 12.5 / 4**30
    assert script["divergent"] == 12.5 * 4.0**30
    assert (script["slow_updates"], script["fast_updates"]) == (7016, 11)
    assert script["first_divergent_points"] == [5, -10, 20, -40, 80, -160]


def test_figure_1_6_has_193_arrivals_of_220_and_the_winner_1():
    script = computed("plot_1_6_sweep_quadratic")
    assert (script["tried"], script["reached"]) == (220, 193)
    assert (script["winner"], script["winner_updates"]) == (1.0, 1)
    assert (script["at_cap"], script["escaped"]) == (13, 14)
    assert (script["smallest"], script["largest"]) == (0.04, 1.96)
    assert (script["formula_agrees"], script["symmetric"]) == (193, 193)
    assert script["runners_up"] == [0.98, 0.99, 1.01, 1.02]
    assert script["too_slow"] == [0.01, 0.02, 0.03, 1.97, 1.98, 1.99]
    assert script["not_contracting"] == [2.0, 2.01, 2.02, 2.03, 2.04, 2.05, 2.06]
    assert script["first_divergent"] == 2.07
    table = {"0.05": 137, "0.1": 67, "0.25": 25, "0.5": 11, "0.75": 6, "0.9": 4, "1": 1, "1.5": 11}
    assert {eta: script["counts"][eta] for eta in table} == table
    assert script["counts"]["1.9"] == 67


def test_figure_1_7_has_198_arrivals_two_winners_and_two_that_never_arrive():
    script = computed("plot_1_7_sweep_double_well")
    assert (script["reached"], script["escaped"], script["at_cap"]) == (198, 40, 2)
    assert list(script["winners"]) == [1 / 12, 1 / 4]
    assert script["winner_updates"] == 1
    assert list(script["stuck"]) == [1 / 6, 1 / 3]
    assert (script["ends_right"], script["ends_left"]) == (115, 83)
    assert (script["slowest_updates"], script["slowest_escape"]) == (766, 6)
    assert script["first_divergent"] == 0.335
    assert script["needle_neighbours"] == [7, 7]
    assert script["slowest_in_valley"] == 5
    table = {"0.01": 125, "0.02": 61, "0.05": 22, "0.1": 11, "0.15": 14, "0.165": 21, "0.2": 8}
    table |= {"0.24": 3, "0.25": 1, "0.3": 10, "0.33": 8}
    assert {eta: script["counts"][eta] for eta in table} == table


def test_figure_1_a_holds_the_model_and_the_truth_of_five_step_sizes():
    script = computed("plot_1_a_model_vs_truth")
    assert script["model_tried"].tolist() == pytest.approx([12.25, 10.0, 0.0, -12.5, -37.5])
    assert script["true_tried"].tolist() == pytest.approx([12.25125, 10.125, 3.125, 0.0, 12.5])


def test_figure_1_b_freezes_in_float32_and_arrives_in_float64():
    script = computed("plot_1_b_float32_vs_float64")
    assert script["frozen_from"] == 209
    assert script["frozen_w"] == pytest.approx(0.9999996424, abs=5e-11)
    assert script["frozen_gradient"] == pytest.approx(1.43e-6, rel=1e-3)
    assert script["double_updates"] == 327
    assert script["double_value"] == pytest.approx(1.063967e-21, rel=1e-6)
    assert script["step_size"] * script["frozen_gradient"] < script["half_spacing"]
    assert script["half_spacing"] == pytest.approx(2.98e-8, rel=1e-3)
    assert script["single_w_at_200"] == pytest.approx(0.9999991059, abs=5e-11)
    assert script["double_w_at_200"] == pytest.approx(0.9999990840, abs=5e-11)
    assert script["single_loss_at_199"] == pytest.approx(1.818989e-12, rel=1e-6)
    assert script["double_loss_at_199"] == pytest.approx(1.982635e-12, rel=1e-6)


def test_figure_1_c_never_decays():
    script = computed("plot_1_c_never_clearing")
    assert script["uncleared"][:6] == [5.0, 2.5, -1.25, -4.375, -5.3125, -3.59375]
    assert script["late_size"] == pytest.approx(5.345, abs=5e-4)
    assert script["period"] == pytest.approx(8.69, abs=5e-3)


def test_figure_1_d_lands_exactly_on_the_maximum_and_counts_as_converged():
    script = computed("plot_1_d_sixth_trap")
    assert script["step_size"] == 1 / 6
    assert (script["run"].x, script["run"].value, script["points_logged"]) == (0.0, 0.5, 2)
    assert (script["landing"], script["loss"], script["slope_there"]) == (0.0, 0.5, 0.0)
    assert script["converged"]
    assert script["stopped_by"] == "GRADIENT"


def test_figure_1_e_diverges_beyond_the_exact_curve_and_nowhere_else():
    script = computed("plot_1_e_basin_map")
    assert (script["misjudged"], script["tried"]) == (0, 210_000)
    assert script["reached_below_half"] == 1
    assert script["reached_above_half"] == 0
    assert script["share_right"] == script["share_left"]


def test_figure_1_f_has_the_two_point_cycle_and_stays_bounded_up_to_1():
    script = computed("plot_1_f_bounded_not_converging")
    assert script["cycle_low"] == pytest.approx(0.9226, abs=5e-5)
    assert script["cycle_high"] == pytest.approx(1.0626, abs=5e-5)
    assert len(script["four_cycle"]) == 4
    assert script["points_at_07"] == script["keep"]
    assert (script["last_bounded"], script["first_escape"]) == (1.0, 1.001)


def test_figure_1_g_ends_in_a_cycle_of_two_points():
    script = computed("plot_1_g_cobweb")
    assert script["slope_at_1"] == pytest.approx(1 - 4 * 0.6)
    low, high = script["low"], script["high"]
    assert low - 0.6 * 2 * low * (low**2 - 1) == pytest.approx(high, abs=1e-6)
    assert high - 0.6 * 2 * high * (high**2 - 1) == pytest.approx(low, abs=1e-6)
    assert high - low > 0.1


def test_figure_1_h_is_the_same_in_pieces_and_symmetric():
    script = computed("plot_1_h_map_by_executor")
    assert (script["same"], script["in_pieces"]) == (True, 16)
    here = script["here"]
    # the double well is even, so each run from -w is that from w in a mirror
    assert (here.updates == here.updates[:, ::-1]).all()
    mirrored = np.abs(here.x + here.x[:, ::-1]) < 1e-9
    assert mirrored[here.reached].all()
