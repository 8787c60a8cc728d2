"""Cells run in order in a process of their own; what they do stays there."""

import os
import signal
import time
from pathlib import Path

import pytest
from ravine_site import execute as execute_module
from ravine_site.execute import Cell, CellError, Execution, Runs, execute, execute_all
from ravine_site.ledger import printed_lines


def run(*sources: str, **options: float) -> Execution:
    cells = [Cell(source, line, f"cell {line}") for line, source in enumerate(sources, start=1)]
    return execute(cells, **options)


def printed(execution: Execution) -> list[list[str]]:
    return [printed_lines(outputs) for outputs in execution.outputs]


def test_prints_and_results_are_outputs_and_a_semicolon_hides_the_result():
    assert printed(run("w = 5.0", "print(w)\nw / 2", "w;")) == [[], ["5.0", "2.5"], []]


def test_variables_come_back_as_plain_data():
    names = run("import numpy as np\nw = np.float64(0.5)\ncounts = np.arange(3)").names
    assert names == {"w": 0.5, "counts": [0, 1, 2]}


def test_a_name_that_takes_two_values_is_said_to_be_rebound_and_by_which_cells():
    execution = run("w = 5.0\nsteps = []", "w = 2.5", "steps.append(w)")
    assert execution.rebound == {"w": (0, 1), "steps": (0, 2)}


def test_an_error_names_the_cell_and_shows_only_its_own_lines():
    with pytest.raises(CellError) as caught:
        run("def slope(w):\n    return w / 0", "slope(1.0)")
    message = str(caught.value)
    assert caught.value.line == 2
    assert "ZeroDivisionError: float division by zero" in message
    assert "cell 1, line 2, in slope" in message
    assert "IPython" not in message


def test_an_expected_error_is_an_output_and_the_page_goes_on():
    execution = execute([Cell("1 / 0", 1, "a", may_raise=True), Cell("print('on')", 2, "b")])
    assert printed(execution) == [["ZeroDivisionError: division by zero"], ["on"]]


def test_an_expected_error_that_does_not_come_is_an_error():
    with pytest.raises(CellError, match="did not raise"):
        execute([Cell("1", 1, "a", may_raise=True)])


@pytest.mark.parametrize(
    "endless",
    [
        "while True: pass",
        "sum(iter(int, 1))",  # in C, where no signal is looked at
        "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    ],
)
def test_a_page_that_does_not_end_is_stopped(endless):
    with pytest.raises(CellError, match="ran longer than 1 s"):
        run(endless, time_limit=1)


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs Linux")
@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_a_helper_that_dies_or_hangs_is_an_error_and_leaves_nothing(tmp_path, monkeypatch, fault):
    monkeypatch.setattr(execute_module, "PATIENCE", 1.0)
    note = tmp_path / "process"
    source = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(1000)"
    runs = Runs({"page": [Cell(source, 7, "a")]}, time_limit=2 if fault == signal.SIGSTOP else 60)
    while not (note.exists() and note.read_text("utf-8")):
        time.sleep(0.05)
    os.kill(runs.helper.pid, fault)
    ((name, answer, _),) = runs.answers()
    assert (name, answer.line) == ("page", 7)
    assert "died, or was silent" in str(answer)
    limit = time.monotonic() + 10
    while is_alive(int(note.read_text("utf-8"))) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not is_alive(int(note.read_text("utf-8")))


def test_a_process_that_dies_is_reported_with_its_exit_code():
    with pytest.raises(CellError, match="exit code 3"):
        run("import os\nos._exit(3)")


LEAKS = """
import os, random, warnings
import matplotlib
import numpy as np
import torch
leak = 1
torch.set_default_dtype(torch.float64)
matplotlib.rcParams["lines.linewidth"] = 99
warnings.simplefilter("error")
os.environ["LEAK"] = "1"
np.set_printoptions(precision=1)
np.seterr(all="raise")
torch.set_printoptions(precision=1)
torch.set_grad_enabled(False)
torch.set_num_threads(2)
random.seed(7); np.random.seed(7); torch.manual_seed(7)
open("left-behind.txt", "w").close()
os.chdir("/")
"""

LOOK = """
import os, random, warnings
import matplotlib
import numpy as np
import torch
print("leak" in globals(), os.listdir("."))
print(torch.get_default_dtype(), matplotlib.rcParams["lines.linewidth"] == 99)
print([f for f in warnings.filters if f[0] == "error" and f[2] is Warning])
print("LEAK" in os.environ, os.path.basename(os.getcwd()))
print(np.get_printoptions()["precision"], np.geterr()["over"], torch.tensor(0.12345))
print(torch.is_grad_enabled(), torch.get_num_threads())
print(random.random(), np.random.rand(), torch.rand(1).item())
"""


def test_pages_see_nothing_of_one_another():
    before = printed(run(LOOK))
    run(LEAKS)
    assert printed(run(LOOK)) == before
    assert before[0][:3] == ["False []", "torch.float32 False", "[]"]
    assert before[0][3] == "False page"
    assert before[0][4] == "8 warn tensor(0.1235)"
    assert before[0][5].startswith("True ")


def test_the_parent_keeps_its_folder_and_its_temporary_files_are_gone(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    here = Path.cwd()
    with pytest.raises(CellError):
        run("open('x', 'w').close()\nimport os\nos._exit(1)")
    assert Path.cwd() == here
    assert list(tmp_path.iterdir()) == []


def test_an_open_figure_is_kept_with_its_data_and_is_the_same_every_time():
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    (first,), (second,) = (run(source).drawings[0] for _ in range(2))
    assert first == second
    assert "<svg" in first.svg
    assert any("from 1 to 2" in line for line in first.data)


def test_many_codes_run_at_once_and_each_gets_its_own_answer():
    sources = {f"page {n}": f"import time; time.sleep(0.{9 - n}); n = {n}" for n in range(5)}
    sources |= {"broken": "1 / 0", "endless": "while True: pass", "dead": "import os; os._exit(3)"}
    codes = {name: [Cell(source, 1, name)] for name, source in sources.items()}
    answers = dict(execute_all(codes, time_limit=3))
    for n in range(5):
        answer = answers[f"page {n}"]
        assert isinstance(answer, Execution)
        assert answer.names["n"] == n
    for name, said in ("broken", "ZeroDivisionError"), ("endless", "3 s"), ("dead", "exit code 3"):
        assert isinstance(answers[name], CellError)
        assert said in str(answers[name])
