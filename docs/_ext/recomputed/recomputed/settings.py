"""The settings of this package: their names, their defaults, and what is checked before anything runs.

What conf.py would have to set for the others, so that they leave the code to us, is set here.
"""

import importlib
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

from . import compat
from .run.cells import LIMITS, Limits, Setting

SETTINGS: dict[str, tuple[Any, type | tuple[type, ...]]] = {
    # imported once for all runs, such as torch
    "recomputed_imports": ((), (list, tuple)),
    # matplotlib's: "package.module.NAME", a dictionary of rcParams
    "recomputed_style": ("", str),
    # which colours of a figure become which on a dark page
    "recomputed_dark": ({}, dict),
    # the pinned packages; a result is kept while they are the same
    "recomputed_lock": ("", str),
    # files that code may read, by the environment variable that says where
    "recomputed_data": ({}, dict),
    # seconds of processor time for one page, and seconds until a run is taken to wait for ever
    "recomputed_cpu_limit": (LIMITS.cpu, (int, float)),
    "recomputed_wall_limit": (LIMITS.wall, (int, float)),
    # write the ledger; and how an author does it here, for messages
    "recomputed_accept": (False, bool),
    "recomputed_accept_command": ("sphinx-build -D recomputed_accept=1 ...", str),
    # show on every page what is wrong, and say it in few lines
    "recomputed_preview": (False, bool),
    # the pages on which a bare number is an error
    "recomputed_prose": (["*"], list),
    # render mathematics by KaTeX, in the build
    "recomputed_katex": (False, bool),
    # functions: name of a script -> "Figure 1.2"; name of a page -> name of the deck it belongs to
    "recomputed_figure_label": ("", str),
    "recomputed_deck_name": ("", str),
    # packages whose versions {build} tells
    "recomputed_versions": ((), (list, tuple)),
}

FOR_MYST_NB: dict[str, Any] = {
    "nb_execution_mode": "off",
    "nb_custom_formats": {
        ".md": "recomputed.read.pages.read_markdown",
        ".ipynb": "recomputed.read.pages.read_notebook",
    },
}

FOR_GALLERY: dict[str, Any] = {
    "filename_pattern": r"/plot_",
    "image_scrapers": (),
    "reset_modules": (),
    "run_stale_examples": True,  # a script's checksum does not change with the library it calls
    "min_reported_time": 1_000_000,  # a running time on the page would differ from build to build
    "write_computation_times": False,
    "show_signature": False,
    "inspect_global_variables": False,
    "download_all_examples": False,
}


def complete(app: Sphinx, config: Config) -> None:
    """Check our settings, and set those of myst-nb and sphinx-gallery that belong to them.

    Raises
    ------
    ConfigError
        If a setting is not what it can be; the message names it.
    """
    _check(app, config)
    for name, value in FOR_MYST_NB.items():
        _set(config, name, value)
    for name, value in FOR_GALLERY.items():
        config.sphinx_gallery_conf.setdefault(name, value)
    made: Any = config.sphinx_gallery_conf.get("gallery_dirs", "gallery")
    for folder in [made] if isinstance(made, str) else made:
        # sphinx-gallery's downloads, which myst-nb would read as pages, and its heads of sections
        for files in ("*.ipynb", "**/*.ipynb", "GALLERY_HEADER.*", "**/GALLERY_HEADER.*"):
            config.exclude_patterns.append(f"{folder}/{files}")
    # of folders above the course, too; nobody chooses those for sphinx-gallery
    config.suppress_warnings.append("sphinx_gallery.space_in_filename")
    if config.recomputed_katex:
        _set(config, "html_math_renderer", "katex_batch")
    for name, file in config.recomputed_data.items():
        os.environ[name] = str(Path(app.confdir, file).resolve())


def _check(app: Sphinx, config: Config) -> None:
    for name in ("recomputed_cpu_limit", "recomputed_wall_limit"):
        if not 0 < config[name] < math.inf:
            raise ConfigError(f"{name} must be a positive number of seconds, got {config[name]!r}")
    for name in ("recomputed_style", "recomputed_figure_label", "recomputed_deck_name"):
        if config[name]:
            imported(name, config[name])
    for name, file in {"recomputed_lock": config.recomputed_lock, **config.recomputed_data}.items():
        if file and not Path(app.confdir, file).is_file():
            raise ConfigError(f"{name}: there is no file {file} beside conf.py")


def _set(config: Config, name: str, value: object) -> None:
    if compat.set_by_author(config, name) and config[name] != value:
        raise ConfigError(f"{name} is set by recomputed; leave it out of conf.py")
    config[name] = value


def imported(name: str, path: str) -> Any:
    """Return what a setting names by "package.module.name".

    Raises
    ------
    ConfigError
        If there is no such thing.
    """
    module, _, attribute = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"{name} = {path!r} cannot be imported: {error}") from None


def function(config: Config, name: str) -> Callable[[str], str] | None:
    """Return the function that a setting names, or None if it names none."""
    found: Callable[[str], str] | None = imported(name, config[name]) if config[name] else None
    return found


def setting_of(config: Config) -> Setting:
    """Return what surrounds every run."""
    limits = Limits(config.recomputed_cpu_limit, config.recomputed_wall_limit)
    return Setting(tuple(config.recomputed_imports), config.recomputed_style, limits)


def setup(app: Sphinx) -> None:
    """Register the settings."""
    for name, (default, types) in SETTINGS.items():
        app.add_config_value(name, default, "env" if name == "recomputed_katex" else "", types)
    app.connect("config-inited", complete, priority=5)  # before sphinx-gallery fills in its own
