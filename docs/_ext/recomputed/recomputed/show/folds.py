"""Folds: an answer or a worked solution that the reader opens.

``:::{fold} Answer`` folds text. A section folds, code cells included, when ``{.fold}`` stands on the
line before its heading, which then is what the reader opens. The browser does the rest; a link to
something inside opens the fold, and paper shows it open.
"""

from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator


class fold(nodes.container):  # noqa: N801 (docutils names its nodes in lower case)
    """Folded text. Its first child is a `summary`."""


class summary(nodes.TextElement):  # noqa: N801 (the same)
    """What is seen of a fold while it is closed."""


class Fold(SphinxDirective):
    """Text behind a line that the reader opens."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        title, messages = self.state.inline_text(self.arguments[0], self.lineno)
        node = fold("", summary("", "", *title), classes=["fold"])
        self.set_source_info(node)
        self.add_name(node)
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node, *messages]


def fold_sections(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the tags of a fold into each section that asks for it.

    The title stays the section's child: lists of contents and references look for it there.
    """
    if app.builder.format != "html":
        return
    for section in doctree.findall(nodes.section):
        if "fold" in section["classes"]:
            section.insert(1, _tag("</summary>"))
            section.insert(0, _tag('<details class="fold"><summary>'))
            section.append(_tag("</details>"))


def _tag(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def setup(app: Sphinx) -> None:
    """Register the directive and its nodes."""
    app.add_node(fold, html=(_visit_fold, _depart_fold))
    app.add_node(summary, html=(_visit_summary, _depart_summary))
    app.add_directive("fold", Fold)
    app.connect("doctree-resolved", fold_sections, priority=900)


def _visit_fold(self: HTML5Translator, node: fold) -> None:
    self.body.append(self.starttag(node, "details"))


def _depart_fold(self: HTML5Translator, node: fold) -> None:
    self.body.append("</details>\n")


def _visit_summary(self: HTML5Translator, node: summary) -> None:
    self.body.append(self.starttag(node, "summary", ""))


def _depart_summary(self: HTML5Translator, node: summary) -> None:
    self.body.append("</summary>\n")
