"""Ravine's Sphinx extension: the link between code and page.

One module a stage: `pages` runs the pages, `gallery` shows the scripts' figures, `values` quotes
what both computed, `ledger` compares it with what was accepted, `katex` renders mathematics,
`downloads` gives pages to take home, `access` mends the theme for screen readers. `snapshot`,
`execute` and `figures` know nothing of Sphinx.
"""

from sphinx.application import Sphinx

from . import access, downloads, gallery, katex, ledger, pages, values


def setup(app: Sphinx) -> dict[str, bool | int]:
    """Register all stages."""
    for stage in (pages, gallery, values, ledger, katex, downloads, access):
        stage.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
