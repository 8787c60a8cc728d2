"""What a rebuild of the site costs, against the floor: one process that runs all of its code once.

Run `python benchmarks/build.py`, when nothing else runs, after `python3 noxfile.py -s docs`, which installs
what it needs. It works on a copy of the sources. The floor imports torch and matplotlib once and executes the
code of all pages and scripts, each in a namespace of its own, with what it prints thrown away; after each
block its figures are saved as SVG, as the build does. Before each, only the settings are put right that pages
change for the rest of a process.
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results.json"  # the page on performance reads it
COPIED = ("src", "gallery", "docs", "benchmarks", "requirements", "pyproject.toml", "noxfile.py")
PAGE = "docs/lectures/04-minimizing-a-function.md"
PAGE_SERVED = "lectures/04-minimizing-a-function.html"
SCRIPT = "gallery/lecture_3/plot_3_7_curvature.py"
SCRIPT_SERVED = "gallery/lecture_3/plot_3_7_curvature.html"
PORT = 8765
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

COLLECT = """
import json, sys
sys.path[:0] = ["docs/_ext/recomputed", "src"]
from pathlib import Path
from recomputed.read import gallery, pages
codes = []
for path in sorted(Path("docs").rglob("*.md")):
    if not {"_build", "_ext"} & set(path.parts):
        text = path.read_text("utf-8")
        cells = pages.code_cells(pages.parse(text, path), text)
        codes.append([(c.source, c.may_raise) for c in cells])
for path in sorted(Path("gallery").rglob("plot_*.py")):
    codes.append([(c.source, c.may_raise) for c in gallery.code_blocks(path)])
print(json.dumps([code for code in codes if code]))
"""

FLOOR = """
import contextlib, io, json, sys, warnings
import matplotlib.pyplot as plt
import numpy as np
import torch
for code in json.load(open(sys.argv[1])):
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(0)
    np.random.seed(0)
    plt.rcdefaults()
    warnings.resetwarnings()
    namespace = {"__name__": "__main__"}
    for source, may_raise in code:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                lines = [l for l in source.splitlines() if not l.lstrip().startswith("%")]
                exec(compile("\\n".join(lines), "cell", "exec"), namespace)
            except Exception:
                if not may_raise:
                    raise
        for number in plt.get_fignums():
            plt.figure(number).savefig(io.StringIO(), format="svg")
        plt.close("all")
"""


def environment() -> Path:
    """Return the Python of the docs session, or the one that runs this."""
    found = REPOSITORY / ".nox" / "site" / "bin" / "python"
    return found if found.exists() else Path(sys.executable)


def seconds(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """Run a command and return its wall time and the CPU time of all that it started."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    env = {**os.environ, **ONE_THREAD, "MPLBACKEND": "agg", "RAVINE_BENCHMARKS": str(RESULTS)}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-3000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_alone(python: str, folder: Path, blocks: list[tuple[str, bool]]) -> float:
    """Return how long code runs by itself: the floor of it alone, without its imports."""
    times = []
    for code in ([blocks], []):
        (folder / "code.json").write_text(json.dumps(code), encoding="utf-8")
        times.append(seconds([python, "-c", FLOOR, "code.json"], folder)[0])
    return max(0.0, times[0] - times[1])


def import_cost(python: str, folder: Path) -> float:
    """Return the milliseconds that `import ravine` adds to NumPy, the least of several."""
    look = (
        "import sys, time; sys.path.insert(0, 'src'); import numpy; t = time.perf_counter();"
        "import ravine; print(time.perf_counter() - t)"
    )
    told = [
        subprocess.run([python, "-c", look], cwd=folder, capture_output=True, text=True, check=True)
        for _ in range(7)
    ]
    return min(float(one.stdout) for one in told) * 1000


def measure() -> dict[str, float | int | str]:
    """Return the seconds of each kind of build, in one run."""
    python = str(environment())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ravine"
        folder.mkdir()
        for source in COPIED:
            old, new = REPOSITORY / source, folder / source
            left = shutil.ignore_patterns("_build", "__pycache__")
            shutil.copytree(old, new, ignore=left) if old.is_dir() else shutil.copy(old, new)
        shutil.rmtree(folder / "docs" / "gallery", ignore_errors=True)
        (folder / ".nox").symlink_to(REPOSITORY / ".nox")
        collected = subprocess.run(
            [python, "-c", COLLECT], cwd=folder, capture_output=True, text=True, check=True
        )
        codes = json.loads(collected.stdout)
        (folder / "codes.json").write_text(collected.stdout, encoding="utf-8")
        build = [sys.executable, "noxfile.py", "-s", "docs"]
        seconds([python, "-c", "import torch, matplotlib.pyplot"], folder)  # into the page cache
        floor, floor_cpu = seconds([python, "-c", FLOOR, "codes.json"], folder)
        cold, cold_cpu = seconds(build, folder)
        nothing, _ = seconds(build, folder)
        (folder / "docs" / "_build" / "last-good.json").unlink()
        warm, warm_cpu = seconds(build, folder)
        script = folder / SCRIPT
        own = run_alone(python, folder, [(script.read_text("utf-8"), False)])
        with preview(folder):
            prose = min(seen(folder / PAGE, f"Sentence {n}.", PAGE_SERVED) for n in range(3))
            edited = min(seen_in_script(script, f"another {n}") for n in range(3))
        return {
            "floor, wall s": floor,
            "floor, CPU s": floor_cpu,
            "cold build, wall s": cold,
            "cold build, CPU s": cold_cpu,
            "cold build, wall as a multiple of the floor": cold / floor,
            "all read and written anew, nothing executed, wall s": warm,
            "all read and written anew, nothing executed, CPU s": warm_cpu,
            "nothing executed, wall as a multiple of the floor": warm / floor,
            "nothing changed, wall s": nothing,
            "prose of one page edited, s until it is seen": prose,
            "one script edited, s until it is seen": edited,
            "the script alone, wall s": own,
            "import ravine over NumPy, ms": import_cost(python, folder),
            "pages and scripts with code": len(codes),
        }


@contextmanager
def preview(folder: Path) -> Iterator[None]:
    """Serve the site while it is edited, and wait until it is there."""
    command = [sys.executable, "noxfile.py", "-s", "serve", "--", f"--port={PORT}"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=folder, stdout=quiet, stderr=quiet, start_new_session=True
    ) as server:
        try:
            wait_for("</html>", PAGE_SERVED)
            time.sleep(5)  # until the first build is over
            yield
        finally:
            os.killpg(server.pid, signal.SIGTERM)


def wait_for(text: str, page: str) -> float:
    """Return how many seconds it takes until a text is on a page that is served."""
    began = time.perf_counter()
    while time.perf_counter() - began < 120:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{PORT}/{page}") as answer:
            if text in answer.read().decode("utf-8"):
                return time.perf_counter() - began
        time.sleep(0.02)
    sys.exit(f"{text!r} was not seen on {page}")


def seen(path: Path, text: str, page: str) -> float:
    """Add a sentence to a page, and return the seconds until it is seen."""
    path.write_text(path.read_text("utf-8") + f"\n{text}\n", encoding="utf-8")
    took = wait_for(text, page)
    time.sleep(2)  # until the server watches again
    return took


def seen_in_script(script: Path, text: str) -> float:
    """Let a script's figure be called something else, and return the seconds until it is seen."""
    script.write_text(script.read_text("utf-8") + f"\nalt = {text!r}\n", encoding="utf-8")
    took = wait_for(text, SCRIPT_SERVED)
    time.sleep(2)
    return took


def main() -> None:
    """Print a table."""
    for what, value in measure().items():
        print(f"{what:52} {value:8.2f}" if isinstance(value, float) else f"{what:52} {value:>8}")


if __name__ == "__main__":
    main()
