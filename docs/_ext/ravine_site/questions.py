"""Questions that a reader answers on the page, with answers that the page has computed.

``{question}`` holds a prompt and, as directives inside it, what can be chosen or what is said to an answer:

- a number: ``:answer:`` is a quote as in ``{val}``; ``{wrong} 3`` says what a common wrong number means;
- one of several, or several of several: ``{choice}`` with a quote of something true or false;
- an order: ``{item}`` with a quote of a number; the right order is from small to large;
- a setting of an explorer: ``:judge:`` is what its run must do, ``:explorer:`` its name.

``{hint}`` helps, ``{right}`` explains. Hint and answer stand behind folds, so a page without its script
asks and answers too; the script adds checking, feedback and the count of what was done.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterable
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from recomputed.quote.values import parse_quote, quoted_value, value_of
from recomputed.run.snapshot import Data, show
from recomputed.state import facts_of
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from .explorer import generated

logger = logging.getLogger(__name__)

JUDGED = (
    *("map", "method", "start", "eta", "beta", "settles", "updates", "reversals"),
    *("ending", "kind", "x", "y"),
)
"""What a judge can ask of an explorer's run; x and y are the regimes along the two axes, and a start is
usual or moved."""

_CONDITION = re.compile(r"(\w+)\s*(<=|>=|<|>|=)\s*([\w.+-]+)")


class question(nodes.General, nodes.Element):  # noqa: N801 (docutils names its nodes in lower case)
    """A question: its prompt, its parts, and as attributes what the script needs."""


class part(nodes.General, nodes.Element):  # noqa: N801 (the same)
    """A choice, an item, or something that is said after an answer; `role` tells which."""


class Part(SphinxDirective):
    """Something inside a question. Its argument, if it takes one, is a quote or a wrong number."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        node = part("", role=self.name, classes=[f"question-{self.name}"])
        self.set_source_info(node)
        argument = self.arguments[0] if self.arguments else ""
        if self.name in {"choice", "item"}:
            node["value"] = self._value(argument)
            node["entry"] = argument
        elif self.name == "wrong":
            node["value"] = argument
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]

    def _value(self, text: str) -> Data:
        try:
            return value_of(parse_quote(text), self.env, self.env.docname)
        except LookupError as error:
            raise self.error(f"{{{self.name}}} {text}: {error.args[0]}") from None


class Question(SphinxDirective):
    """A question with a name that stays, so that a reader's progress survives an edit."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {
        "answer": directives.unchanged_required,
        "tolerance": float,
        "unit": directives.unchanged,
        "judge": directives.unchanged_required,
        "explorer": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        node = question("", name=self.arguments[0])
        self.set_source_info(node)
        self.state.nested_parse(self.content, self.content_offset, node)
        try:
            node["kind"], node["key"] = self._key(node)
        except (LookupError, ValueError) as error:
            raise self.error(f"question {node['name']}: {error.args[0]}") from None
        revision = hashlib.sha256(f"{node.astext()}{node['key']}".encode())
        node["revision"] = revision.hexdigest()[:8]
        return [node]

    def _key(self, node: question) -> tuple[str, dict[str, object]]:
        """Return the kind of a question and what its answers are judged by."""
        if "judge" in self.options:
            if "explorer" not in self.options:
                raise ValueError("judge needs explorer, the name of the explorer it looks at")
            judge = conditions(self.options["judge"])
            return "judged", {"judge": judge, "explorer": self.options["explorer"]}
        choices, items = _parts(node, "choice"), _parts(node, "item")
        if choices:
            right = [bool(choice["value"]) for choice in choices]
            if not any(right):
                raise ValueError("no choice is right")
            return ("single" if sum(right) == 1 else "multiple"), {"right": right}
        if items:
            values = [item["value"] for item in items]
            return "order", {"right": sorted(range(len(values)), key=lambda n: values[n])}
        if "answer" not in self.options:
            raise ValueError("it needs answer, judge, choices or items")
        return "number", self._number(node)

    def _number(self, node: question) -> dict[str, object]:
        quote = parse_quote(self.options["answer"])
        value = value_of(quote, self.env, self.env.docname)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"the answer {quote.path} is {value!r}, not a number")  # noqa: TRY004
        written, entry = show(value, quote.spec), self.options["answer"]
        node += quoted_value(
            "", written, entry=entry, value=value, classes=["val"], title=f"{quote.path}, computed"
        )
        node["unit"] = self.options.get("unit", "")
        wrong = [text["value"] for text in _parts(node, "wrong")]
        return {"answer": value, "tolerance": self.options.get("tolerance", 0.0), "wrong": wrong}


def _parts(node: nodes.Element, role: str) -> list[part]:
    return [child for child in node.children if isinstance(child, part) and child["role"] == role]


def conditions(text: str) -> list[list[str]]:
    """Return what a judge asks for, as triples of name, comparison and value.

    Raises
    ------
    ValueError
        If a condition is not of the form ``settles < 30`` or asks for something unknown.

    >>> conditions("y = alternating, settles < 80")
    [['y', '=', 'alternating'], ['settles', '<', '80']]
    """
    found = []
    for one in text.split(","):
        match = _CONDITION.fullmatch(one.strip())
        if match is None:
            raise ValueError(f"{one.strip()!r} is not of the form name < number or name = word")
        if match[1] not in JUDGED:
            raise ValueError(f"{match[1]!r} is not known; there are: {', '.join(JUDGED)}")
        found.append([match[1], match[2], match[3]])
    return found


def visit_question(self: HTML5Translator, node: question) -> None:
    """Write the whole question; the script adds only what happens."""
    name, kind = node["name"], node["kind"]
    # "<" would let text inside the script element end it
    key = json.dumps(node["key"]).replace("<", "\\u003c")
    self.body.append(
        f'<form class="question" id="question-{name}" data-name="{name}" data-kind="{kind}"'
        f' data-revision="{node["revision"]}" novalidate>\n'
        f'<script type="application/json">{key}</script>\n'
        "<fieldset><legend>Question</legend>\n"
    )
    _write(self, [c for c in node.children if not isinstance(c, part | quoted_value | nodes.hint)])
    _CONTROLS[kind](self, node)
    self.body.append('<div class="question-says" role="status"></div>\n</fieldset>\n')
    for wrong in _parts(node, "wrong"):
        self.body.append('<div class="question-wrong" hidden>\n')
        _write(self, wrong.children)
        self.body.append("</div>\n")
    hints = [c for c in node.children if isinstance(c, nodes.hint)]
    if hints:
        self.body.append('<details class="fold question-hint"><summary>Hint</summary>\n')
        _write(self, [child for hint in hints for child in hint.children])
        self.body.append("</details>\n")
    self.body.append('<details class="fold question-answer"><summary>Answer</summary>\n')
    _write_answer(self, node)
    self.body.append("</details>\n</form>\n")
    raise nodes.SkipNode


def _write(self: HTML5Translator, children: Iterable[nodes.Node]) -> None:
    for child in children:
        child.walkabout(self)


def _number_field(self: HTML5Translator, node: question) -> None:
    unit = f" in {html.escape(node['unit'])}" if node["unit"] else ""
    self.body.append(
        f'<p><label>Your answer{unit} <input type="text" name="answer" inputmode="decimal"'
        ' autocomplete="off" spellcheck="false"></label></p>\n'
    )


def _choice_fields(self: HTML5Translator, node: question) -> None:
    kind = "radio" if node["kind"] == "single" else "checkbox"
    for number, choice in enumerate(_parts(node, "choice")):
        field = f'<input type="{kind}" name="answer" value="{number}">'
        self.body.append(f'<label class="question-choice">{field}<span>')
        _write_inline(self, choice)
        self.body.append("</span></label>\n")


def _order_list(self: HTML5Translator, node: question) -> None:
    items = _parts(node, "item")
    self.body.append('<ol class="question-order">\n')
    for number in shuffled(node["name"], len(items)):
        self.body.append(f'<li data-item="{number}"><span>')
        _write_inline(self, items[number])
        self.body.append("</span></li>\n")
    self.body.append("</ol>\n")


def shuffled(name: str, count: int) -> list[int]:
    """Return the numbers below `count` in an order that is the same in every build."""
    return sorted(range(count), key=lambda n: hashlib.sha256(f"{name} {n}".encode()).digest())


def _nothing(self: HTML5Translator, node: question) -> None:
    """Write no field: the answer is given in the explorer."""


_CONTROLS = {
    "number": _number_field,
    "single": _choice_fields,
    "multiple": _choice_fields,
    "order": _order_list,
    "judged": _nothing,
}


def _write_inline(self: HTML5Translator, node: part) -> None:
    """Write the text of a choice or item without its paragraph, which a label cannot hold."""
    for child in node.children:
        _write(self, child.children if isinstance(child, nodes.paragraph) else [child])


def _write_answer(self: HTML5Translator, node: question) -> None:
    kind, key = node["kind"], node["key"]
    if kind == "number":
        self.body.append("<p>The answer is ")
        _write(self, [c for c in node.children if isinstance(c, quoted_value)])
        unit = f" {html.escape(node['unit'])}" if node["unit"] else ""
        self.body.append(f"{unit}.</p>\n")
    if kind in {"single", "multiple"}:
        choices = zip(_parts(node, "choice"), key["right"], strict=True)
        _write_list(self, "ul", [choice for choice, right in choices if right])
    if kind == "order":
        items = _parts(node, "item")
        _write_list(self, "ol", [items[number] for number in key["right"]])
    for explained in _parts(node, "right"):
        self.body.append('<div class="question-right">\n')
        _write(self, explained.children)
        self.body.append("</div>\n")


def _write_list(self: HTML5Translator, tag: str, parts: Iterable[part]) -> None:
    self.body.append(f"<{tag}>\n")
    for one in parts:
        self.body.append("<li>")
        _write_inline(self, one)
        self.body.append("</li>\n")
    self.body.append(f"</{tag}>\n")


def ledger_entries(app: Sphinx, doctree: nodes.document) -> dict[str, tuple[Data, int]]:
    """Give the ledger the answers of questions that have no number; that of a number is a quoted value."""
    return {
        f"answer of {node['name']}": (
            json.dumps(node["key"].get("right", node["key"].get("judge"))),
            node.line or 1,
        )
        for node in doctree.findall(question)
        if node["kind"] != "number"
    }


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Note the questions of a page while it is read, for the count in the contents."""
    asked = [
        {"name": node["name"], "revision": node["revision"]} for node in doctree.findall(question)
    ]
    names = [one["name"] for one in asked]
    for name in {name for name in names if names.count(name) > 1}:
        message = f"two questions are named {name!r}; progress is kept by the name"
        logger.warning(message, location=app.env.docname, type="recomputed", subtype="question")
    if asked:
        facts_of(app.env).of(app.env.docname).more["questions"] = asked


def _questions(env: BuildEnvironment) -> dict[str, list[dict[str, str]]]:
    pages = facts_of(env).pages
    return {n: pages[n].more["questions"] for n in sorted(pages) if "questions" in pages[n].more}


def count(app: Sphinx) -> dict[str, int]:
    """Count the questions of all pages."""
    return {"questions": sum(map(len, _questions(app.env).values()))}


def write_index(app: Sphinx, env: BuildEnvironment) -> None:
    """Write the list of all questions once for all pages, so that the contents can show what is done."""
    if app.builder.format == "html":
        index = [
            {"page": app.builder.get_target_uri(name), "questions": asked}
            for name, asked in _questions(env).items()
        ]
        script = f"window.ravineQuestions = {json.dumps(index)};\n"
        (generated(app) / "questions-index.js").write_text(script, encoding="utf-8")


def offer(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: object
) -> None:
    """Load the scripts on every page, and tell the template whether this one has questions."""
    pages = _questions(app.env)
    if pages:
        context["ravine_page_questions"] = len(pages.get(pagename, ()))
        app.add_css_file("questions.css")
        app.add_js_file("questions-index.js", loading_method="defer")
        app.add_js_file("questions.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the directives and nodes."""
    app.add_node(question, html=(visit_question, None))
    app.add_node(part)
    app.add_directive("question", Question)
    for name in ("choice", "item", "wrong", "right"):
        app.add_directive(name, Part)
    app.connect("doctree-read", collect)
    app.connect("recomputed-entries", ledger_entries)
    app.connect("recomputed-account", count)
    app.connect("env-updated", write_index)
    app.connect("html-page-context", offer)
