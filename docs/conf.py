"""Sphinx configuration. `noxfile.py` says how it is called, docs/about/design.md why it is so."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE / "_ext" / "recomputed"), str(HERE.parent / "src")]

# The digits of long sums depend on the number of threads, and a fork must not meet a thread pool.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")
# Downloads and pages carry no date of the day; a fixed one keeps two builds equal.
os.environ.setdefault("SOURCE_DATE_EPOCH", "1767225600")
os.environ.setdefault("MPLBACKEND", "agg")

project = "Ravine"
author = "The Ravine authors"
copyright = "The Ravine authors. Text: CC BY 4.0. Code: BSD-3-Clause"
version = release = "0.1.0"

extensions = [
    "recomputed",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "ravine_site",
]
templates_path = ["_templates"]
exclude_patterns = [
    "_build",
    "_ext",
    "**/.*",
    "_static/readme*.svg",
]
nitpicky = True
nitpick_ignore_regex = [
    # Other projects' names: their inventories would have to be fetched while the site is built.
    (r"py:.*", r"(numpy|np|npt|torch|matplotlib|sympy|collections|typing|enum|abc|fractions)\..*"),
    (
        r"py:.*",
        r"(bool|int|float|str|list|dict|tuple|object|callable|Callable|optional|array_like)",
    ),
]
suppress_warnings = ["config.cache"]  # sphinx-gallery's configuration holds functions

# Code: executed unless it ran before with the same library and the same packages.
recomputed_lock = "../requirements/docs.txt"
# What code may read besides: os.environ says where. What names the variable runs again with the file.
recomputed_data = {"RAVINE_BENCHMARKS": "../benchmarks/results.json"}
# Imported once for all runs.
recomputed_imports = ["torch", "sympy", "mpl_toolkits.mplot3d", "concurrent.futures"]
recomputed_style = "ravine.plotting.STYLE"
recomputed_dark = {"#24292f": "#d5dbe3", "#d0d7de": "#3b424c"}  # ink and grid of `ravine.plotting`
recomputed_accept_command = "python3 noxfile.py -s docs -- --accept"
recomputed_figure_label = "ravine_site.names.figure_label"
recomputed_deck_name = "ravine_site.names.deck_name"
recomputed_versions = [
    "sphinx",
    "myst-nb",
    "sphinx-gallery",
    "furo",
    "torch",
    "numpy",
    "matplotlib",
]
recomputed_katex = True

# Pages: read by myst-nb.
myst_enable_extensions = [
    "dollarmath",
    "amsmath",
    "colon_fence",
    "deflist",
    "attrs_inline",
    "attrs_block",
]
myst_heading_anchors = 4

# Where a bare number is an error; an API reference and a design page may name versions.
recomputed_prose = [
    "index",
    "lectures/*",
    "exercises/*",
    "explore/*",
    "about/errata*",
    "about/checks",
    "about/performance",
    "gallery/*/plot_*",
]

# Figures: scripts in gallery/, shown by sphinx-gallery.
sphinx_gallery_conf = {
    "examples_dirs": "../gallery",
    "gallery_dirs": "gallery",
    "within_subsection_order": "FileNameSortKey",
    "remove_config_comments": True,
}

autodoc_member_order = "bysource"
autodoc_typehints = (
    "none"  # the docstrings say it in a reader's words: shapes, units, what is accepted
)
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
viewcode_line_numbers = True

html_theme = "furo"
html_title = "Ravine"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["ravine.css"]
html_js_files = [("access.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
html_last_updated_fmt = None
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b5c94",
        "color-brand-content": "#0b5c94",
        "color-brand-visited": "#6b3f7d",
        "font-stack": "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
        "font-stack--monospace": "ui-monospace, Menlo, Consolas, 'Liberation Mono', monospace",
    },
    "dark_css_variables": {
        "color-brand-primary": "#6cb6e8",
        "color-brand-content": "#6cb6e8",
        "color-brand-visited": "#c79fd8",
    },
    "navigation_with_keys": False,  # arrow keys belong to the reader's own controls
}
copybutton_selector = "div:not(.output) > div.highlight pre"  # code, not what it printed
copybutton_exclude = ".linenos, .gp, .go"
