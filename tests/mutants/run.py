"""Prove that errors are caught: apply each one to a copy, build the site, and say what noticed it.

Run it by `python3 noxfile.py -s mutants`; with ``-- --some`` it tries the cases whose files were changed of
late, and a dozen that the commit draws. An error must be noticed by the build or by the library's tests, of
which those of the changed module come first; a harmless change must be noticed by neither.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from tests.builds import SPHINX, Ended, Forks
from tests.drawn import drawn
from tests.mutants.mutants import ELSEWHERE, ERRORS, HARMLESS, Mutant

REPOSITORY = Path(__file__).parents[2]
SOURCES = (
    "src",
    "gallery",
    "docs",
    "requirements/docs.txt",
    "benchmarks/results.json",
    "tests/library",
    "tests/course",
    "tests/conftest.py",
    "pyproject.toml",
    "README.md",
)
BUILD = ["sphinx", "-W", "-n", "-E", "-q", "-b", "html", "-d", "doctrees", "docs", "out"]
# Workers that are killed say nothing about a mutant, and take long to start beside another test run.
NO_KILLING = ["-k", "not worker_is_killed"]
TESTS = ["pytest", "-q", "-x", "-p", "no:cacheprovider", *NO_KILLING]
IMPORTS = (*SPHINX, "pytest", "numba")


def copy_sources(folder: Path) -> None:
    """Copy what a build and the library's tests need, without what earlier builds left."""
    left_behind = shutil.ignore_patterns("_build", "__pycache__", "*.md5")
    for name in SOURCES:
        source, target = REPOSITORY / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=left_behind)
        else:
            shutil.copy(source, target)
    shutil.rmtree(folder / "docs" / "gallery", ignore_errors=True)
    drop_other_lectures(folder)


def apply(mutant: Mutant, folder: Path) -> None:
    """Write the mutant into the copy; it must fit exactly."""
    path = folder / mutant.file
    text = path.read_text(encoding="utf-8")
    count = text.count(mutant.old)
    if count == 0 or (count > 1 and not mutant.nth):
        raise ValueError(f"{mutant.old!r} stands {count} times in {mutant.file}")
    start = 0
    for _ in range(max(mutant.nth, 1)):
        start = text.index(mutant.old, start) + 1
    text = text[: start - 1] + mutant.new + text[start - 1 + len(mutant.old) :]
    path.write_text(text, encoding="utf-8")


# The list speaks of the first lecture. Without the others a build takes a third of the time.
OTHER_LECTURES = (
    "docs/lectures/0[2-9]*",
    "docs/exercises",
    "docs/explore",
    "docs/about/errata-*",
    "gallery/lecture_[2-9]",
    "tests/course/test_lecture_[2-9]*",
    "tests/course/test_gallery_[2-9]*",
    "tests/course/test_exercise_results.py",  # reads their figures
    "tests/course/test_claims_*.py",  # minutes of random trials, of other modules
    "tests/course/test_families.py",
    "tests/library/test_constructions.py",
    "tests/library/test_convexity.py",
)


def drop_other_lectures(folder: Path) -> None:
    """Take the other lectures out of a copy: their files, the links to them, and their ledger entries."""
    gone = [path for pattern in OTHER_LECTURES for path in folder.glob(pattern)]
    for path in gone:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    link = re.compile(
        r"\[([^\]]*)\]\([^)\s]*(?:lectures/0[2-9]|errata-|exercises/|explore/)[^)]*\)"
    )
    entry = re.compile(r"^(?:lectures/0[2-9]|errata-|exercises/|explore/).*\n", re.MULTILINE)
    for page in (folder / "docs").rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        page.write_text(entry.sub("", link.sub(r"\1", text)), encoding="utf-8")
    ledger = folder / "docs" / "ledger.json"
    pages = json.loads(ledger.read_text(encoding="utf-8"))
    kept = {
        name: entries
        for name, entries in pages.items()
        if not re.match(
            r"lectures/0[2-9]|about/errata-|exercises/|explore/|gallery/lecture_[2-9]", name
        )
    }
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    ledger.write_text(text, encoding="utf-8")


def stages(case: Mutant | dict[str, str], folder: Path) -> dict[str, list[str]]:
    """Return what may notice a case, in order: for a module of the library its own tests come first."""
    found = {"build": BUILD, "tests": [*TESTS, "tests/library", "tests/course", "src"]}
    if isinstance(case, Mutant) and case.file.startswith("src/"):
        path = Path(case.file)
        # those of its name, or else of its folder's, or else those of the parts and what goes through all
        candidates = (
            [path.stem.strip("_")],
            [path.parent.name.rstrip("s")],
            ["objectives", "parts", "true"],
        )
        own: list[Path] = []
        for names in candidates:
            own = own or [
                t for name in names for t in sorted(folder.glob(f"tests/*/test_{name}*.py"))
            ]
        found = {"tests of the module": [*TESTS, case.file, *map(str, own)]} | found
    return found


def run(arguments: list[str], folder: Path, variables: Mapping[str, str], forks: Forks) -> Ended:
    """Run one stage in a copy; other surroundings get a Python that starts in them."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", **variables, "PYTHONPATH": str(folder / "src")}
    if not variables:
        return forks.run(*arguments, folder=folder, env=env)
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return Ended(done.returncode, done.stdout + done.stderr)


def message(ended: Ended, folder: Path) -> str:
    """Return the line in which a failed stage says what is wrong; a stage that broke has noticed nothing."""
    said = re.search(r"^(FAILED|ERROR) .*", ended.said, re.MULTILINE)
    said = said or re.search(r".*\b(WARNING|ERROR): .*", ended.said)
    if not said:
        raise RuntimeError(
            f"a stage ended with code {ended.code} and named no error:\n{ended.said}"
        )
    return said[0].replace(f"{folder}/", "")[:110]


def examine(case: Mutant | dict[str, str], cache: Path, waiting: SimpleQueue[Forks]) -> str:
    """Return what noticed a case, or nothing.

    A mutant starts with what the sources as they are have computed, so it is also a trial of the cache.
    Other surroundings must compute all of it themselves.
    """
    forks = waiting.get()
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            copy_sources(folder)
            if isinstance(case, Mutant):
                shutil.copytree(cache, folder / "cache")
                apply(case, folder)
            for stage, arguments in stages(case, folder).items():
                ended = run(arguments, folder, {} if isinstance(case, Mutant) else case, forks)
                if ended.code:
                    return f"{stage}: {message(ended, folder)}"
            return ""
    finally:
        waiting.put(forks)


def title(case: Mutant | dict[str, str]) -> str:
    """Name a case in one line."""
    if isinstance(case, Mutant):
        return f"{case.file}: {case.old.strip()!r} -> {case.new.strip()!r}"
    return " ".join(f"{name}={value}" for name, value in case.items())


def main() -> int:
    """Examine the cases, one a processor at a time, and report."""
    every = [*ERRORS, *HARMLESS, *ELSEWHERE]
    cases = every
    if "--some" in sys.argv:
        cases = drawn(every, lambda case, changed: getattr(case, "file", "") in changed)
    wrong = 0
    waiting: SimpleQueue[Forks] = SimpleQueue()
    processors = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(processors) as pool:
        copy_sources(Path(name))
        for _ in range(processors):
            waiting.put(Forks(IMPORTS))
        first = waiting.get()
        ended = run(BUILD, Path(name), {}, first)
        waiting.put(first)
        if ended.code:
            print(f"the sources as they are do not build: {ended.said}")
            return 1
        judge = partial(examine, cache=Path(name) / "cache", waiting=waiting)
        for case, notice in zip(cases, pool.map(judge, cases), strict=True):
            is_error = case in ERRORS
            wrong += bool(notice) != is_error
            verdict = (
                ("caught" if notice else "SURVIVED")
                if is_error
                else ("FALSE ALARM" if notice else "quiet")
            )
            print(f"{verdict:11} {title(case)}\n            {notice}", flush=True)
        for _ in range(processors):
            with waiting.get():
                pass
    print(f"{len(cases)} of {len(every)} cases tried, judged wrongly: {wrong}")
    print(f"{len(cases) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
