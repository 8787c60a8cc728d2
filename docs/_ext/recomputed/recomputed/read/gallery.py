"""The link to sphinx-gallery: figures become twins for light and dark, variables become quotable.

sphinx-gallery makes the pages, downloads and overview of the scripts. Their code has run before (see
`runs`), isolated and cached like that of the pages. So where sphinx-gallery would execute a block, it
is given what the block drew and printed.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator
from sphinx_gallery.py_source_parser import Block, split_code_and_text_blocks

from recomputed import compat
from recomputed.run.cells import Cell, CellError, Drawing, Execution
from recomputed.run.figures import dark_twin
from recomputed.run.snapshot import Data, nearest
from recomputed.settings import function
from recomputed.state import Build, build_in, build_of, depend_on, stop


@dataclass
class Script:
    """A gallery script, what its blocks computed, and its pictures once they are written."""

    source: str
    docname: str
    execution: Execution
    block_at: dict[int, int]
    pictures: list["Picture"] = field(default_factory=list)

    @property
    def names(self) -> dict[str, Data]:
        """The script's variables as plain data."""
        return self.execution.names


@dataclass(frozen=True)
class Picture:
    """One figure: its files, relative to the source folder, its size in pixels, what it shows."""

    light: str
    dark: str
    width: int
    height: int
    alt: str
    data: list[str]


def script(build: Build, name: str) -> Script:
    """Return what the script of this name computed.

    Raises
    ------
    LookupError
        If no script has this name; the message gives the nearest names.
    """
    if name in build.scripts:
        return build.scripts[name]
    near = nearest(name, list(build.scripts))
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise LookupError(f"no gallery script is named {name!r}{hint}")


def folders(app: Sphinx) -> list[tuple[Path, Path]]:
    """Return the folders of scripts, each with the folder of their pages as seen from the source folder."""
    conf = app.config.sphinx_gallery_conf
    scripts, made = (_listed(conf.get(n, [])) for n in ("examples_dirs", "gallery_dirs"))
    return [(Path(app.srcdir, s).resolve(), Path(m)) for s, m in zip(scripts, made, strict=False)]


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def script_paths(app: Sphinx) -> list[Path]:
    """Return the files of all scripts that draw figures, in a fixed order."""
    return sorted(path for folder, _ in folders(app) for path in folder.rglob("plot_*.py"))


def code_blocks(path: Path) -> tuple[Cell, ...]:
    """Return the blocks of code between a script's texts.

    Raises
    ------
    CellError
        If the file is not UTF-8.
    """
    try:
        _, blocks = split_code_and_text_blocks(str(path))
    except UnicodeDecodeError as error:
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        raise CellError("the file is not UTF-8; save it as UTF-8", line) from None
    return tuple(Cell(b.content, b.lineno, path.stem) for b in blocks if b.type == "code")


def take_over(
    app: Sphinx, scripts: Mapping[Path, Sequence[Cell]], executions: Mapping[Path, Execution]
) -> None:
    """Keep what the scripts computed for sphinx-gallery and for the pages that quote them."""
    build = build_of(app)
    for folder, made in folders(app):
        for path in scripts:
            if folder in path.parents:
                docname = (made / path.relative_to(folder).with_suffix("")).as_posix()
                if path.stem in build.scripts:
                    other = build.scripts[path.stem].source
                    stop(f"two scripts have one name; the other is {other}", f"{path}:1")
                block_at = {cell.line: number for number, cell in enumerate(scripts[path])}
                build.scripts[path.stem] = Script(str(path), docname, executions[path], block_at)
    _NOW.set((build, app.config.recomputed_dark))
    remove_left_over(app, build)


_NOW: ContextVar[tuple[Build, Mapping[str, str]]] = ContextVar(
    "the build whose gallery is written now"
)


def remove_left_over(app: Sphinx, build: Build) -> None:
    """Delete the pages that sphinx-gallery has written of scripts that are gone, or have another name."""
    known = {script.docname for script in build.scripts.values()}
    for _, made in folders(app):
        for page in Path(app.srcdir, made).rglob("plot_*.rst"):
            if page.relative_to(app.srcdir).with_suffix("").as_posix() not in known:
                for file in page.parent.glob(f"{page.stem}.*"):
                    file.unlink()


def computed_before(  # noqa: PLR0917 (sphinx-gallery calls it so)
    compiler: object,
    block: Block,
    example_globals: object,
    script_vars: Mapping[str, str],
    gallery_conf: Mapping[str, str],
    file_conf: object,
) -> str:
    """Return the reStructuredText of a block's figures and prints, in place of executing it."""
    if block.type == "text":
        return ""
    build, dark = _NOW.get()
    record = script(build, Path(script_vars["src_file"]).stem)
    number = record.block_at[block.lineno]
    images = Path(script_vars["target_file"]).parent / "images"
    shown = []
    for drawing in record.execution.drawings[number]:
        picture = write_picture(record, drawing, images, Path(gallery_conf["src_dir"]), dark)
        record.pictures.append(picture)
        number_on_page = len(record.pictures)
        shown.append(
            f".. gallery-picture:: {Path(record.source).stem}\n   :number: {number_on_page}\n"
        )
    printed = "".join(o["text"] for o in record.execution.outputs[number] if "text" in o)
    if printed.strip():
        shown.append(build.code_output.format(indent(printed.expandtabs(), " " * 4)))
    return "\n" + "\n\n".join(shown) + "\n\n"


def write_picture(
    record: Script, drawing: Drawing, images: Path, source_folder: Path, dark: Mapping[str, str]
) -> Picture:
    """Write both files of a figure under the name that sphinx-gallery expects."""
    stem = Path(record.source).stem
    alt = record.names.get("alt")
    if not isinstance(alt, str) or not alt.strip():
        stop(
            f"{stem}: define alt, a sentence that says what the figure shows", f"{record.source}:1"
        )
    light = images / f"sphx_glr_{stem}_{len(record.pictures) + 1:03}.svg"
    twin = light.with_name(light.stem + "_dark.svg")
    write_if_other(light, drawing.svg.encode())
    write_if_other(twin, dark_twin(drawing.svg, dark).encode())
    folder = images.relative_to(source_folder).as_posix()
    return Picture(
        light=f"{folder}/{light.name}",
        dark=f"{folder}/{twin.name}",
        width=drawing.width,
        height=drawing.height,
        alt=alt,
        data=list(drawing.data),
    )


class themed_image(nodes.image):  # noqa: N801 (docutils names its nodes in lower case)
    """An image with a fixed size that is shown in one colour scheme only."""


def picture_nodes(picture: Picture) -> list[nodes.Node]:
    """Return the light and the dark image of a picture."""
    return [
        themed_image(
            uri="/" + uri,
            alt=picture.alt,
            classes=[f"only-{scheme}", "figure-image"],
            pixel_width=picture.width,
            pixel_height=picture.height,
        )
        for uri, scheme in ((picture.light, "light"), (picture.dark, "dark"))
    ]


def visit_themed_image(self: HTML5Translator, node: themed_image) -> None:
    """Write the image with width and height, so that the page does not move when it arrives."""
    uri = node["uri"]
    if uri in self.builder.images:
        uri = f"{self.builder.imgpath}/{self.builder.images[uri]}"
    attributes = {
        "src": uri,
        "alt": node["alt"],
        "width": node["pixel_width"],
        "height": node["pixel_height"],
        "loading": "lazy",
        "decoding": "async",
    }
    self.body.append(self.emptytag(node, "img", "\n", **attributes))
    raise nodes.SkipNode


class GalleryPicture(SphinxDirective):
    """The picture of a script on the script's own page; written by the scraper."""

    required_arguments = 1
    option_spec: ClassVar = {"number": directives.positive_int}

    def run(self) -> list[nodes.Node]:
        try:
            record = script(build_in(self.env), self.arguments[0])
        except LookupError as error:
            raise self.error(str(error)) from None
        picture = record.pictures[self.options.get("number", 1) - 1]
        return [nodes.container("", *picture_nodes(picture), classes=["gallery-picture"])]


class GalleryFigure(SphinxDirective):
    """A gallery script's figure on a page, with a caption of the page's own.

    What the figure is called comes from the script's name, by the function that ``recomputed_figure_label``
    names. The caption ends with a link to the script.
    """

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        try:
            record = script(build_in(self.env), name)
        except LookupError as error:
            raise self.error(str(error)) from None
        depend_on(self.env, record.docname)
        if not record.pictures:
            raise self.error(f"{name} draws no figure")
        label = label_of(self.config, name)
        figure = nodes.figure("", *picture_nodes(record.pictures[0]), classes=["gallery-figure"])
        self.set_source_info(figure)
        figure["recomputed_label"], figure["recomputed_script"] = label, name
        figure += self._caption(label, record.docname)
        self.add_name(figure)
        return [figure]

    def _caption(self, label: str, docname: str) -> nodes.caption:
        caption = nodes.caption("", "", nodes.strong("", label + ". ", classes=["figure-label"]))
        self.set_source_info(caption)
        parsed = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, parsed)
        for paragraph in parsed.children:
            caption += paragraph.children if isinstance(paragraph, nodes.paragraph) else [paragraph]
        link = addnodes.pending_xref(
            "",
            nodes.inline("", "Code"),
            refdomain="std",
            reftype="doc",
            reftarget="/" + docname,
            refexplicit=True,
            refwarn=True,
            refdoc=self.env.docname,
        )
        caption += [nodes.Text(" "), nodes.inline("", "", link, classes=["figure-code"])]
        return caption


def label_of(config: Config, name: str) -> str:
    """Return what the figure of a script is called: "Figure 1.6", or "Figure" if no setting says more."""
    label = function(config, "recomputed_figure_label")
    return label(name) if label is not None else "Figure"


def make_referable(app: Sphinx, doctree: nodes.document) -> None:
    """Let ``{ref}`fig-1-6` `` write "Figure 1.6" (Sphinx itself would write the whole caption)."""
    labels = app.env.domains.standard_domain.labels
    for figure in doctree.findall(nodes.figure):
        for name in figure["names"] if "recomputed_label" in figure else ():
            labels[name] = (app.env.docname, figure["ids"][0], figure["recomputed_label"])


def zip_with_fixed_dates(
    file_list: Sequence[str], zipname: Path, relative_to: Path, extension: str | None = None
) -> str:
    """Write a script's download; sphinx-gallery's own would carry the time of the build."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in file_list:
            file = Path(name).with_suffix(extension) if extension else Path(name)
            member = zipfile.ZipInfo(file.relative_to(relative_to).as_posix())
            archive.writestr(member, file.read_bytes())
    write_if_other(Path(zipname), content.getvalue())
    return str(zipname)


def write_if_other(path: Path, content: bytes) -> None:
    """Write a file unless it is as it should be: what depends on it is then not read again."""
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


def one_tag_list(app: Sphinx, docname: str, content: list[str]) -> None:
    """Keep one of the list elements that sphinx-gallery repeats, with their id, for each section."""
    before, found, after = content[0].partition(compat.TAG_LIST)
    content[0] = before + found + after.replace(compat.TAG_LIST, "")


def setup(app: Sphinx) -> None:
    """Register the directives and the image node."""
    build_of(app).code_output = compat.take_over_gallery(computed_before, zip_with_fixed_dates)
    app.add_node(themed_image, html=(visit_themed_image, None))
    app.add_directive("gallery-picture", GalleryPicture)
    app.add_directive("gallery-figure", GalleryFigure)
    app.connect("source-read", one_tag_list)
    app.connect("doctree-read", make_referable)
