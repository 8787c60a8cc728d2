"""Check the types that the explorer's modules declare in their comments, with the TypeScript compiler."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY / name) for name in ("docs/_ext", "docs/_ext/recomputed", "src")]

from ravine_site import formulas  # noqa: E402 (the extension is no package that could be installed)


def main() -> int:
    """Put all modules into one folder, the generated one too, and check them."""
    compiler = shutil.which("tsc")
    if compiler is None:
        print("tsc is missing. Debian, Ubuntu: apt-get install node-typescript")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for module in (REPOSITORY / "docs" / "_explorer").glob("*.js"):
            shutil.copy(module, folder)
        (folder / "generated.js").write_text(formulas.module(), encoding="utf-8")
        shutil.copy(Path(__file__).parent / "tsconfig.json", folder)
        return subprocess.run([compiler, "-p", name], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
