#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = ["nox==2026.10.20"]
# [tool.nox]
# script-venv-backend = "virtualenv"
# ///
"""Everything that is done to this repository. `python3 noxfile.py --list` shows it.

Nothing has to be installed first: where nox is missing, this file installs it into .nox/_boot and starts
itself again there. `nox -s docs` and `uv run noxfile.py -s docs` do the same as `python3 noxfile.py -s docs`.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

BEGAN = time.time()

HERE = Path(__file__).resolve().parent
WINDOWS = os.name == "nt"

if sys.version_info < (3, 11):  # noqa: UP036 (an old Python gets here by `python3 noxfile.py`)
    sys.exit(f"Ravine needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")


def in_venv(venv: Path, program: str) -> Path:
    """Return where a virtual environment keeps a program."""
    return venv / "Scripts" / f"{program}.exe" if WINDOWS else venv / "bin" / program


def start_again_with_nox() -> NoReturn:
    """Install nox into an environment of its own and run this file there."""
    boot = HERE / ".nox" / "_boot"
    if Path(sys.prefix).resolve() == boot:
        sys.exit(f"{boot} is damaged. Delete it and try again.")
    python, ready = in_venv(boot, "python"), boot / "ready"
    header = Path(__file__).read_text(encoding="utf-8")
    nox_pin = re.findall(r'^# dependencies = \["(.+)"\]$', header, re.MULTILINE)[0]
    # `ready` is written last: an interrupted installation, another nox or another Python begins anew
    state = f"{nox_pin}\n{sys.version}\n"
    if not (python.exists() and ready.exists() and ready.read_text(encoding="utf-8") == state):
        print(f"Installing {nox_pin} into {boot.relative_to(HERE)} ...", flush=True)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", nox_pin]
        for command in [sys.executable, "-m", "venv", "--clear", boot], pip:
            if code := subprocess.call(command):
                sys.exit(code)
        ready.write_text(state, encoding="utf-8")
    again = [str(python), __file__, *sys.argv[1:]]
    if WINDOWS:
        sys.exit(subprocess.call(again))
    os.execv(python, again)  # one process, so that Ctrl-C ends what it should end


try:
    import nox
except ModuleNotFoundError:
    start_again_with_nox()

nox.needs_version = ">=2026.10.20"
nox.options.sessions = ["docs"]
# A few environments serve all sessions, so each session says which one it uses: see `environment`.
nox.options.default_venv_backend = "none"

ENVIRONMENTS = {"docs": "site", "tests": "site", "bench": "bench"}
"""Where each lock is installed. The tests need all that the site needs: they add to its environment."""

DOCS = HERE / "docs"
BUILD = DOCS / "_build"
SITE = BUILD / "html"
DOCTREES = BUILD / "doctrees"
LAST_GOOD = BUILD / "last-good.json"
MADE_BY_GALLERY = DOCS / "gallery"

MAKES_THE_SITE = [
    *("src", "gallery", "docs", "benchmarks/results.json"),
    *("requirements/docs.txt", "pyproject.toml", "noxfile.py"),
]

README_PICTURES = {
    "docs/_static/readme.svg": "sphx_glr_plot_1_e_basin_map_001.svg",
    "docs/_static/readme-dark.svg": "sphx_glr_plot_1_e_basin_map_001_dark.svg",
}

ENVIRONMENT = {
    # Digits: a sum in torch or NumPy depends on the number of threads.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Bytes: two builds of one state of the sources are equal, on every machine and on every day.
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "agg",
    "PYTHONPATH": None,
}


def files(path: Path) -> list[Path]:
    """List the sources in a folder, without what builds leave there."""
    if path in {BUILD, MADE_BY_GALLERY} or path.name == "__pycache__":
        return []
    if path.parent.name == "_static" and path.name.startswith("readme"):
        return []  # made of the site, not the other way round
    if not path.is_dir():
        return [path] if path.exists() else []
    return sorted(file for inside in path.iterdir() for file in files(inside))


def contents(names: list[str]) -> dict[str, str]:
    """Return a hash of each file in some files and folders."""
    return {
        file.relative_to(HERE).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for name in names
        for file in files(HERE / name)
    }


def fingerprint(names: list[str]) -> str:
    """Return a hash of files and folders that changes with any name or content in them."""
    digest = hashlib.sha256(sys.version.encode())
    for name, content in contents(names).items():
        digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()


def environment(session: nox.Session, lock: str) -> Path:
    """Return the virtual environment that has what a lock names, installed unless nothing changed since."""
    venv = HERE / ".nox" / ENVIRONMENTS[lock]
    python, ready = in_venv(venv, "python"), venv / "installed.json"
    installed = json.loads(ready.read_text("utf-8")) if python.exists() and ready.exists() else {}
    if installed.get(lock) == to_install(lock):
        return venv
    session.log(f"Installing requirements/{lock}.txt into .nox/{venv.name} (this can take minutes)")
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    if not installed or any(to_install(name) != state for name, state in installed.items()):
        session.run(sys.executable, "-m", "virtualenv", "-q", "--clear", str(venv), external=True)
        installed = {}
    session.run(*pip, "-r", f"requirements/{lock}.txt", external=True)
    if not installed:
        session.run(*pip, "--no-deps", "-e", ".", external=True)
    installed[lock] = to_install(lock)
    if lock == "tests":
        installed["docs"] = to_install("docs")
    ready.write_text(json.dumps(installed), encoding="utf-8")
    return venv


def to_install(lock: str) -> str:
    """Return a hash of what pip reads: a lock file, and of pyproject.toml not the rules for lint."""
    import tomllib  # not at the top: Pythons too old for it get a clear message there

    tables = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))
    read = [fingerprint([f"requirements/{lock}.txt"]), tables["build-system"], tables["project"]]
    return hashlib.sha256(repr(read).encode()).hexdigest()


def run(
    session: nox.Session, venv: Path, program: str, *arguments: str, **more: str | None
) -> None:
    """Run a program of an environment, with the environment's other programs on its path."""
    python = in_venv(venv, program)
    path = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    session.run(str(python), *arguments, env={**ENVIRONMENT, **more, "PATH": path}, external=True)


def packages(venv: Path) -> list[str]:
    """List what is installed of the site's lock, with versions, and the Python."""
    place = "Lib/site-packages" if WINDOWS else "lib/python*/site-packages"
    lock = (HERE / "requirements" / "docs.txt").read_text("utf-8")
    needed = set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))
    found = [info.name for info in venv.glob(f"{place}/*.dist-info")]
    of_lock = [n for n in found if n.partition("-")[0].lower().replace("_", "-") in needed]
    return [sys.version, *sorted(of_lock)]


def standing(folder: Path) -> dict[str, list[int]]:
    """Return size and time of each file in a folder."""
    return {
        path.relative_to(folder).as_posix(): [path.stat().st_size, path.stat().st_mtime_ns]
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def last_good() -> dict[str, object]:
    """Return what the published site was made from, or nothing if it is not as it was left."""
    try:
        good = json.loads(LAST_GOOD.read_text("utf-8"))
        return good if good["site"] == standing(SITE) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@contextmanager
def alone(session: nox.Session) -> Iterator[None]:
    """Let no two sessions build in this folder at once: the second waits, and says so."""
    from filelock import FileLock, Timeout  # nox needs it, too

    BUILD.mkdir(exist_ok=True)
    lock = FileLock(BUILD / "session.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        session.log("Another session builds the site here. Waiting for it ...")
        lock.acquire()
    except OSError as error:
        where = BUILD.relative_to(HERE)
        session.error(f"{where} cannot be written: {error.strerror or error}.")
    try:
        yield
    finally:
        lock.release()


def build_site(session: nox.Session, venv: Path, *options: str) -> None:
    """Build the site from nothing but kept executions, and put it in the place of the last one if it is good.

    What fails is kept in docs/_build/rejected, to be looked at, and the last good site stays.
    """
    from filelock import FileLock

    with alone(session):
        following, previous, rejected = BUILD / "next", BUILD / "previous", BUILD / "rejected"
        if (
            previous.exists() and not SITE.exists()
        ):  # killed between the two steps of the swap below
            previous.replace(SITE)
        made_from, installed, good = contents(MAKES_THE_SITE), packages(venv), last_good()
        if not options and (made_from, installed) == (good.get("made from"), good.get("packages")):
            session.log(
                f"Nothing has changed since the site was built ({time.time() - BEGAN:.1f} s)."
            )
            return
        with FileLock(BUILD / "build.lock"):  # a preview may be building, too
            for left_over in following, previous, rejected, DOCTREES, MADE_BY_GALLERY:
                shutil.rmtree(left_over, ignore_errors=True)
        try:
            following.mkdir(parents=True)
        except OSError as error:
            session.error(
                f"{following.relative_to(HERE)} cannot be written: {error.strerror or error}."
            )
        # one process more than processors: the first one hands out pages, and has time
        many = ["-j", str((os.cpu_count() or 1) + 1)]
        build = ["-W", "-n", "-E", *many, "-b", "html", "-d", str(DOCTREES), *options, str(DOCS)]
        try:
            run(session, venv, "sphinx-build", *build, str(following), RECOMPUTED_BEGAN=str(BEGAN))
        except BaseException:
            following.replace(rejected)
            session.warn(f"What was built is in {rejected.relative_to(HERE)}.")
            if SITE.exists():
                session.warn(f"The last good site stays in {SITE.relative_to(HERE)}.")
            raise
        if SITE.exists():
            SITE.replace(previous)
        following.replace(SITE)
        # Written last: what was killed before here is built again.
        made_from |= contents(["docs/ledger.json"] if options else [])
        draft = LAST_GOOD.with_suffix(".new")
        now = {"made from": made_from, "packages": installed, "site": standing(SITE)}
        draft.write_text(json.dumps(now), encoding="utf-8")
        draft.replace(LAST_GOOD)
        shutil.rmtree(previous, ignore_errors=True)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site into docs/_build/html; `-- --accept` takes changed numbers into docs/ledger.json."""
    if session.posargs not in ([], ["--accept"]):
        session.error(f"docs takes --accept or nothing, got {' '.join(session.posargs)}")
    accept = ["-D", "recomputed_accept=1"] if session.posargs else []
    build_site(session, environment(session, "docs"), *accept)
    if accept:
        for picture, figure in README_PICTURES.items():
            shutil.copyfile(SITE / "_images" / figure, HERE / picture)
    where = SITE.relative_to(HERE).as_posix()
    session.log(f"To serve it: python3 -m http.server --directory {where} 8000")
    session.log(f"The site: {(SITE / 'index.html').as_uri()}")


@nox.session
def serve(session: nox.Session) -> None:
    """Show the site and build it again at each saved change; `-- --port 8044` chooses the port.

    It begins with the site that `docs` has built, if there is one. What is wrong stands on the page.
    """
    preview, state = BUILD / "preview", BUILD / "preview-doctrees"
    pickled = state / "environment.pickle"
    with alone(session):
        good = bool(last_good()) and DOCTREES.exists()
        if good and (not pickled.exists() or pickled.stat().st_mtime < LAST_GOOD.stat().st_mtime):
            for folder, copy in (SITE, preview), (DOCTREES, state):
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(folder, copy)  # with the times: they say what was read last
    ignored = [f"--ignore={path}/*" for path in (BUILD, MADE_BY_GALLERY)]
    watched = [f"--watch={HERE / name}" for name in ("src", "gallery")]
    port = [] if any(a.startswith("--port") for a in session.posargs) else ["--port=8000"]
    many = ["-j", str((os.cpu_count() or 1) + 1)]
    options = ["-Q", "-n", *many, "-D", "recomputed_preview=1", "-d", str(state), *session.posargs]
    where = [*port, str(DOCS), str(preview)]
    venv = environment(session, "docs")
    run(session, venv, "sphinx-autobuild", *ignored, *watched, *options, *where)


@nox.session
def tests(session: nox.Session) -> None:
    """Test the library, the examples in the text, and the site (without a browser)."""
    # What is tested by default stands in pyproject.toml, so a plain `pytest` does the same on one processor.
    # A file to a process, as its tests share what they build; in the order that tests/conftest.py gives.
    every_processor = ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]
    venv = environment(session, "tests")
    made = str(SITE) if last_good().get("made from") == contents(MAKES_THE_SITE) else None
    run(session, venv, "pytest", *every_processor, *session.posargs, RAVINE_MADE=made)


@nox.session
def lint(session: nox.Session) -> None:
    """Check format, style, types (of Python and of the explorer's modules) and spelling."""
    venv = environment(session, "tests")
    run(session, venv, "ruff", "format", "--check", ".")
    run(session, venv, "ruff", "check", ".")
    run(session, venv, "mypy")
    run(session, venv, "codespell")
    run(session, venv, "python", "tests/explorer/check_types.py")


@nox.session
def browser(session: nox.Session) -> None:
    """Test the built site in the system's Chromium; build it first if anything changed since."""
    venv = environment(session, "tests")
    if last_good().get("made from") != contents(MAKES_THE_SITE):
        build_site(session, venv)
    # tests/browser/conftest.py says which process makes which tests
    run(session, venv, "pytest", "-n", "auto", "tests/browser", *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Prove that errors are caught: apply each of a list to a copy; `-- --some` tries a part of them."""
    venv = environment(session, "tests")
    run(session, venv, "python", "-m", "tests.mutants.run", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """Prove that no build is half a build: kill it, starve it, break its inputs; `-- --some`: a part."""
    venv = environment(session, "tests")
    run(session, venv, "python", "-m", "tests.faults.run", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the library, its peers and the build, into benchmarks/results.json. Nothing else should run."""
    results = HERE / "benchmarks" / "results.json"
    draft = results.with_suffix(".new.json")
    draft.unlink(missing_ok=True)
    site = environment(session, "tests")
    build_site(session, site)
    bench = environment(session, "bench")
    run(session, bench, "python", "benchmarks/collect.py", "sweeps", "one_descent", "peers")
    run(session, site, "python", "benchmarks/collect.py", "build", "explorer")
    draft.replace(results)
    session.log(
        "The page on performance quotes new numbers now. Look at it: python3 noxfile.py -s serve"
    )
    session.log("Then take them into the ledger: python3 noxfile.py -s docs -- --accept")


@nox.session
def wheel(session: nox.Session) -> None:
    """Run the programs of tests/users with the wheel and NumPy alone, on each Python that is here."""
    programs = sorted((HERE / "tests" / "users").glob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        boot = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
        session.run(*boot, "wheel", "--no-deps", "-w", folder, str(HERE), external=True)
        made = next(Path(folder).glob("ravine-*.whl"))
        for python in pythons():
            session.log(f"{len(programs)} programs on {python}")
            venv = Path(folder) / Path(python).name
            session.run(
                sys.executable, "-m", "virtualenv", "-q", "-p", python, str(venv), external=True
            )
            run(session, venv, "python", "-m", "pip", "install", "-q", str(made))
            for program in programs:
                run(session, venv, "python", "-W", "error", str(program))


@nox.session
def engine(session: nox.Session) -> None:
    """Build another course with the wheel of the engine alone, where nothing of Ravine is installed."""
    with tempfile.TemporaryDirectory() as folder:
        boot = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
        project = str(DOCS / "_ext" / "recomputed")
        session.run(*boot, "wheel", "--no-deps", "-w", folder, project, external=True)
        made = next(Path(folder).glob("sphinx_recomputed-*.whl"))
        venv = Path(folder) / "venv"
        session.run(sys.executable, "-m", "virtualenv", "-q", str(venv), external=True)
        as_locked = ["-c", str(HERE / "requirements" / "docs.txt")]
        run(session, venv, "python", "-m", "pip", "install", "-q", *as_locked, str(made))
        run(session, venv, "python", str(HERE / "tests" / "engine" / "second" / "check.py"))


def pythons() -> list[str]:
    """List the Pythons on this machine that the library supports."""
    names = [sys.executable, *(f"python3.{minor}" for minor in range(11, 15))]
    found: dict[str, str] = {}
    for program in filter(None, map(shutil.which, names)):
        asked = [program, "-c", "import sys; print(sys.version_info[:2], sys.executable)"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
        if answer.returncode == 0:  # a shim may stand for a Python that is not there
            version, _, executable = answer.stdout.strip().rpartition(") ")
            found.setdefault(version, executable)
    return list(found.values())


@nox.session
def lock(session: nox.Session) -> None:
    """Write requirements/*.txt anew: the newest releases that pyproject.toml admits, pinned exactly."""
    if sys.version_info[:2] != (3, 11):
        session.error("lock with Python 3.11: what installs there also installs on newer ones")
    venv = HERE / ".nox" / "lock"
    session.run(sys.executable, "-m", "virtualenv", "-q", "--clear", str(venv), external=True)
    run(session, venv, "python", "-m", "pip", "install", "-q", "pip-tools==7.6.2")
    as_docs = ["--constraint", "requirements/docs.txt"]
    for name, agree_with in ("docs", []), ("tests", as_docs), ("bench", as_docs):
        compiled = venv / f"{name}.txt"
        only_pins = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
        options = ["-q", "--strip-extras", "--extra", name, *agree_with, *only_pins]
        options += ["--output-file", str(compiled), "pyproject.toml"]
        run(session, venv, "pip-compile", *options)
        pins = portable_lock(name, compiled.read_text("utf-8"))
        (HERE / "requirements" / f"{name}.txt").write_text(pins, encoding="utf-8")


def portable_lock(name: str, compiled: str) -> str:
    """Return the pins without what belongs to one platform.

    A local tag such as +cpu exists in one place only. The CUDA packages come with those builds of torch
    that need them, which name their exact versions themselves.
    """
    pins = [line.strip() for line in compiled.splitlines() if "==" in line]
    platform = re.compile(r"(nvidia|cuda|triton)\b", re.IGNORECASE)
    kept = [re.sub(r"\+\w+$", "", pin) for pin in pins if not platform.match(pin)]
    head = f"# What the session {name!r} installs. Generated: python3 noxfile.py -s lock\n"
    return head + "\n".join(kept) + "\n"


if __name__ == "__main__":
    sys.argv[1:1] = ["--noxfile", __file__]  # so that it works from any folder
    nox.main()
