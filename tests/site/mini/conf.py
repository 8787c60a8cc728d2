"""A site of two pages and one figure, with the real site's configuration."""

import os
from pathlib import Path
from runpy import run_path

REPOSITORY = Path(os.environ["RECOMPUTED"]).parents[2]
globals().update(
    {k: v for k, v in run_path(str(REPOSITORY / "docs/conf.py")).items() if not k.startswith("__")}
)
