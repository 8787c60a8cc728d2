"""A course of two pages and one figure, with a library of its own."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [os.environ["RECOMPUTED"], str(HERE.parent / "src")]
os.environ.setdefault("SOURCE_DATE_EPOCH", "1767225600")

project = "Mini"
extensions = ["recomputed"]
html_theme = "furo"
html_title = "Mini"
html_copy_source = False
nitpicky = True
suppress_warnings = ["config.cache"]
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist", "attrs_block"]
myst_heading_anchors = 4
exclude_patterns = ["_build"]
sphinx_gallery_conf = {
    "examples_dirs": "../gallery",
    "gallery_dirs": "gallery",
    "within_subsection_order": "FileNameSortKey",
}

recomputed_imports = ["torch", "sympy", "mpl_toolkits.mplot3d"]
recomputed_style = "minilib.style.STYLE"
recomputed_dark = {"#102030": "#e0e8f0"}
recomputed_lock = "../lock.txt"
recomputed_figure_label = "minilib.names.figure_label"
recomputed_deck_name = "minilib.names.deck_name"
recomputed_accept_command = "build --accept"
recomputed_katex = True
