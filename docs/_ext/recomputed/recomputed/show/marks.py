"""Marks: what a page says about slides, and the slides it says it of.

A mark is a line ``+++ {"slide": "Title"}`` or ``+++ {"step": true}`` before text, or the same options
on a code cell. `slides_of` takes the marked parts from a page; text without a mark becomes the notes of
the slide before it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from docutils import nodes

from recomputed import compat

from .folds import fold

Options = Mapping[str, object]
"""What a mark says: ``{"slide": title}``, ``{"step": True}`` or both; empty for "page only"."""

_OPTIONS = {"slide", "step"}
_CELL_OPTIONS = _OPTIONS | {"name", "tags", "load"}


class MarkError(Exception):
    """A mark that cannot be followed, and its line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class Part:
    """Blocks of a page that appear together; those of step 0 are there from the start."""

    step: int
    blocks: list[nodes.Element] = field(default_factory=list)


@dataclass
class Slide:
    """A slide: its title, the section it comes from, what it shows, and what is said."""

    title: str
    anchor: str = ""
    parts: list[Part] = field(default_factory=list)
    notes: list[nodes.Element] = field(default_factory=list)


def parse_mark(text: str, line: int = 0) -> Options:
    """Return what a line ``+++ {...}`` says.

    >>> parse_mark('{"slide": "Convex sets"}'), parse_mark("{}")
    ({'slide': 'Convex sets'}, {})
    """
    try:
        options = json.loads(text or "{}")
    except json.JSONDecodeError as error:
        raise MarkError(f"+++ {text}: {error.msg}", line) from None
    if not isinstance(options, dict):
        raise MarkError(f'+++ {text}: write it as +++ {{"slide": "Title"}}', line)
    check_options(options, _OPTIONS, (True, "same"), line)
    return options


def parse_cell(metadata: Options, line: int) -> Options:
    """Return what the options of a code cell say about slides."""
    check_options(metadata, _CELL_OPTIONS, (True, "same", "answer"), line)
    mark = {key: value for key, value in metadata.items() if key in _OPTIONS}
    if mark and "remove-cell" in str(metadata.get("tags")):
        raise MarkError("a cell that the page removes cannot be on a slide", line)
    return mark


def check_options(options: Options, known: set[str], steps: tuple[object, ...], line: int) -> None:
    """Raise a MarkError for an unknown key, and for a title or a step that is none."""
    if unknown := sorted(options.keys() - known):
        raise MarkError(f"unknown key {unknown[0]!r}; there are {', '.join(sorted(known))}", line)
    title, step = options.get("slide", "a title"), options.get("step", "same")
    if not isinstance(title, str) or not title.strip():
        raise MarkError(f"slide must be a title, got {title!r}", line)
    if (type(step), step) not in [
        (type(accepted), accepted) for accepted in steps
    ]:  # 1 is not true
        accepted = ", ".join(map(json.dumps, steps))
        raise MarkError(f"step must be one of {accepted}, got {step!r}", line)


def slides_of(doctree: nodes.document, title: str) -> list[Slide]:
    """Return the slides of a page: the title slide, then one for each mark that begins one."""
    slides = [Slide(title)]
    shown = False
    for hidden in doctree.findall(is_line):
        if not isinstance(hidden.parent, nodes.section | nodes.document):
            raise MarkError("a mark stands between blocks, not inside of one", hidden.line or 1)
    for block, anchor in blocks(doctree):
        mark = mark_of(block)
        if mark is not None:
            shown = bool(mark)
            if shown:
                begin(slides, mark, block.line or 1)
        if isinstance(block, nodes.comment):
            continue
        slide = slides[-1]
        if shown:
            slide.anchor = slide.anchor or anchor
            show(slide, block, answer_apart=mark is not None and mark.get("step") == "answer")
        else:
            slide.notes.append(block)
        shown = shown and mark is None  # what follows a code cell is for the page alone
    return slides


def blocks(node: nodes.Element, anchor: str = "") -> Iterator[tuple[nodes.Element, str]]:
    """Yield the blocks of a page in their order, each with the anchor of its section."""
    for child in node.children:
        if isinstance(child, nodes.section):
            yield from blocks(child, child["ids"][0])
        elif isinstance(child, nodes.Element) and not isinstance(child, nodes.title | nodes.raw):
            yield child, anchor


def is_line(node: nodes.Node) -> bool:
    """Say whether a node is a line ``+++``, as MyST reads it."""
    return compat.is_block_break(node)


def mark_of(block: nodes.Element) -> Options | None:
    """Return what a block says about slides; None for text, which goes on with what was before."""
    if is_line(block):
        return parse_mark(block.astext(), block.line or 1)
    if compat.is_code_cell(block):
        return parse_cell(compat.metadata_of_cell(block), block.line or 1)
    return None


def begin(slides: list[Slide], mark: Options, line: int) -> None:
    """Begin the slide or the step that a mark asks for."""
    if "slide" in mark:
        slides.append(Slide(str(mark["slide"])))
    elif len(slides) == 1:
        raise MarkError("a step needs a slide before it on this page", line)
    parts = slides[-1].parts
    step = parts[-1].step if parts else 0
    parts.append(Part(step if mark.get("step", "same") == "same" else step + 1))


def show(slide: Slide, block: nodes.Element, *, answer_apart: bool) -> None:
    """Put a block on a slide. An answer, and what stands in a fold, is a step of its own."""
    part = slide.parts[-1]
    if answer_apart and len(block.children) > 1:
        code, output = block.deepcopy(), block.deepcopy()
        code.children, output.children = code.children[:-1], output.children[-1:]
        part.blocks.append(code)
        slide.parts.append(Part(part.step + 1, [output]))
    elif isinstance(block, fold) and part.blocks:
        slide.parts.append(Part(part.step + 1, [block]))
    else:
        part.blocks.append(block)
    if isinstance(block, nodes.figure):
        slide.notes += [nodes.paragraph("", "", *c.deepcopy().children) for c in captions(block)]


def captions(figure: nodes.Element) -> list[nodes.caption]:
    """Return the caption of a figure, if it has one."""
    return list(figure.findall(nodes.caption))
