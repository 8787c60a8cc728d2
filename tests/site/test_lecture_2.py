"""Lecture 2 and its exercises: what was accepted as output is what a second computation says.

The build compares each output with the ledger. These tests compare the ledger with numbers that did not
come from the pages, so a wrong number cannot be accepted by mistake.
"""

import json
import re

import pytest

from tests.small import REPOSITORY

LEDGER = json.loads((REPOSITORY / "docs/ledger.json").read_text(encoding="utf-8"))
LECTURE = "lectures/02-first-training-loop"


def printed(page, cell):
    return "\n".join(LEDGER[page]["outputs"][cell])


def quoted(name):
    return LEDGER[LECTURE]["values"][name]


def test_the_output_of_the_script_is_the_true_one():
    assert printed(LECTURE, "typical-output") == (
        "η=0.01  →  final x=-1.2275, f=-0.249956\n"
        "η= 0.1  →  final x=-1.2247, f=-0.250000\n"
        "η= 0.5  →  final x= nan, f= nan"
    )


def test_the_errata_show_the_source_s_lines_beside_ours():
    shown = printed("about/errata-2", "e1-to-e3").splitlines()
    assert shown[:6] == [
        "shown:    η=0.01  →  final x= 1.1004, f=0.802419",
        "computed: η=0.01  →  final x=-1.2275, f=-0.249956",
        "shown:    η=0.1   →  final x= 1.2237, f=0.802341   (near optimum)",
        "computed: η= 0.1  →  final x=-1.2247, f=-0.250000",
        "shown:    η=0.5   →  final x=-2.0363, f=6.549040   (diverged/oscillated)",
        "computed: η= 0.5  →  final x= nan, f= nan",
    ]


def test_every_erratum_has_its_entry():
    text = (REPOSITORY / "docs/about/errata-2.md").read_text(encoding="utf-8")
    assert set(map(int, re.findall(r"^\(e2-(\d+)\)=$", text, re.MULTILINE))) == set(range(1, 24))


@pytest.mark.parametrize(
    ("cell", "rows"),
    [
        ("log-small", ["1  -2.025000000000     +6.513250390625", "39  -1.227462847110"]),
        ("log-small", ["5     11     19     36     54     72"]),
        (
            "log-medium",
            ["1  +2.250000000000     +12.441406250000", "3      4      5      6      8"],
        ),
        ("log-medium", ["8  -1.224754861258     -0.249999999401"]),
        ("log-large", ["+2.025560e+05", "+1.394977e+13", "-5.429140e+39  +8.688087e+158"]),
        ("log-large", ["-inf            +nan            +nan        +nan"]),
        ("python-floats-stop", ["OverflowError: (34, 'Numerical result out of range')"]),
        ("with-a-finite-check", ["stopped at k = 5: a value is not finite"]),
        ("counts-of-updates", ["  150    72    33    21    19    21    27    13"]),
        ("one-step-landings", ["0.026847476391756", "0.078415681502981"]),
        ("cycles", ["0.207: 4 points", "0.214: 4 points", "0.215: 8 points", "no visible period"]),
        ("row-2", ["'lr': 0.001", "from k = 3866", "from k = 6532"]),
        ("row-3", ["-1.0000 -1.5000", "+0.0000 +0.0000", "+2.5000 -2.5000", "-0.895644 -1.395644"]),
        ("bitwise-equal", ["points: 0.0", "240 of 240"]),
        ("needs-a-tensor", ["AttributeError: 'float' object has no attribute 'clone'"]),
    ],
)
def test_the_lecture_prints_what_was_measured_elsewhere(cell, rows):
    text = printed(LECTURE, cell)
    assert [row for row in rows if row not in text] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("discarded:.10f", -1.2271356035003107),
        ("frozen_from", 25),
        ("single_frozen_from", 12),
        ("single_frozen_x:.10f", -1.2247449159622192),
        ("single_frozen_slope:.2e", -4.77e-7),
        ("finite_losses", 5),
        ("finite_losses_single", 3),
        ("first_infinite_x", 6),
        ("first_nan", 7),
        ("sign_change:.3f", 5.148),
        ("two_cycle_ends:.7f", 0.2060113),
        ("both_wells_from:.7f", 0.2663460),
        ("limit_error_1e6:.2e", 3.06e-4),
        ("leaving['0.35']", 7),
        ("leaving['0.5']", 6),
    ],
)
def test_the_lecture_quotes_what_was_measured_elsewhere(name, value):
    assert quoted(name) == pytest.approx(value, rel=2e-3 if "e" in name.split(":")[-1] else 1e-4)


def test_the_ways_to_the_cliff_shrink_by_the_slope_of_the_map_there():
    assert quoted("ratio_list") == "6.23, 6.27, 6.27, 6.26"
    assert quoted("pile_ratio:.3f") == pytest.approx(119 / 19)


EXERCISES = {
    "exercises/02-1-momentum": {
        "first-points": ["-0.7890288 -0.2786832 0.1647727"],
        "lottery": ["3 x L, 21 x R, 27 x L, 18 x R, 7 x L, 6 x R, 3 x L, 3 x R", "0.0445"],
    },
    "exercises/02-2-adaptive-steps": {
        "against-torch": ["adagrad  0.5: within 1e-12 of torch, True", "rmsprop  0.1"],
        "best-and-robust": ["best 3 at 0.079, none above 0.105", "best 11 at 1.28; 293 of 299"],
        "adam-leaves": ["within 1e-8 from k = 400 to 2000: True", "more than 0.04: True"],
    },
    "exercises/02-3-many-starts": {
        "starting-point": ["[ 0.82177  -1.38128  -2.754159 -2.900834  1.879621]"],
        "other-seeds": [
            "seed 1: (22, 28, 0, 0) (16, 26, 0, 8) (0, 0, 0, 50)",
            "seed 2025: (25, 25, 0, 0) (25, 17, 0, 8) (0, 0, 0, 50)",
        ],
        "shares": ["42.49% left, 42.49% right, 15.02% diverged"],
        "basin-edges": [
            "2.456678 | 2.534425 | 2.547074 | 2.549117",
            "η = 0.05: right up to 2.549510",
        ],
    },
    "exercises/02-4-line-search": {
        "solution": ["η = 204123.97"],
        "comparison": [
            "Newton                                        6",
            "0.01                  8",
        ],
        "rounding-floor": ["reached False"],
        "newton-climbs": ["Newton from  0.3: ends at 0", "Newton from -0.5: ends at 0"],
    },
}


@pytest.mark.parametrize("page", EXERCISES)
def test_the_solutions_print_what_was_measured_elsewhere(page):
    absent = [
        (cell, row)
        for cell, rows in EXERCISES[page].items()
        for row in rows
        if row not in printed(page, cell)
    ]
    assert absent == []


@pytest.mark.parametrize("page", EXERCISES)
def test_the_starting_point_runs_and_is_not_yet_right(page):
    start, solution = printed(page, "starting-point"), printed(page, "solution")
    assert "not yet: " in start
    assert "look at: " in start
    assert "passed: " not in start
    assert "passed: " in solution
    assert "not yet" not in solution


def test_the_exercise_quotes_its_facts():
    values = LEDGER["exercises/02-3-many-starts"]["values"]
    assert values["trapped_at_zero"] == 0
    assert values["changed_side"] == 6
    assert values["escapes"] == "21 after 3, 15 after 4, 8 after 5, 4 after 6, 2 after 7"
    assert values["looks_trapped:.2%"] == pytest.approx(0.0187, abs=5e-5)
    assert values["flat_test:.2e"] == pytest.approx(1.67e-9, rel=2e-3)
