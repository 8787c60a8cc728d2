"""Which of many slow trials one run of CI makes: those that a change concerns, and a dozen of the others.

All of them are run every week and before a release. In between, the commit draws: its hash decides, so a run
can be repeated, and from commit to commit all come round.
"""

import random
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

Trial = TypeVar("Trial")

DOZEN = 12
REPOSITORY = Path(__file__).parents[1]


def drawn(trials: Sequence[Trial], concerned: Callable[[Trial, set[str]], bool]) -> list[Trial]:
    """Return the trials that the files changed of late concern, and a dozen others, in their order."""
    changed = files_changed_of_late()
    chosen = {n for n, trial in enumerate(trials) if concerned(trial, changed)}
    others = [n for n in range(len(trials)) if n not in chosen]
    chance = random.Random(git("rev-parse", "HEAD"))
    chosen |= set(chance.sample(others, min(DOZEN, len(others))))
    return [trial for n, trial in enumerate(trials) if n in chosen]


def files_changed_of_late() -> set[str]:
    """Return the files that differ from what was there a day before the last commit, or from its parent."""
    date = git("show", "-s", "--format=%ct", "HEAD")
    before = git("rev-list", "-1", f"--before={int(date) - 24 * 3600}", "HEAD") if date else ""
    return set(git("diff", "--name-only", before or "HEAD~1").splitlines())


def git(*arguments: str) -> str:
    """Return what git says; nothing where there is no repository."""
    command = ["git", "-C", str(REPOSITORY), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()
