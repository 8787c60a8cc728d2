"""A cell does what it does in Jupyter: the same notebooks through a real kernel and through the engine.

Where the two differ on purpose, `as_compared` says in what and why; all else must be equal, output by output.
"""

import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import v4
from recomputed.run.cells import Cell
from recomputed.run.outputs import as_shown

from tests.small import execute

NOTEBOOKS = {
    "prints and results": ["print('one')\n2 + 2", "x = 3", "x;", "x\n_ + 1", "None", "'text'"],
    "displays between prints": [
        """
import sys
from IPython.display import HTML, Markdown, display
print("one")
display(Markdown("**two**"))
print("three", file=sys.stderr)
print("four")
display(HTML("<b>five</b>"), 6)
7
"""
    ],
    "what is displayed is changed later": [
        "from IPython.display import display\nhandle = display('first', display_id='it')\nprint('on')",
        "handle.update('second')\ndisplay('third', display_id='it')",
        "from IPython.display import update_display\nupdate_display('last', display_id='it')",
    ],
    "outputs are cleared": [
        "from IPython.display import clear_output\nfor i in range(3):\n    clear_output(wait=True)\n    print(i)",
        "print('gone')\nclear_output()\nprint('stays')",
        "print('stays, too')\nclear_output(wait=True)",
    ],
    "progress on one line": [
        "for i in range(4):\n    print(f'\\r{i} of 3', end='')\nprint()",
        "import sys\nfor i in range(3):\n    sys.stderr.write(f'{i}\\r')\nsys.stderr.write('done\\n');",
    ],
    "logging that an earlier cell has set up": [
        "import logging\nlogging.basicConfig(format='%(message)s')\nlogging.warning('first')",
        "logging.warning('second')",
    ],
    "child processes": [
        "import os, subprocess, sys\nsubprocess.run(['echo', 'from a child'])\nos.system('echo from a shell');",
        "!echo from the bang",
        "print('before', flush=True)\nsubprocess.run(['sh', '-c', 'echo on stderr >&2'])\nNone",
    ],
    "a module that a cell writes": [
        "%%writefile helper.py\ndef f():\n    return 3",
        "import helper\nhelper.f()",
    ],
    "magics": [
        "%matplotlib inline\n%config InlineBackend.figure_format = 'svg'",
        "%%capture kept\nprint('kept')",
        "kept.stdout",
        "%env RECOMPUTED_TEST=1\nimport os\nos.environ['RECOMPUTED_TEST']",
        "%%time\npass;",
        "%%bash\necho from bash",
    ],
    "rich results": [
        "class Rich:\n    def _repr_html_(self):\n        return '<i>rich</i>'\n    def __repr__(self):\n        return 'plain'\nRich()",
        "class Many:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n        return {'text/plain': 'p', 'text/markdown': '*m*', 'application/json': {'a': 1}}\nMany()",
        "class Picture:\n    def _repr_png_(self):\n        return b'\\x89PNG not really'\n    def __repr__(self):\n        return 'picture'\nPicture()",
        "from IPython.display import Latex, SVG\nLatex('$x^2$')",
    ],
    "formulas of SymPy": [
        "import sympy as sp\nx = sp.symbols('x')\nsp.diff(x**3, x)",
        "sp.init_printing(use_latex='mathjax')\nsp.diff(x**3, x)",
    ],
    "await and asynchronous code": [
        "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return 5\nawait f()",
    ],
    "warnings": ["import warnings\nwarnings.warn('look')\nprint('after')"],
    "processes": [
        "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(2) as pool:\n    print(list(pool.map(abs, [-1, -2])))",
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\ndata = TensorDataset(torch.arange(4.0))\nfor (x,) in DataLoader(data, batch_size=2, num_workers=2):\n    print(x)",
    ],
    "printing as one likes": [
        "import sys, pprint\npprint.pprint({'b': 1, 'a': [1, 2]})\nsys.stdout.write('raw\\n')\nprint('a', 'b', sep='-', end='!')",
        "print('\\x1b[31mred\\x1b[0m')",
    ],
}


def by_a_kernel(cells):
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in cells])
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return [cell.outputs for cell in notebook.cells]


def by_the_engine(cells):
    return execute(
        [Cell(source, 1, f"cell {n}") for n, source in enumerate(cells, start=1)]
    ).outputs


def as_compared(outputs):
    """Return outputs as far as they are to be equal.

    - Carriage returns are carried out, as every program that shows a notebook does; a file keeps them.
    - Between two displays a kernel sends what was written to one stream, then to the other, as its buffers
      fill. The engine has the order in which it was written; each stream is compared by itself.
    - A warning names the cell, "cell 3", and not a file that a kernel makes up.
    - Counts of executions, and the time that ``%%time`` tells, say nothing of what was computed.
    """
    found = []
    for output in map(nbformat.from_dict, outputs):
        if output.output_type == "stream":
            text = as_shown(output.text)
            text = re.sub(r"(/\S*ipykernel_\S+|cell \d+):\d+", "cell", text)
            text = re.sub(r"(CPU times|Wall time): .*", r"\1", text)
            if not (found and found[-1][0] == "streams"):
                found.append(("streams", {"stdout": "", "stderr": ""}))
            found[-1][1][output.name] += text
        elif output.output_type == "error":
            found.append(("error", output.ename, output.evalue))
        else:
            data = {k: v.strip() if isinstance(v, str) else v for k, v in output.data.items()}
            found.append((output.output_type, data))
    return found


@pytest.mark.parametrize("cells", NOTEBOOKS.values(), ids=NOTEBOOKS.keys())
def test_the_engine_and_a_kernel_give_the_same_outputs(cells, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # a kernel that sees it does not look at its children
    ours, theirs = by_the_engine(cells), by_a_kernel(cells)
    for cell, here, there in zip(cells, ours, theirs, strict=True):
        assert as_compared(here) == as_compared(there), cell
