"""What only this course's site needs: explorers, questions, and what its figures and decks are called.

`explorer` makes a figure that its script brings to life, from the modules in ``docs/_explorer`` and from what
`formulas` and `javascript` write of the library. `questions` are answered on the page. `names` says what
figures and decks are called. What any course needs, the link between code and page, is the extension
`recomputed`.
"""

from sphinx.application import Sphinx

from . import explorer, names, questions


def setup(app: Sphinx) -> dict[str, bool | int]:
    """Register all of it, on top of `recomputed`."""
    app.setup_extension("recomputed")
    for part in (names, explorer, questions):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
