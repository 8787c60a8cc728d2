"""The roles ``{val}`` and ``{given}``: numbers in a sentence that the build has computed or checked.

``{val}`winner:.2f` `` quotes a variable of the page's own cells;
``{val}`plot_1_6_sweep_quadratic::winner:.2f` `` quotes one of a gallery script.
What stands before the last colon is a path (``run.updates``, ``counts[3]``, ``table['1e-4']``),
what stands behind it is a Python format specification.

``{given}`0.5 = plot_1_3_diagnostics_python::step_size` `` writes 0.5, an input, and checks that the run
it speaks about has that value.
"""

import re
from dataclasses import dataclass

from docutils import nodes
from sphinx.addnodes import not_smartquotable
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole
from sphinx.writers.html5 import HTML5Translator

from recomputed.read import gallery
from recomputed.run.snapshot import Data, look_up, show
from recomputed.state import build_in, depend_on

logger = logging.getLogger(__name__)

_QUOTE = re.compile(
    r"(?:(?P<script>\w+)::)?(?P<path>\w[^:\[]*(?:\[[^\]]*\][^:\[]*)*)(?::(?P<spec>.*))?"
)


@dataclass(frozen=True)
class Quote:
    """What a ``{val}`` asks for. `script` is empty for a variable of the page itself."""

    script: str
    path: str
    spec: str


def parse_quote(text: str) -> Quote:
    """Return the parts of a ``{val}``.

    Raises
    ------
    LookupError
        If the text is no quote.

    >>> parse_quote("plot_1_6_sweep::winner:.2f")
    Quote(script='plot_1_6_sweep', path='winner', spec='.2f')
    """
    match = _QUOTE.fullmatch(text.strip())
    if match is None:
        raise LookupError(f"{text!r} is not of the form variable:format or script::variable:format")
    return Quote(match["script"] or "", match["path"].strip(), match["spec"] or "")


def value_of(quote: Quote, env: BuildEnvironment, docname: str) -> Data:
    """Return the value a quote names, on the page `docname`.

    Raises
    ------
    LookupError
        If there is no such script, page or variable, or the variable took several values.
    """
    build = build_in(env)
    if quote.script:
        record = gallery.script(build, quote.script)
        if docname == env.current_document.docname:  # and not one that only writes what was read
            depend_on(env, record.docname)
        return look_up(record.names, quote.path)
    if docname not in build.pages:
        raise LookupError(
            f"this page has no code cells, so {quote.path!r} must name a gallery script too"
        )
    page = build.pages[docname]
    execution = page.execution
    variable = re.split(r"[.\[]", quote.path)[0]
    if variable in execution.rebound:
        lines = ", ".join(str(page.cells[number].line) for number in execution.rebound[variable])
        raise LookupError(
            f"{variable!r} takes several values on this page (cells at lines {lines}); "
            "give the one you mean a name of its own"
        )
    return look_up(execution.names, quote.path)


class quoted_value(nodes.inline, not_smartquotable):  # noqa: N801 (as docutils names its nodes)
    """A value in running text, as it is: the quotation marks of an error message stay straight.

    ``entry`` and ``value`` are what the ledger keeps of it.
    """


class ValueRole(SphinxRole):
    """Write a computed value into the text."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        location = self.get_location()
        try:
            quote = parse_quote(self.text)
            value = value_of(quote, self.env, self.env.docname)
            written = show(value, quote.spec)
        except (LookupError, ValueError) as error:
            reason = str(error.args[0] if error.args else error)
            message = f"{{val}}`{self.text}`: {reason}"
            logger.warning(message, location=location, type="recomputed", subtype="val")
            return [nodes.problematic(self.rawtext, self.rawtext)], []
        where = quote.script or "this page"
        node = quoted_value(
            self.rawtext,
            written,
            entry=self.text.strip(),
            value=value,
            classes=["val"],
            title=f"{quote.path}, computed by {where}",
        )
        node.source, node.line = self.get_source_info()
        return [node], []


class GivenRole(SphinxRole):
    """Write an input of a run into the text, and check that the run has it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        try:
            written = checked_input(self.text, self.env)
        except (LookupError, ValueError) as error:
            message = f"{{given}}`{self.text}`: {error.args[0]}"
            logger.warning(
                message, location=self.get_location(), type="recomputed", subtype="given"
            )
            return [nodes.problematic(self.rawtext, self.rawtext)], []
        return [nodes.inline(self.rawtext, written, classes=["given"])], []


def checked_input(text: str, env: BuildEnvironment) -> str:
    """Return what a ``{given}`` writes, if it is the value of the variable it names.

    Raises
    ------
    LookupError
        If the text is not of the form ``0.5 = variable``, or names nothing.
    ValueError
        If the variable has another value.
    """
    written, equals, path = (part.strip() for part in text.partition(" = "))
    if not equals:
        raise LookupError("write it as 0.5 = variable, or 0.5 = script::variable")
    quote = parse_quote(path)
    value = value_of(quote, env, env.docname)
    if not equal_as_written(written, value):
        raise ValueError(f"{quote.path} is {value!r}")
    return written


def equal_as_written(written: str, value: Data) -> bool:
    """Say whether a text is a value, as a number if it can be read as one.

    >>> equal_as_written("0.5", 0.5), equal_as_written("1e-5", 0.00001), equal_as_written("80", 81)
    (True, True, False)
    """
    try:
        return float(written.replace("−", "-").replace(",", "")) == value
    except ValueError:
        return written == str(value)


def visit_quoted_value(self: HTML5Translator, node: quoted_value) -> None:
    """Write the value in a span that says, on hovering, where it comes from."""
    self.body.append(self.starttag(node, "span", "", title=node["title"]))


def depart_quoted_value(self: HTML5Translator, node: quoted_value) -> None:
    """Close the span."""
    self.body.append("</span>")


def setup(app: Sphinx) -> None:
    """Register the role."""
    app.add_node(quoted_value, html=(visit_quoted_value, depart_quoted_value))
    app.add_role("val", ValueRole())
    app.add_role("given", GivenRole())
