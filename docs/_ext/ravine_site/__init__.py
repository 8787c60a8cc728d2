"""Ravine's Sphinx extension: the link between code and page.

One module a stage: `runs` executes all code that the cache does not hold, `pages` and `gallery`
show what pages and scripts computed, `values` quotes it, `ledger` compares it with what was
accepted, `prose` finds numbers that were typed into a sentence, `katex` renders mathematics, `folds`
hides answers until the reader opens them, `explorer` and `questions` make pages that answer,
`slides` makes decks of what `marks` finds on the pages, `downloads` gives pages to take home,
`account` tells what the build did, `access` mends the theme for screen readers. `execute`, `cache`,
`snapshot`, `figures`, `figure_data`, `engine` and `javascript` know nothing of Sphinx.
"""

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
    runs,
    slides,
    values,
)

_STAGES = (
    runs,
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


def setup(app: Sphinx) -> dict[str, bool | int]:
    """Register all stages."""
    for stage in _STAGES:
        stage.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
