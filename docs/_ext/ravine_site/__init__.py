"""Ravine's Sphinx extension: the link between code and page.

One module a stage: `runs` executes all code that the cache does not hold, `reading` decides which
pages are read and written again, `pages` and `gallery` show what pages and scripts computed,
`values` quotes it, `ledger` compares it with what was accepted, `prose` finds numbers that were
typed into a sentence, `katex` renders mathematics, `folds` hides answers until the reader opens
them, `explorer` and `questions` make pages that answer, `slides` makes decks of what `marks` finds
on the pages, `downloads` gives pages to take home, `account` tells what the build did, `access`
mends the theme for screen readers. `execute`, `worker`, `cache`, `snapshot`, `figures`,
`figure_data`, `engine` and `javascript` know nothing of Sphinx.
"""

import gc

from sphinx.application import Sphinx

from . import (
    access,
    account,
    downloads,
    explorer,
    folds,
    gallery,
    katex,
    ledger,
    prose,
    questions,
    reading,
    runs,
    slides,
    values,
)

_STAGES = (
    runs,
    reading,
    gallery,
    values,
    ledger,
    katex,
    prose,
    folds,
    explorer,
    questions,
    slides,
    downloads,
    account,
    access,
)


def look_for_less_garbage(app: Sphinx) -> None:
    """Spare Python a search through all pages: sphinx-gallery asks for one before each script."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def setup(app: Sphinx) -> dict[str, bool | int]:
    """Register all stages."""
    for stage in _STAGES:
        stage.setup(app)
    app.connect("builder-inited", look_for_less_garbage, priority=150)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
