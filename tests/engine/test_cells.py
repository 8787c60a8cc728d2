"""What a cell shows, in which order, and what is refused with its place."""

import pytest
from recomputed.run.cells import Cell, CellError, Setting

from tests.small import execute, forks


def run(*sources, **more):
    return execute([Cell(s, n, f"cell {n}", **more) for n, s in enumerate(sources, start=1)])


def told(outputs):
    """Name each output of a cell in a word or two."""
    return [
        o.text if o.output_type == "stream" else o.metadata.get("drawing", o.get("data"))
        for o in outputs
    ]


PLOT = "import matplotlib.pyplot as plt\n"


def test_a_figure_stands_where_it_is_shown():
    (outputs,) = run(
        PLOT + "print('one')\nplt.plot([1, 2])\nplt.show()\nprint('two')\nplt.plot([2, 1]);"
    ).outputs
    assert told(outputs) == ["one\n", 0, "two\n", 1]


def test_what_a_child_has_written_stands_before_what_is_printed_after_it():
    (outputs,) = run(
        "import subprocess\n"
        "print('one')\n"
        "subprocess.run(['echo', 'two'])\n"
        "print('three')\n"
        "subprocess.run(['echo', 'four']);"
    ).outputs
    assert told(outputs) == ["one\ntwo\nthree\nfour\n"]


def test_a_figure_that_is_displayed_is_a_picture():
    (outputs,) = run(
        PLOT + "fig, ax = plt.subplots()\ndisplay(fig)\nplt.close()\nprint('after')"
    ).outputs
    assert "<svg" in outputs[0].data["image/svg+xml"]
    assert outputs[1].text == "after\n"


@pytest.mark.parametrize(
    "values", ["['sgd', 'adam']", "[datetime.date(2026, 1, 1), datetime.date(2026, 1, 2)]"]
)
def test_names_and_dates_on_an_axis_are_drawn_and_held(values):
    (drawing,) = run(f"{PLOT}import datetime\nplt.plot({values}, [1, 2], 'o');").drawings[0]
    assert any("line" in line and "y 2 from 1 to 2" in line for line in drawing.data)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (PLOT + "plt.plot([1, 2], label='loss')\nplt.legend()", r"shows <matplotlib\S+ at 0x"),
        ("print(object())", r"shows <object object at 0x\w+>, an address"),
        ("(i for i in range(3))", "end the cell with a semicolon"),
        (PLOT + "plt.plot([1, 2])\nplt.title('損失');", r"while its figure was drawn: Glyph \d+"),
    ],
)
def test_what_differs_from_run_to_run_or_draws_badly_is_refused_by_its_cell(source, said):
    with pytest.raises(CellError, match=said) as caught:
        run("1", source)
    assert caught.value.line == 2


def test_an_address_that_no_reader_sees_is_none_of_their_business():
    assert run("object()", shown=False).outputs


def test_a_variable_that_cannot_be_looked_at_is_left_out():
    names = run(
        "from dataclasses import dataclass\n"
        "@dataclass\n"
        "class Shy:\n"
        "    n: int = 3\n"
        "    @property\n"
        "    def bad(self):\n"
        "        raise RuntimeError('do not look')\n"
        "shy = Shy()"
    ).names
    assert names == {"shy": {"n": 3}}


def test_what_a_dying_process_said_last_is_told():
    with pytest.raises(CellError, match=r"exit code 3\):\nlast words"):
        run("import os, sys; os.write(2, b'last words'); os._exit(3)")


def test_processes_that_a_page_leaves_behind_end_with_it(tmp_path):
    note = tmp_path / "alive"
    source = (
        "import subprocess\n"
        f"p = subprocess.Popen(['sh', '-c', 'sleep 2; echo late > {note}'])\n"
        "print(p.poll())"
    )
    assert told(run(source).outputs[0]) == ["None\n"]
    execute([Cell("import time; time.sleep(3)", 1, "wait")])
    assert not note.exists()


def by_spawned_processes():
    """Run two pages as Windows and macOS do: each process is started anew."""
    from recomputed.run.execute import execute_all

    codes = {
        "page": [Cell("import numpy as np\nprint(np.arange(3))\n1 + 1", 1, "a")],
        "drawing": [Cell(PLOT + "plt.plot([1, 2]);", 1, "a")],
        "broken": [Cell("1 / 0", 7, "a")],
    }
    return {
        start: dict(execute_all(codes, Setting(start=start, imports=("sympy",))))
        for start in ("spawn", "fork")
    }


def test_processes_that_are_started_anew_give_the_same():
    found = forks().call(by_spawned_processes)
    for name in ("page", "drawing"):
        assert found["spawn"][name] == found["fork"][name]
    assert str(found["spawn"]["broken"]) == str(found["fork"]["broken"])
    assert found["spawn"]["broken"].line == 7
