"""The link to sphinx-gallery: figures become twins for light and dark, variables become quotable.

sphinx-gallery makes the pages, downloads and overview of the scripts. Their code has run before (see
`runs`), isolated and cached like that of the pages. So where sphinx-gallery would execute a block, it
is given what the block drew and printed.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator
from sphinx_gallery import gen_gallery, gen_rst
from sphinx_gallery.py_source_parser import Block, split_code_and_text_blocks

from .execute import Cell, Drawing, Execution
from .figures import dark_twin
from .snapshot import Data, nearest


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


SCRIPTS: dict[str, Script] = {}
"""The scripts that ran in this build, by name. Filled before the first page is read."""


def script(name: str) -> Script:
    """Return what the script of this name computed.

    Raises
    ------
    LookupError
        If no script has this name; the message gives the nearest names.
    """
    if name in SCRIPTS:
        return SCRIPTS[name]
    near = nearest(name, list(SCRIPTS))
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise LookupError(f"no gallery script is named {name!r}{hint}")


def script_paths(app: Sphinx) -> list[Path]:
    """Return the files of all scripts that draw figures, in a fixed order."""
    return sorted(_gallery_folder(app).rglob("plot_*.py"))


def _gallery_folder(app: Sphinx) -> Path:
    return Path(app.srcdir, app.config.sphinx_gallery_conf["examples_dirs"]).resolve()


def code_blocks(path: Path) -> tuple[Cell, ...]:
    """Return the blocks of code between a script's texts."""
    _, blocks = split_code_and_text_blocks(str(path))
    return tuple(Cell(b.content, b.lineno, path.stem) for b in blocks if b.type == "code")


def take_over(
    app: Sphinx, scripts: Mapping[Path, Sequence[Cell]], executions: Mapping[Path, Execution]
) -> None:
    """Keep what the scripts computed for sphinx-gallery and for the pages that quote them."""
    SCRIPTS.clear()
    pages_folder = Path(app.config.sphinx_gallery_conf["gallery_dirs"])
    for path, blocks in scripts.items():
        docname = pages_folder / path.relative_to(_gallery_folder(app)).with_suffix("")
        block_at = {cell.line: number for number, cell in enumerate(blocks)}
        execution = executions[path]
        SCRIPTS[path.stem] = Script(str(path), docname.as_posix(), execution, block_at)


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
    record = script(Path(script_vars["src_file"]).stem)
    number = record.block_at[block.lineno]
    images = Path(script_vars["target_file"]).parent / "images"
    shown = []
    for drawing in record.execution.drawings[number]:
        picture = write_picture(record, drawing, images, Path(gallery_conf["src_dir"]))
        record.pictures.append(picture)
        number_on_page = len(record.pictures)
        shown.append(
            f".. gallery-picture:: {Path(record.source).stem}\n   :number: {number_on_page}\n"
        )
    printed = "".join(o["text"] for o in record.execution.outputs[number] if "text" in o)
    if printed.strip():
        shown.append(gen_rst.CODE_OUTPUT.format(indent(printed.expandtabs(), " " * 4)))
    return "\n" + "\n\n".join(shown) + "\n\n"


def write_picture(record: Script, drawing: Drawing, images: Path, source_folder: Path) -> Picture:
    """Write both files of a figure under the name that sphinx-gallery expects."""
    stem = Path(record.source).stem
    alt = record.names.get("alt")
    if not isinstance(alt, str) or not alt.strip():
        raise ExtensionError(f"{stem}: define alt, a sentence that says what the figure shows")
    light = images / f"sphx_glr_{stem}_{len(record.pictures) + 1:03}.svg"
    dark = light.with_name(light.stem + "_dark.svg")
    light.write_text(drawing.svg, encoding="utf-8")
    dark.write_text(dark_twin(drawing.svg), encoding="utf-8")
    folder = images.relative_to(source_folder).as_posix()
    return Picture(
        light=f"{folder}/{light.name}",
        dark=f"{folder}/{dark.name}",
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
        record = script(self.arguments[0])
        picture = record.pictures[self.options.get("number", 1) - 1]
        return [nodes.container("", *picture_nodes(picture), classes=["gallery-picture"])]


class GalleryFigure(SphinxDirective):
    """A gallery script's figure on a page, with a caption of the page's own.

    The number comes from the script's name: ``plot_1_6_sweep_quadratic`` is Figure 1.6. The caption
    ends with a link to the script.
    """

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        try:
            record = script(name)
        except LookupError as error:
            raise self.error(str(error)) from None
        if not record.pictures:
            raise self.error(f"{name} draws no figure")
        label = figure_label(name)
        figure = nodes.figure("", *picture_nodes(record.pictures[0]), classes=["gallery-figure"])
        self.set_source_info(figure)
        figure["ravine_label"], figure["ravine_script"] = label, name
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


def figure_label(name: str) -> str:
    """Return the figure's label from the script's name.

    >>> figure_label("plot_1_6_sweep_quadratic"), figure_label("plot_1_e_basin_map")
    ('Figure 1.6', 'Figure 1.E')
    """
    _, lecture, figure, *_ = name.split("_")
    return f"Figure {lecture.upper()}.{figure.upper()}"


def make_referable(app: Sphinx, doctree: nodes.document) -> None:
    """Let ``{ref}`fig-1-6` `` write "Figure 1.6" (Sphinx itself would write the whole caption)."""
    labels = app.env.domains.standard_domain.labels
    for figure in doctree.findall(nodes.figure):
        for name in figure["names"] if "ravine_label" in figure else ():
            labels[name] = (app.env.docname, figure["ids"][0], figure["ravine_label"])


def zip_with_fixed_dates(
    file_list: Sequence[str], zipname: Path, relative_to: Path, extension: str | None = None
) -> str:
    """Write a script's download; sphinx-gallery's own would carry the time of the build."""
    with zipfile.ZipFile(zipname, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in file_list:
            file = Path(name).with_suffix(extension) if extension else Path(name)
            member = zipfile.ZipInfo(file.relative_to(relative_to).as_posix())
            archive.writestr(member, file.read_bytes())
    return str(zipname)


_TAG_LIST = ".. raw:: html\n\n  <div id='sg-tag-list' class='sphx-glr-tag-list'></div>"


def one_tag_list(app: Sphinx, docname: str, content: list[str]) -> None:
    """Keep one of the list elements that sphinx-gallery repeats, with their id, for each section."""
    before, found, after = content[0].partition(_TAG_LIST)
    content[0] = before + found + after.replace(_TAG_LIST, "")


def setup(app: Sphinx) -> None:
    """Register the directives and the image node."""
    # there are no settings for these three; the last one would import matplotlib into every build
    gen_gallery._import_matplotlib = lambda: None  # noqa: SLF001
    gen_rst.zip_files = zip_with_fixed_dates
    gen_rst.execute_code_block = computed_before
    app.add_node(themed_image, html=(visit_themed_image, None))
    app.add_directive("gallery-picture", GalleryPicture)
    app.add_directive("gallery-figure", GalleryFigure)
    app.connect("source-read", one_tag_list)
    app.connect("doctree-read", make_referable)
