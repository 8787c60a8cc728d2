"""Build the other course with the installed engine, twice, and look at what it made.

A program, no test of pytest. Run it where the engine is installed, and nothing of Ravine: `python check.py`.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copytree

HERE = Path(__file__).parent


def build(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build the course as its author would."""
    command = ["-m", "sphinx", "-W", "-q", "-b", "html", *options, "docs", "out"]
    return subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False
    )


def main() -> None:
    """Build, accept, build again; then change the library and see the build fail."""
    for name in ("ravine", "ravine_site", "torch", "furo"):
        assert importlib.util.find_spec(name) is None, f"{name} is installed here"
    with tempfile.TemporaryDirectory() as place:
        folder = copytree(HERE, Path(place) / "course")
        first = build(folder, "-D", "recomputed_accept=1")
        assert first.returncode == 0, first.stderr
        page = (folder / "out/index.html").read_text("utf-8")
        assert ">3.0</span>" in page
        assert "mean 3.0" in page
        assert "three dots and a line at 3" in page
        notebook = (folder / "out/notebook.html").read_text("utf-8")
        assert "computed 0.5" in notebook
        assert "99" not in notebook
        account = json.loads((folder / "out/build.json").read_text("utf-8"))
        assert (account["pages"], account["scripts"]) == (2, 1), account
        again = build(folder, "-E")
        assert again.returncode == 0, again.stderr
        library = folder / "statlib/__init__.py"
        library.write_text(library.read_text("utf-8").replace("return sum", "return 100 + sum"))
        failed = build(folder, "-E")
        assert failed.returncode, "a changed library went unnoticed"
        assert "value found:.1f was 3.0, is 103.0" in failed.stderr, failed.stderr


if __name__ == "__main__":
    main()
