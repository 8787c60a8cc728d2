"""Lecture 1: the printed outputs are those of the source lecture, to the character."""

import pytest
from recomputed.quote.ledger import printed_lines
from recomputed.read.pages import code_cells, parse

from tests.small import REPOSITORY, execute

LECTURE = REPOSITORY / "docs/lectures/01-optimization-and-pytorch-in-1d.md"

PRINTED = {
    "listing-1": """\
k= 0  w=+5.000000  L(w)=1.250e+01  |L'(w)|=5.000e+00
k= 1  w=+2.500000  L(w)=3.125e+00  |L'(w)|=2.500e+00
k= 2  w=+1.250000  L(w)=7.812e-01  |L'(w)|=1.250e+00
k= 3  w=+0.625000  L(w)=1.953e-01  |L'(w)|=6.250e-01
k= 4  w=+0.312500  L(w)=4.883e-02  |L'(w)|=3.125e-01
k= 5  w=+0.156250  L(w)=1.221e-02  |L'(w)|=1.562e-01
k= 6  w=+0.078125  L(w)=3.052e-03  |L'(w)|=7.812e-02
k= 7  w=+0.039062  L(w)=7.629e-04  |L'(w)|=3.906e-02
k= 8  w=+0.019531  L(w)=1.907e-04  |L'(w)|=1.953e-02
k= 9  w=+0.009766  L(w)=4.768e-05  |L'(w)|=9.766e-03
final w=+0.004883  final L(w)=1.192e-05""",
    "listing-2": """\
Final w: 7.275958e-11
Final L(w): 2.646978e-21
Iterations: 37""",
    "listing-3": """\
w = 2.0
L = 2.0
dL/dw = 2.0""",
    "listing-4": """\
autograd: 12.0
analytic: 12.0""",
    "listing-5": """\
after first backward, w.grad = 2.0
after second backward, w.grad = 3.0
after clearing, w.grad = 1.0""",
    "listing-6": """\
step 1 grad: 2.0
step 2 grad: None""",
    "listing-7": """\
[quadratic]  final w=7.275958e-11, final L=2.646978e-21, iters=37
[shifted]    final w=1.000000e+00, final L=0.000000e+00, iters=27
[doublewell] final w=9.999991e-01, final L=1.818989e-12, iters=200""",
}


@pytest.fixture(scope="module")
def printed() -> dict[str, str]:
    """What each named cell of the lecture prints."""
    text = LECTURE.read_text(encoding="utf-8")
    cells = code_cells(parse(text, LECTURE), text)
    return {
        cell.name: "\n".join(map(str, printed_lines(outputs)))
        for cell, outputs in zip(cells, execute(cells).outputs, strict=True)
    }


@pytest.mark.parametrize("listing", PRINTED)
def test_a_listing_prints_what_the_source_lecture_prints(printed, listing):
    assert printed[listing] == PRINTED[listing]
