"""Another course: its own library, another theme, no torch, no numbers in the names of its scripts."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

project = "Statistics"
extensions = ["recomputed"]
html_theme = "alabaster"
sphinx_gallery_conf = {"examples_dirs": "../examples", "gallery_dirs": "gallery"}
suppress_warnings = ["config.cache"]
