"""Slide decks, made of the pages themselves.

While pages are written, `collect` keeps what their marks (`marks`) put on slides. When all are written,
the same builder renders each deck with the same figures, values, outputs and formulas, and reveal.js
shows it (``static/slides.js``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from recomputed import compat
from recomputed.settings import function
from recomputed.state import Build, build_of, facts_of

from . import katex
from .folds import fold, summary
from .marks import MarkError, Slide, captions, mark_of, parse_cell, slides_of

logger = logging.getLogger(__name__)

_SPOKEN = (
    nodes.paragraph,
    nodes.bullet_list,
    nodes.enumerated_list,
    nodes.definition_list,
    nodes.block_quote,
    nodes.math_block,
)


@dataclass(frozen=True)
class Writer:
    """Writes blocks of one page into a deck; `page` and `deck` are their addresses."""

    builder: StandaloneHTMLBuilder
    page: str
    deck: str

    def slide(self, slide: Slide) -> dict[str, object]:
        """Return what the template needs of a slide."""
        return {
            "title": slide.title,
            "source": self.address("#" + slide.anchor),
            "parts": [
                {"step": part.step, "html": "".join(map(self.shown, part.blocks))}
                for part in slide.parts
                if part.blocks
            ],
            "notes": "".join(self.spoken(b) for b in slide.notes if isinstance(b, _SPOKEN)),
        }

    def shown(self, block: nodes.Element) -> str:
        """Render a block as the page does, without what only a page needs."""
        copy = self.moved(block)
        for hidden in compat.hidden_code(copy):
            hidden.parent.remove(hidden)
        for caption in captions(copy):  # the label is enough; the speaker says the rest
            caption.replace_self(nodes.paragraph("", "", caption.children[0], classes=["caption"]))
        for folded in list(copy.findall(fold)):
            folded.replace_self(opened(folded))
        return self.rendered(copy)

    def spoken(self, block: nodes.Element) -> str:
        """Render a block for the speaker's window, which has the browser's own style only."""
        copy = self.moved(block)
        for formula in list(copy.findall(nodes.math)) + list(copy.findall(nodes.math_block)):
            mathml = katex.mathml(self.builder.env, formula)
            formula.replace_self(nodes.raw("", mathml, format="html"))
        return self.rendered(copy)

    def moved(self, block: nodes.Element) -> nodes.Element:
        """Return a copy, in a parent, without anchors and with links that start from the deck."""
        parent = nodes.Element("", block.deepcopy())
        for node in parent.findall(nodes.Element):
            node["ids"] = []
            node.attributes.pop("number", None)  # of an equation
        for link in parent.findall(nodes.reference):
            if "refid" in link:
                link["refuri"] = self.address("#" + link.attributes.pop("refid"))
            elif link.get("internal"):
                link["refuri"] = self.address(link["refuri"])
        for html in list(parent.findall(nodes.raw)):  # links that set an explorer of the page
            from_deck = html.astext().replace('href="?', f'href="{self.address("")}?')
            html.replace_self(nodes.raw("", from_deck, format=html["format"]))
        return parent

    def address(self, link: str) -> str:
        """Return where a link of the page leads, as seen from the deck."""
        path, _, anchor = link.partition("#")
        target = normpath(join(dirname(self.page), path)) if path else self.page
        return relative_uri(self.deck, target) + ("#" + anchor if anchor else "")

    def rendered(self, parent: nodes.Element) -> str:
        """Render what is in a parent."""
        return "".join(self.builder.render_partial(node)["fragment"] for node in parent.children)


def opened(folded: fold) -> nodes.container:
    """Return what is in a fold, with the fold's title as its first words."""
    title, *text = folded.children
    assert isinstance(title, summary)
    return nodes.container(
        "", nodes.paragraph("", "", nodes.strong("", "", *title.children)), *text
    )


def decks(app: Sphinx) -> dict[str, list[str]]:
    """Return the pages of each deck in the order of the navigation.

    Pages with one deck name, by the function that ``recomputed_deck_name`` names, are one deck.
    """
    env, found = app.env, dict[str, list[str]]()
    for docname in dict.fromkeys(reading_order(env, str(env.config.root_doc))):
        if facts_of(env).of(docname).more.get("slides"):
            found.setdefault(deck_of(app, docname), []).append(docname)
    return found


def reading_order(env: BuildEnvironment, docname: str) -> Iterator[str]:
    """Yield a page and those below it, as the navigation lists them."""
    yield docname
    for below in env.toctree_includes.get(docname, ()):
        yield from reading_order(env, below)


def deck_of(app: Sphinx, docname: str) -> str:
    """Return the name of the deck a page belongs to; without a setting each page has one of its own."""
    name = function(app.config, "recomputed_deck_name")
    return name(docname) if name is not None else docname.replace("/", "-")


def address_of(app: Sphinx, deck: str) -> str:
    """Return the address of a deck in the site."""
    return app.builder.get_target_uri(f"slides/{deck}")


def note_marks(app: Sphinx, doctree: nodes.document) -> None:
    """Note while a page is read whether it has slides."""
    try:
        marks = [mark_of(node) for node in doctree.findall(nodes.Element)]
    except MarkError:
        return  # it is told when the page is written
    if any(mark and "slide" in mark for mark in marks):
        facts_of(app.env).of(app.env.docname).more["slides"] = True


def collect(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take the slides from a page that is about to be written, and link the page to its deck."""
    if app.builder.format != "html":
        return
    build = build_of(app)
    try:
        check_cells(build, docname)
        slides = slides_of(doctree, app.env.titles[docname].astext())
    except MarkError as error:
        where = (docname, error.line)
        logger.warning("%s", error, location=where, type="recomputed", subtype="slides")
        return
    if len(slides) > 1:
        build.slides[docname] = slides
        deck = address_of(app, deck_of(app, docname))
        address = relative_uri(app.builder.get_target_uri(docname), deck)
        link = nodes.reference("", "Slides", refuri=address, internal=True)
        title = next(iter(doctree.findall(nodes.title)))
        place = title.parent
        place.insert(place.index(title) + 1, nodes.paragraph("", "", link, classes=["page-slides"]))


def check_cells(build: Build, docname: str) -> None:
    """Check the options of all code cells, also of those that the page does not show."""
    if page := build.pages.get(docname):
        executed = [
            cell for cell in page.notebook.cells if cell.cell_type == "code" and cell.source.strip()
        ]
        for cell, in_notebook in zip(page.cells, executed, strict=True):
            parse_cell(in_notebook.metadata, cell.line)


def write_decks(app: Sphinx) -> Iterator[tuple[str, dict[str, object], str]]:
    """Yield each deck of which a page was written for its template."""
    builder, build = app.builder, build_of(app)
    if not isinstance(builder, StandaloneHTMLBuilder):
        return
    written = set(build.written)
    for name, docnames in decks(app).items():
        if not written & set(docnames):
            continue
        for docname in docnames:
            if (
                docname not in build.slides
            ):  # it is as the last build wrote it; its events collect them
                app.env.get_and_resolve_doctree(docname, builder, tags=builder.tags)
        deck = address_of(app, name)
        shown: list[dict[str, object]] = []
        for docname in docnames:
            first = 0 if docname == docnames[0] else 1  # one title slide a deck
            shown += slides_for(builder, build, docname, deck)[first:]
        yield (
            f"slides/{name}",
            {
                "title": shown[0]["title"],
                "slides": with_ids(shown),
                "katex": app.config.recomputed_katex,
            },
            "slides.html",
        )


def slides_for(
    builder: StandaloneHTMLBuilder, build: Build, docname: str, deck: str
) -> list[dict[str, object]]:
    """Return what the template needs of a page's slides."""
    before = builder.imgpath, builder.add_permalinks
    builder.imgpath, builder.add_permalinks = relative_uri(deck, builder.imagedir), False
    writer = Writer(builder, builder.get_target_uri(docname), deck)
    try:
        return [writer.slide(slide) for slide in build.slides.get(docname, ())]
    finally:
        builder.imgpath, builder.add_permalinks = before


def with_ids(slides: list[dict[str, object]]) -> list[dict[str, object]]:
    """Give each slide an id made of its title, for its address."""
    used: dict[str, int] = {}
    for slide in slides:
        name = nodes.make_id(str(slide["title"])) or "slide"
        used[name] = used.get(name, 0) + 1
        slide["id"] = name if used[name] == 1 else f"{name}-{used[name]}"
    return slides


def setup(app: Sphinx) -> None:
    """Collect while pages are written, before folds become tags; write the decks at the end."""
    app.connect("doctree-read", note_marks)
    app.connect("doctree-resolved", collect, priority=800)
    app.connect("html-collect-pages", write_decks)
