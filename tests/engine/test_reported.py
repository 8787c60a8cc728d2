"""What authors have reported elsewhere, tried here. Each test names where; no text and no code is theirs."""

import re
import shutil

import pytest
from recomputed.run.cells import Cell, CellError

from tests.small import ACCEPT, build, change, execute


def outputs_of(*sources):
    cells = [Cell(source, n, f"cell {n}") for n, source in enumerate(sources, start=1)]
    return execute(cells).outputs


def text_of(outputs):
    return "".join(output.get("text", "") for output in outputs)


def test_magics_that_show_source_and_help_show_it():
    """jupyter-book 2101: nothing appears below ``%psource``."""
    _, source, asked = outputs_of(
        "def halve(w):\n    'Return half of it.'\n    return w / 2", "%psource halve", "halve?"
    )
    assert "return w / 2" in re.sub(r"\x1b\[[\d;]*m", "", text_of(source))
    assert "Return half of it." in text_of(asked)


def test_functions_of_a_page_can_be_sent_to_a_pool():
    """sphinx-gallery 602: functions that an example defines cannot be pickled."""
    (outputs,) = outputs_of(
        "from concurrent.futures import ProcessPoolExecutor\n"
        "def twice(n):\n    return 2 * n\n"
        "with ProcessPoolExecutor(2) as pool:\n    print(list(pool.map(twice, [1, 2])))"
    )
    assert text_of(outputs) == "[2, 4]\n"


def test_a_script_that_is_a_program_draws(accepted):
    """kymatio 478: a figure that is drawn below ``if __name__ == "__main__"`` is not shown."""
    script = accepted / "gallery/lecture_0/plot_0_1_line.py"
    change(script, "fig, ax = plt.subplots()\n", "")
    change(
        script,
        "ax.plot([0, 1], [0, slope])\n",
        "if __name__ == '__main__':\n    fig, ax = plt.subplots()\n    ax.plot([0, 1], [0, slope])\n",
    )
    done = build(accepted)
    assert done.passed, done.messages


def test_an_authors_own_settings_of_matplotlib_have_no_say(accepted):
    """sphinx-gallery 316: the first figure follows the author's matplotlibrc, the others do not."""
    settings = accepted / "matplotlibrc"
    settings.write_text("axes.titlesize: 40\nlines.linewidth: 9\n", encoding="utf-8")
    shutil.rmtree(accepted / "cache")
    image = accepted / "out/_images/sphx_glr_plot_0_1_line_001.svg"
    before = image.read_bytes()
    assert build(accepted, MATPLOTLIBRC=str(settings)).passed
    assert image.read_bytes() == before


def test_html_of_a_magic_stands_in_its_own_cell_and_the_page_goes_on():
    """nbviewer 993, spark-kernel 137: a page ends at ``%%html``, or the HTML is shown again below."""
    html, after = outputs_of("%%html\n<b>once</b>", "print('after')")
    assert [o.data["text/html"] for o in html] == ["<b>once</b>\n"]
    assert text_of(after) == "after\n"


def test_what_bash_prints_is_on_the_page():
    """hide_code 50: the output of ``%%bash`` is missing."""
    assert text_of(outputs_of("%%bash\necho test")[0]) == "test\n"


@pytest.mark.parametrize(
    "leaving", ["import sys; sys.exit(1)", "raise SystemExit", "raise KeyboardInterrupt"]
)
def test_code_that_wants_to_leave_is_an_error_of_its_cell(leaving):
    """mapa 15: ``exit()`` does not work in notebooks; elsewhere the page just ends early."""
    with pytest.raises(CellError, match=r"SystemExit|KeyboardInterrupt") as caught:
        outputs_of("w = 1", leaving, "print('never')")
    assert caught.value.line == 2


def test_a_long_progress_bar_is_one_line():
    """pyhf-tutorial 13: each state of a progress bar is kept, and breaks the page."""
    (outputs,) = outputs_of(
        "import sys\n"
        "for i in range(500):\n"
        "    sys.stderr.write(f'\\r{i / 5:.0f} %')\n"
        "sys.stderr.write('\\n');"
    )
    assert text_of(outputs) == "100 %\n"


def test_rich_output_wins_over_its_plain_text_also_beside_prints(accepted):
    """myst-theme 34: beside a print, the plain text of an HTML output is shown instead of it."""
    change(
        accepted / "docs/index.md",
        'print(f"total {total}")',
        "from IPython.display import HTML, display\n"
        "display(HTML('<div>a box</div>'))\n"
        'print(f"total {total}")',
    )
    done = build(accepted, *ACCEPT)
    assert done.passed, done.messages
    page = (accepted / "out/index.html").read_text("utf-8")
    assert "<div>a box</div>" in page
    assert "IPython.core.display.HTML" not in page
    assert "<div>a box</div>" in (accepted / "docs/ledger.json").read_text("utf-8")


def test_cells_of_comments_or_of_nothing_are_no_trouble(accepted):
    """lecture-python.myst 23: cells that look strange; among them are empty ones."""
    change(
        accepted / "docs/index.md",
        "Equation {eq}",
        "```{code-cell} python\n```\n\n```{code-cell} python\n# only a comment\n```\n\nEquation {eq}",
    )
    done = build(accepted, *ACCEPT)
    assert done.passed, done.messages
    assert re.search("only a comment", (accepted / "out/index.html").read_text("utf-8"))


def test_a_rich_result_that_changes_is_a_difference(accepted):
    """myst-theme 34, again: what only its rich form tells must not change unseen."""
    cell = 'print(f"total {total}")'
    change(
        accepted / "docs/index.md",
        cell,
        "from IPython.display import Markdown\nMarkdown(f'{total} %')",
    )
    assert build(accepted, *ACCEPT).passed
    change(accepted / "docs/index.md", "Markdown(f'{total} %')", "Markdown(f'{2 * total} %')")
    failed = build(accepted)
    assert not failed.passed
    assert "is   1.5 %" in failed.messages
