"""Cells run in order in a process of their own; what they do stays there."""

import os
import signal
import time
from pathlib import Path

import pytest
from recomputed.quote.ledger import printed_lines
from recomputed.run import execute as execute_module
from recomputed.run import sources
from recomputed.run.cells import LIMITS, Cell, CellError, Execution, Limits, Setting
from recomputed.run.execute import SIGXCPU, Runs, execute_all

from tests.small import execute


def run(*sources: str, limits: Limits = LIMITS) -> Execution:
    cells = [Cell(source, line, f"cell {line}") for line, source in enumerate(sources, start=1)]
    return execute(cells, limits)


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


@pytest.mark.skipif(SIGXCPU is None, reason="this system counts no processor time")
@pytest.mark.parametrize(
    "endless",
    [
        "while True: pass",
        "sum(iter(int, 1))",  # in C, where no signal is looked at
    ],
)
def test_a_page_that_computes_for_too_long_is_stopped_and_the_cell_is_named(endless):
    message = "cell 'cell 2' took more than 1 s of processor time.* recomputed_cpu_limit"
    with pytest.raises(CellError, match=message) as caught:
        run("w = 1", endless, limits=Limits(cpu=1))
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "waiting",
    [
        "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(100_000)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    ],
)
def test_a_page_that_waits_for_ever_is_stopped(waiting):
    message = "'cell 1' was not over after 2 s.* recomputed_wall_limit"
    with pytest.raises(CellError, match=message):
        run(waiting, limits=Limits(wall=2))


def test_time_that_passes_without_work_is_no_work():
    assert run("import time; time.sleep(2); n = 1", limits=Limits(cpu=1)).names["n"] == 1


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs Linux")
@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_a_helper_that_dies_or_hangs_is_an_error_and_leaves_nothing(tmp_path, monkeypatch, fault):
    note = tmp_path / "process"
    source = (
        f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid()))\ntime.sleep(100_000)"
    )
    runs = Runs({"page": [Cell(source, 7, "a")]})
    while not (note.exists() and note.read_text("utf-8")):
        time.sleep(0.05)
    os.kill(runs.helper.pid, fault)
    monkeypatch.setattr(execute_module, "PATIENCE", 0.5)  # it is dead, or stopped, already
    runs.setting = Setting(limits=Limits(wall=0.5))
    ((name, answer, _),) = runs.answers()
    assert (name, answer.line) == ("page", 7)
    assert "died, or was silent" in str(answer)
    while is_alive(int(note.read_text("utf-8"))):  # it ends with the helper, whenever that is
        time.sleep(0.05)


def test_a_process_that_dies_is_reported_with_its_cell_and_exit_code():
    with pytest.raises(CellError, match=r"cell 2' ended its process \(exit code 3\)") as caught:
        run("w = 1", "import os\nos._exit(3)")
    assert caught.value.line == 2


def test_a_run_says_which_source_files_it_imported(tmp_path, monkeypatch):
    for name, text in ("used.py", "import other"), ("other.py", "n = 1"), ("unused.py", "n = 2"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import unused  # noqa: F401 (the process of a run is forked from one that has it)

    execution = run("import numpy, torch, used", "open('own.py', 'w').close()")
    assert {"used", "other"} <= execution.sources.keys()
    assert not {"unused", "numpy", "torch", "own", "recomputed"} & execution.sources.keys()
    assert execution.sources["used"] == sources.now("used") != sources.now("other")


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
    answers = dict(execute_all(codes, Setting(limits=Limits(cpu=2))))
    for n in range(5):
        answer = answers[f"page {n}"]
        assert isinstance(answer, Execution)
        assert answer.names["n"] == n
    for name, said in ("broken", "ZeroDivisionError"), ("endless", "2 s"), ("dead", "exit code 3"):
        assert isinstance(answers[name], CellError)
        assert said in str(answers[name])
