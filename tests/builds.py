"""Work that starts with its imports done: each piece is forked from a process that has only imported.

A build of a small site takes a second, and three more to import Sphinx, myst-nb and torch; tests and mutants
make hundreds. `Forks` starts one process that imports what is named and then waits. For each call it forks
itself. The child has an environment, a folder and output of its own, as a program that was started anew would
have, does its work, and ends. Torch may be forked: nothing has been computed with it.

It needs a system that can fork, as the tests do elsewhere too.
"""

import atexit
import gc
import importlib
import os
import pickle
import runpy
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

SPHINX = (
    *("sphinx.cmd.build", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"),
    *("myst_nb.sphinx_ext", "sphinx_gallery.gen_gallery", "sphinx_copybutton", "furo"),
    *("IPython", "matplotlib.pyplot", "mpl_toolkits.mplot3d", "sympy", "torch"),
)
"""What a build imports that no course changes; `ravine` and the extension are imported by each build."""


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it wrote."""

    code: int
    said: str


class Forks:
    """A process that waits to be forked."""

    def __init__(self, imports: Sequence[str] = SPHINX) -> None:
        self.waiting = subprocess.Popen(
            [sys.executable, __file__, *imports],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"},
        )

    def run(self, module: str, *arguments: str, folder: Path, env: Mapping[str, str]) -> Ended:
        """Run ``python -m module arguments`` in a folder, with this environment and no other."""
        code, said, _ = self._ask((module, arguments, str(folder), dict(env)))
        return Ended(code, said)

    def call(self, function: Callable[..., object], *arguments: object) -> Any:
        """Return what a function gives, or raise what it raises; folder and environment are ours."""
        path = [entry for entry in sys.path if entry]
        asked = path, function.__module__, function.__qualname__, pickle.dumps(arguments)
        code, said, answer = self._ask((asked, (), str(Path.cwd()), dict(os.environ)))
        if code or not answer:
            raise RuntimeError(f"{function.__qualname__} ended with code {code}:\n{said}")
        result = pickle.loads(answer)
        if isinstance(result, Exception):
            raise result
        return result

    def _ask(self, request: object) -> tuple[int, str, bytes]:
        asked, told = self.waiting.stdin, self.waiting.stdout
        assert asked is not None
        assert told is not None
        pickle.dump(request, asked)
        asked.flush()
        answer: tuple[int, str, bytes] = pickle.load(told)
        return answer

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        with self.waiting as waiting:  # closes its input, at which it ends
            assert waiting.stdin is not None


def serve(imports: Sequence[str]) -> None:
    """Import, and then do what is asked for, one after the other, each in a fork."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever an import prints is no answer
    for name in imports:
        importlib.import_module(name)
    if "sphinx.application" in sys.modules:
        for name in sys.modules["sphinx.application"].builtin_extensions:
            importlib.import_module(name)
    gc.freeze()  # a collection in a child would touch, and so copy, all that was imported
    while True:
        try:
            request = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as answer:
            child = os.fork()
            if child == 0:
                work(*request, output=output, answer=answer)
            _, status = os.waitpid(child, 0)
            for file in output, answer:
                file.seek(0)
            said = output.read().decode("utf-8", "replace")
            pickle.dump((os.waitstatus_to_exitcode(status), said, answer.read()), answers)
            answers.flush()


def work(
    what: Any,
    arguments: Sequence[str],
    folder: str,
    env: Mapping[str, str],
    *,
    output: BinaryIO,
    answer: BinaryIO,
) -> None:
    """Become the program or the function that is asked for, and end this process."""
    code: object = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        os.environ.clear()
        os.environ.update(env)
        os.chdir(folder)
        if isinstance(what, str):
            sys.path[:1] = [folder, *filter(None, env.get("PYTHONPATH", "").split(os.pathsep))]
            sys.argv = [what, *arguments]
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            answer.write(result_of(*what))
            answer.flush()
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 (as Python does at the end of a program)
        traceback.print_exc()
    finally:
        if isinstance(code, str):
            sys.stderr.write(f"{code}\n")
        atexit._run_exitfuncs()  # os._exit would leave them out; a whole exit takes apart all imports
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def result_of(path: Sequence[str], module: str, name: str, arguments: bytes) -> bytes:
    """Return what a function of some module gives or raises."""
    sys.path[:0] = path
    function = getattr(importlib.import_module(module), name)
    try:
        return pickle.dumps(function(*pickle.loads(arguments)))
    except Exception as error:  # noqa: BLE001 (it is raised again where the function was called)
        return pickle.dumps(error)


if __name__ == "__main__":
    serve(sys.argv[1:])
