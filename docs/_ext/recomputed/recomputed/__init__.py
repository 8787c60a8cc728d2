"""The link between code and page: a Sphinx extension for courses that recompute themselves.

By stages, each in a folder: `run` executes code and keeps what it computed (no Sphinx in it), `read` gives
it to myst-nb and sphinx-gallery, `quote` writes it into sentences and holds it against what was accepted,
`show` renders mathematics, slides, folds, downloads and what the build did. `settings` names the settings and
checks them, `state` is what a build knows, `compat` all that depends on how other projects are made inside.
"""

import gc
from os.path import relpath
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from . import compat, settings, state
from .quote import ledger, prose, values
from .read import executions, gallery, pages
from .show import account, downloads, folds, katex, preview, slides

__version__ = "0.1.0"

_SHOW = Path(__file__).parent / "show"

_STAGES = (
    state,
    settings,
    preview,
    executions,
    pages,
    gallery,
    values,
    ledger,
    katex,
    prose,
    folds,
    slides,
    downloads,
    account,
)


def add_templates(app: Sphinx, config: Config) -> None:
    """Add our templates after those of the course, which come first.

    Where they stand beside the course, as seen from it: a build in another folder has the same configuration.
    """
    ours = _SHOW / "templates"
    beside = Path(app.confdir) in ours.parents
    config.templates_path.append(relpath(ours, app.confdir) if beside else str(ours))


def add_static_files(app: Sphinx) -> None:
    """Add our static files; not before the builder has noted its configuration, which names no place."""
    app.config.html_static_path.append(str(_SHOW / "static"))


def look_for_less_garbage(*_: object) -> None:
    """Spare Python searches through all pages: sphinx-gallery asks for one before each script.

    And a process that is forked to write some pages would touch, and so copy, all of them.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def setup(app: Sphinx) -> dict[str, bool | int | str]:
    """Register all stages, on top of myst-nb and sphinx-gallery."""
    app.setup_extension("myst_nb")
    app.setup_extension("sphinx_gallery.gen_gallery")
    for stage in _STAGES:
        stage.setup(app)
    app.add_css_file("recomputed.css", priority=100)
    app.connect("config-inited", add_templates, priority=100)
    app.connect("builder-inited", add_static_files)
    app.connect("env-updated", compat.settle_source_links)
    app.connect("builder-inited", look_for_less_garbage, priority=150)
    app.connect("env-updated", look_for_less_garbage, priority=999)
    return {
        "version": __version__,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
        "env_version": 1,
    }
