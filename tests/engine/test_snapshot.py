"""Variables become plain data, are found by path and written for a sentence."""

import json
import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recomputed.run.snapshot import look_up, plain, show, snapshot


class Kind(Enum):
    GOOD = "good"


@dataclass(frozen=True)
class Run:
    kind: Kind
    values: tuple[float, ...]

    @property
    def updates(self) -> int:
        return len(self.values) - 1


def test_data_classes_give_their_fields_and_properties():
    assert plain(Run(Kind.GOOD, (1.0, 0.5))) == {"kind": "GOOD", "values": [1.0, 0.5], "updates": 1}


def test_arrays_and_scalars_of_numpy_and_torch_become_numbers():
    import torch

    assert plain(np.float32(0.5)) == 0.5
    assert plain(np.arange(4).reshape(2, 2)) == [[0, 1], [2, 3]]
    assert plain(torch.tensor(2.0, requires_grad=True)) == 2.0


def test_what_has_no_plain_form_is_left_out_and_so_are_private_names():
    assert snapshot({"math": math, "_w": 1, "w": 2, "f": len, "big": np.zeros(10_001)}) == {"w": 2}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_plain_data_survives_json(value):
    try:
        data = plain(value)
    except TypeError:
        return  # nested too deeply, which is said
    assert json.loads(json.dumps(data)) == data


@pytest.mark.parametrize(
    ("path", "value"),
    [("run.updates", 36), ("counts[1]", 20), ("counts[-1]", 20), ("table['1e-4'][0]", 9999)],
)
def test_paths_lead_into_results(path, value):
    data = {"run": {"updates": 36}, "counts": [10, 20], "table": {"1e-4": [9999, 88]}}
    assert look_up(data, path) == value


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("winer", "did you mean 'winner'"),
        ("winner.updates", "'winner' is float 1.0"),
        ("counts[9]", "'counts' is a list of 2"),
        ("__import__('os')", "is not a variable"),
        ("winner + 1", "is not a variable"),
    ],
)
def test_a_path_that_leads_nowhere_says_where_it_ends(path, message):
    with pytest.raises(LookupError, match=message.replace("[", r"\[").replace("(", r"\(")):
        look_up({"winner": 1.0, "counts": [10, 20]}, path)


@pytest.mark.parametrize(
    ("value", "spec", "written"),
    [
        (1.0, ".2f", "1.00"),
        (-0.25, "", "−0.25"),
        (2.646978e-21, ".3e", "2.647×10⁻²¹"),
        (1e-5, ".0e", "10⁻⁵"),
        (99999, ",", "99,999"),
        (math.inf, ".2f", "∞"),
        (math.nan, ".2f", "nan"),
        ("GRADIENT", "", "GRADIENT"),
        (True, "", "True"),
    ],
)
def test_values_are_written_as_a_sentence_needs_them(value, spec, written):
    assert show(value, spec) == written


def test_a_list_or_a_wrong_format_is_refused():
    with pytest.raises(ValueError, match="quote one element"):
        show([1, 2], "")
    with pytest.raises(ValueError, match="Unknown format code"):
        show("text", ".2f")
