"""Which source files a run imported, beside those of installed packages.

What a page or script computes depends on its code, on the installed packages, and on the local modules that
it imports: the library that the course is about, above all. Which these are is recorded when it has run.
"""

import functools
import hashlib
import os
import sys
import sysconfig
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

_INSTALLED = {
    Path(sysconfig.get_path(name)).resolve()
    for name in ("stdlib", "platstdlib", "purelib", "platlib")
}
_INSTALLED_IN = {"site-packages", "dist-packages"}
_ENGINE = __name__.partition(".")[0]


def forget() -> None:
    """Forget the local modules that are imported already, so that the next run imports its own."""
    for name, _ in list(_local_modules()):
        del sys.modules[name]


def imported() -> dict[str, str]:
    """Return the local modules that are imported, by name, with a hash of the file of each."""
    here = Path.cwd().resolve()  # a file that a run writes for itself is made of its own code
    return {
        name: hash_of_file(path)
        for name, path in sorted(_local_modules())
        if here not in path.parents and path.is_file()
    }


def now(name: str) -> str:
    """Return the hash of the file that a module would be imported from, or nothing; imports none."""
    top, *parts = name.split(".")
    try:
        spec = find_spec(top)
        for part in parts:
            if spec is None:
                return ""
            top = f"{top}.{part}"
            spec = PathFinder.find_spec(top, spec.submodule_search_locations)
    except (ImportError, ValueError):
        return ""
    origin = None if spec is None else spec.origin
    return hash_of_file(Path(origin)) if origin and Path(origin).is_file() else ""


def files_of(package: str) -> list[Path]:
    """Return the source files of a local package, which is not imported for it."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        return []
    return sorted(Path(found.submodule_search_locations[0]).rglob("*.py"))


def hash_of_file(path: Path) -> str:
    """Return a hash of what is in a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _local_modules() -> Iterator[tuple[str, Path]]:
    for name, module in sys.modules.items():
        path = _file(module)
        if path is not None and name.partition(".")[0] not in {"__main__", "__mp_main__", _ENGINE}:
            yield name, path


def _file(module: ModuleType) -> Path | None:
    """Return the file of a local module; None for what is built in or installed."""
    name = getattr(module, "__file__", None)
    if not name or not _is_local(name.rpartition(os.sep)[0]):
        return None
    return Path(name).resolve()


@functools.cache
def _is_local(folder: str) -> bool:
    """Say whether modules in a folder belong to the course, and not to an installed package."""
    path = Path(folder).resolve()
    return not (_INSTALLED & {path, *path.parents} or _INSTALLED_IN & set(path.parts))
