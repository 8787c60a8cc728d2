"""Prove that errors are caught: apply each one to a copy, build the site, and say what noticed it.

Run it by `python3 noxfile.py -s mutants`. An error that the build does not notice must be noticed by the
library's tests; a harmless change must be noticed by neither.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from mutants import ELSEWHERE, ERRORS, HARMLESS, Mutant

REPOSITORY = Path(__file__).parents[2]
SOURCES = (
    "src",
    "gallery",
    "docs",
    "benchmarks/results.json",
    "tests/library",
    "tests/conftest.py",
    "pyproject.toml",
    "README.md",
)
BUILD = ["-m", "sphinx", "-W", "-n", "-E", "-q", "-b", "html", "-d", "doctrees", "docs", "out"]
# Workers that are killed say nothing about a mutant, and take long to start beside another test run.
NO_KILLING = ["-k", "not worker_is_killed"]
TESTS = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *NO_KILLING, "tests/library", "src"]


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


STAGES = {"build": BUILD, "tests": TESTS}

# The list speaks of the first lecture. Without the others a build takes a third of the time.
OTHER_LECTURES = (
    "docs/lectures/0[2-9]*",
    "docs/exercises",
    "docs/explore",
    "docs/about/errata-*",
    "gallery/lecture_[2-9]",
    "tests/library/test_lecture_[2-9]*",
    "tests/library/test_gallery_[2-9]*",
    "tests/library/test_exercise_results.py",  # reads their figures
    "tests/library/test_*theorems.py",  # minutes of random trials, of other modules
    "tests/library/test_families.py",
    "tests/library/test_constructions.py",
    "tests/library/test_convexity.py",
    "tests/library/test_autodiff_trials.py",
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


def noticed_by(
    folder: Path, variables: dict[str, str], stages: Sequence[str] = tuple(STAGES)
) -> str:
    """Build the copy, then test its library; return what failed first and its first message."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", **variables, "PYTHONPATH": str(folder / "src")}
    for name in stages:
        arguments = STAGES[name]
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            told = done.stdout + done.stderr
            said = re.search(r"^(FAILED|ERROR) .*", told, re.MULTILINE)
            said = said or re.search(r".*(WARNING|ERROR).*", told)
            what = said[0].replace(str(folder) + "/", "")[:110] if said else "no message"
            return f"{name}: {what}"
    return ""


def examine(case: Mutant | dict[str, str], cache: Path) -> str:
    """Return what noticed a case, or nothing.

    A mutant starts with what the sources as they are have computed, so it is also a trial of the cache.
    Other surroundings must compute all of it themselves.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_sources(folder)
        if isinstance(case, Mutant):
            shutil.copytree(cache, folder / "cache")
            apply(case, folder)
            return noticed_by(folder, {})
        return noticed_by(folder, case)


def title(case: Mutant | dict[str, str]) -> str:
    """Name a case in one line."""
    if isinstance(case, Mutant):
        return f"{case.file}: {case.old.strip()!r} -> {case.new.strip()!r}"
    return " ".join(f"{name}={value}" for name, value in case.items())


def main() -> int:
    """Examine all cases, two at a time, and report."""
    harmless = [*HARMLESS, *ELSEWHERE]
    cases = [*ERRORS, *harmless]
    wrong = 0
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        copy_sources(Path(name))
        if notice := noticed_by(Path(name), {}, stages=["build"]):
            print(f"the sources as they are do not build: {notice}")
            return 1
        notices = pool.map(partial(examine, cache=Path(name) / "cache"), cases)
        for number, (case, notice) in enumerate(zip(cases, notices, strict=True)):
            is_error = number < len(ERRORS)
            good = bool(notice) == is_error
            wrong += not good
            verdict = (
                ("caught" if notice else "SURVIVED")
                if is_error
                else ("FALSE ALARM" if notice else "quiet")
            )
            print(f"{verdict:11} {title(case)}\n            {notice}", flush=True)
    print(f"errors: {len(ERRORS)}, harmless changes: {len(harmless)}, judged wrongly: {wrong}")
    print(f"{len(cases) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
