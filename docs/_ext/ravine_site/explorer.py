"""The explorer on a page: a figure that stands for itself, and the script that brings it to life.

The script is made here from the modules in ``docs/_explorer`` and the formulas that `formulas` writes from
the library. It is one classic file: a page saved to disk runs it too, and there is no import that
a browser's cache could keep from an older build.
"""

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from recomputed.read import gallery
from recomputed.read.executions import cache_of
from recomputed.run.sources import files_of
from recomputed.state import build_in, depend_on
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

_HERE = Path(__file__).parent
_MADE_BY = [_HERE / f"{name}.py" for name in ("explorer", "formulas", "javascript")]

MODULES = Path(__file__).parents[2] / "_explorer"

# Each module after those that it imports. A worker has those before the bar, too.
SCRIPTS = {
    "explorer.js": "formula engine theory state contours generated methods maps own basins |"
    " worker words snippet picture chart judge layout beside plane files explorer line main",
    "questions.js": "state answers progress questions",
}

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:const|function|class) (\w+)", re.MULTILINE)


def bundle(names: str) -> str:
    """Return modules as one script; each keeps its names to itself."""
    *shared, own = (scopes.split() for scopes in names.split("|"))
    begin = "".join(_shared(modules) for modules in shared)
    return f'(() => {{\n"use strict";\nconst modules = {{}};\n{begin}{_scopes(own)}}})();\n'


def _shared(names: list[str]) -> str:
    """Wrap modules in a function: the page calls it, and its text is the script of the worker."""
    script = '`"use strict"; const modules = {}; (${shared})(modules); modules.basins.serve(self);`'
    define = f"const shared = (modules) => {{\n{_scopes(names)}}};\nshared(modules);\n"
    return f"{define}modules.worker = {{ script: {script} }};\n"


def _scopes(names: list[str]) -> str:
    return "".join(_scope(name, source(name)) for name in names if name != "worker")


def source(name: str) -> str:
    """Return the text of a module; that of the formulas is generated."""
    if name == "generated":
        from . import formulas  # here, as most builds have the script from the cache

        return formulas.module()
    return (MODULES / f"{name}.js").read_text(encoding="utf-8")


_COMMENT = re.compile(
    r"^ *//.*\n|^ */\*\*(?:[^*]|\*(?!/))*\*/\n|/\*\* @type [^*]*\*/ ?", re.MULTILINE
)


def without_comments(text: str) -> str:
    r"""Return a module without comments, which are for those who read the modules.

    >>> without_comments("// Adds.\nconst one = /** @type {number} */ (1);\n")
    'const one = (1);\n'
    """
    return _COMMENT.sub("", text)


def _scope(name: str, text: str) -> str:
    text = without_comments(text)
    exported = ", ".join(_EXPORT.findall(text))
    text = _IMPORT.sub(r"const {\1} = modules.\2;", text)
    text = re.sub(r"^export ", "", text, flags=re.MULTILINE)
    return f"modules.{name} = (() => {{\n{text}return {{ {exported} }};\n}})();\n"


class LineDirective(SphinxDirective):
    """A one-dimensional explorer: ``{line-explorer} double-well``; its figure stands in for it."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {
        "figure": directives.unchanged_required,
        "x": float,
        "eta": float,
        "name": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        from .formulas import LINES

        keys = [key for key, *_ in LINES]
        if self.arguments[0] not in keys:
            raise self.error(
                f"no curve is named {self.arguments[0]!r}; there are: {', '.join(keys)}"
            )
        settings = {"preset": self.arguments[0]}
        settings |= {name: self.options[name] for name in ("x", "eta") if name in self.options}
        return [_figure(self, settings, attribute="line")]


class explorer(nodes.General, nodes.Element):  # noqa: N801 (docutils names its nodes in lower case)
    """A figure that the script turns into an explorer."""


class ExplorerDirective(SphinxDirective):
    """An explorer that begins with a landscape: ``{explorer} ravine``.

    Without the script a gallery script's figure stands in its place, with the content as caption.
    """

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {
        "figure": directives.unchanged_required,
        "x": float,
        "y": float,
        "eta": float,
        "beta": float,
        "methods": directives.unchanged_required,
        "link": directives.flag,
        "name": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        return [_figure(self, self._settings(), attribute="explorer")]

    def _settings(self) -> dict[str, object]:
        from ravine.course.landscapes import LANDSCAPES

        from .formulas import RULES

        preset = self.arguments[0]
        known = [landscape.key for landscape in LANDSCAPES]
        if preset not in known:
            raise self.error(f"no landscape is named {preset!r}; there are: {', '.join(known)}")
        settings: dict[str, object] = {"preset": preset}
        for name in ("x", "y", "eta", "beta"):
            if name in self.options:
                settings[name] = self.options[name]
        if "methods" in self.options:
            methods = self.options["methods"].split()
            for method in methods:
                if method not in (*RULES, "backtracking"):
                    raise self.error(f"no method is named {method!r}")
            settings["methods"] = methods
        if "link" in self.options:
            settings["link"] = True
        return settings


def _figure(directive: SphinxDirective, settings: Mapping[str, object], attribute: str) -> explorer:
    """Return the figure that stands there until, or unless, the script takes its place."""
    if "figure" not in directive.options:
        raise directive.error(f"{directive.name} needs :figure:, a gallery script that stands in")
    try:
        record = gallery.script(build_in(directive.env), directive.options["figure"])
    except LookupError as error:
        raise directive.error(str(error)) from None
    depend_on(directive.env, record.docname)
    pictures = gallery.picture_nodes(record.pictures[0])
    node = explorer("", *pictures, settings=json.dumps(settings), attribute=attribute)
    directive.set_source_info(node)
    caption = nodes.caption()
    parsed = nodes.Element()
    directive.state.nested_parse(directive.content, directive.content_offset, parsed)
    for paragraph in parsed.children:
        caption += paragraph.children
    node += caption
    directive.add_name(node)
    return node


def visit_explorer(self: HTML5Translator, node: explorer) -> None:
    """Open the figure; the settings are data, not script."""
    ids = f' id="{node["ids"][0]}"' if node["ids"] else ""
    settings = html.escape(node["settings"], quote=True)
    self.body.append(f'<figure class="explorer"{ids} data-{node["attribute"]}="{settings}">\n')


def depart_explorer(self: HTML5Translator, node: explorer) -> None:
    """Close the figure."""
    self.body.append("</figure>\n")


def write_scripts(app: Sphinx) -> None:
    """Write the scripts where Sphinx collects static files."""
    modules = "".join(path.read_text(encoding="utf-8") for path in sorted(MODULES.glob("*.js")))
    made_by = [*_MADE_BY, *files_of("ravine")]
    made = cache_of(app).recall(
        made_by, modules, lambda: {name: bundle(names) for name, names in SCRIPTS.items()}
    )
    folder = generated(app)
    folder.mkdir(parents=True, exist_ok=True)
    for name, script in made.items():
        (folder / name).write_text(script, encoding="utf-8")
    app.config.html_static_path.append(str(folder))


def generated(app: Sphinx) -> Path:
    """Return the folder of the static files that a build makes, beside the cache."""
    return Path(app.doctreedir).parent / "generated"


def load_script(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: object
) -> None:
    """Load the script and its style on pages that have an explorer, and on no other."""
    if isinstance(doctree, nodes.document) and next(doctree.findall(explorer), None) is not None:
        app.add_css_file("explorer.css")
        app.add_js_file("explorer.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the directive and its script."""
    app.add_node(explorer, html=(visit_explorer, depart_explorer))
    app.add_directive("explorer", ExplorerDirective)
    app.add_directive("line-explorer", LineDirective)
    app.connect("builder-inited", write_scripts)
    app.connect("html-page-context", load_script)
