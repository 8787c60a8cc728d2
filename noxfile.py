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
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

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
# Two environments serve all sessions, so each session says which one it uses: see `environment`.
nox.options.default_venv_backend = "none"

DOCS = HERE / "docs"
BUILD = DOCS / "_build"
SITE = BUILD / "html"
BUILT_FROM = BUILD / "built-from"
MADE_BY_GALLERY = DOCS / "gallery"

MAKES_THE_SITE = ["src", "gallery", "docs", "requirements/docs.txt", "pyproject.toml", "noxfile.py"]

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
    if path.is_file():
        return [path]
    return sorted(file for inside in path.iterdir() for file in files(inside))


def fingerprint(names: list[str]) -> str:
    """Return a hash of files and folders that changes with any name or content in them."""
    digest = hashlib.sha256(sys.version.encode())
    for file in (file for name in names for file in files(HERE / name)):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(HERE).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def environment(session: nox.Session, name: str) -> Path:
    """Return the virtual environment of a lock file, installed unless nothing in it changed since."""
    import tomllib  # not at the top: Pythons too old for it get a clear message there

    venv, lock = HERE / ".nox" / name, f"requirements/{name}.txt"
    python, installed = in_venv(venv, "python"), venv / "installed"
    # of pyproject.toml, only what pip reads: a new lint rule installs nothing
    tables = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))
    state = f"{fingerprint([lock])}\n{tables['build-system']}\n{tables['project']}\n"
    if python.exists() and installed.exists() and installed.read_text("utf-8") == state:
        return venv
    session.log(f"Installing {lock} into .nox/{name} (the first time this takes a few minutes)")
    session.run(sys.executable, "-m", "virtualenv", "-q", "--clear", str(venv), external=True)
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    session.run(*pip, "-r", lock, external=True)
    session.run(*pip, "--no-deps", "-e", ".", external=True)
    installed.write_text(state, encoding="utf-8")
    return venv


def run(session: nox.Session, venv: Path, program: str, *arguments: str) -> None:
    """Run a program of an environment, with the environment's other programs on its path."""
    python = in_venv(venv, program)
    path = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    session.run(str(python), *arguments, env={**ENVIRONMENT, "PATH": path}, external=True)


def build_site(session: nox.Session, venv: Path, *options: str) -> None:
    """Build the whole site anew beside the last good one, and put it in its place if it is good too."""
    state = fingerprint(MAKES_THE_SITE)
    following, previous = BUILD / "next", BUILD / "previous"
    if previous.exists() and not SITE.exists():  # killed between the two steps of the swap below
        previous.replace(SITE)
    for left_over in following, previous, MADE_BY_GALLERY:
        shutil.rmtree(left_over, ignore_errors=True)
    try:
        following.mkdir(parents=True)
    except OSError as error:
        session.error(f"{following.relative_to(HERE)} cannot be written: {error.strerror}.")
    doctrees = str(BUILD / "doctrees")
    build = ["-W", "-n", "-E", "-b", "html", "-d", doctrees, *options, str(DOCS), str(following)]
    try:
        run(session, venv, "sphinx-build", *build)
    except BaseException:
        shutil.rmtree(following, ignore_errors=True)
        if SITE.exists():
            session.warn(f"The last good site stays in {SITE.relative_to(HERE)}.")
        raise
    if SITE.exists():
        SITE.replace(previous)
    following.replace(SITE)
    shutil.rmtree(previous, ignore_errors=True)
    BUILT_FROM.write_text(state, encoding="utf-8")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site into docs/_build/html; `-- --accept` takes changed numbers into docs/ledger.json."""
    if session.posargs not in ([], ["--accept"]):
        session.error(f"docs takes --accept or nothing, got {' '.join(session.posargs)}")
    accept = ["-D", "ravine_accept=1"] if session.posargs else []
    build_site(session, environment(session, "docs"), *accept)
    if accept:
        for picture, figure in README_PICTURES.items():
            shutil.copyfile(SITE / "_images" / figure, HERE / picture)
    where = SITE.relative_to(HERE).as_posix()
    session.log(f"To serve it: python3 -m http.server --directory {where} 8000")
    session.log(f"The site: {(SITE / 'index.html').as_uri()}")


@nox.session
def serve(session: nox.Session) -> None:
    """Show the site on http://127.0.0.1:8000 and build it again at each saved change."""
    ignored = [f"--ignore={path}/*" for path in (BUILD, MADE_BY_GALLERY)]
    watched = [f"--watch={HERE / name}" for name in ("src", "gallery")]
    # -E: a page has to be read again when the library changed, not only when its own text did
    options = ["-E", "-n", "-d", str(BUILD / "preview-doctrees"), *session.posargs]
    where = ["--port=8000", str(DOCS), str(BUILD / "preview")]
    venv = environment(session, "docs")
    run(session, venv, "sphinx-autobuild", *ignored, *watched, *options, *where)


@nox.session
def tests(session: nox.Session) -> None:
    """Test the library, the examples in the text, and the site (without a browser)."""
    # What is tested by default stands in pyproject.toml, so a plain `pytest` does the same on one processor.
    every_processor = ["-n", "auto", "--dist", "loadgroup"]
    run(session, environment(session, "tests"), "pytest", *every_processor, *session.posargs)


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
    built_from = BUILT_FROM.read_text("utf-8") if BUILT_FROM.exists() else ""
    if not SITE.exists() or built_from != fingerprint(MAKES_THE_SITE):
        build_site(session, venv)
    run(session, venv, "pytest", "tests/browser", *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Prove that errors are caught: apply each of a list to a copy, build it, say what noticed."""
    run(session, environment(session, "tests"), "python", "tests/mutants/run.py", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """Prove that no build is half a build: kill it, starve it, break its inputs."""
    environment(session, "docs")  # the builds to be killed must not begin with an installation
    run(session, environment(session, "tests"), "python", "tests/faults/run.py", *session.posargs)


@nox.session
def lock(session: nox.Session) -> None:
    """Write requirements/*.txt anew: the newest releases that pyproject.toml admits, pinned exactly."""
    if sys.version_info[:2] != (3, 11):
        session.error("lock with Python 3.11: what installs there also installs on newer ones")
    venv = HERE / ".nox" / "lock"
    session.run(sys.executable, "-m", "virtualenv", "-q", "--clear", str(venv), external=True)
    run(session, venv, "python", "-m", "pip", "install", "-q", "pip-tools==7.6.2")
    for name, agree_with in ("docs", []), ("tests", ["--constraint", "requirements/docs.txt"]):
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
