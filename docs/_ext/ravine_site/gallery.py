"""The link to sphinx-gallery: figures become twins for light and dark, variables become quotable.

sphinx-gallery calls the scraper after each block of a script, with the script's namespace. The
scraper writes both pictures of the figure and keeps a snapshot of the variables.
"""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import matplotlib.pyplot as plt
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator
from sphinx_gallery import gen_rst

from .figure_data import figure_data
from .figures import apply_style, dark_twin, size_in_pixels, to_svg
from .snapshot import Data, nearest, snapshot


@dataclass
class Script:
    """What one gallery script computed."""

    source: str
    docname: str
    names: dict[str, Data] = field(default_factory=dict)
    pictures: list["Picture"] = field(default_factory=list)


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


def reset_style(gallery_conf: dict[str, object], fname: str) -> None:
    """Restore the style before each script (sphinx-gallery restores matplotlib's own defaults)."""
    apply_style()


def scrape(block: object, block_vars: dict[str, object], gallery_conf: dict[str, object]) -> str:
    """Write the open figures of a block and return the reStructuredText that shows them."""
    namespace = block_vars["example_globals"]
    assert isinstance(namespace, dict)
    source_folder = Path(str(gallery_conf["src_dir"]))
    target = Path(str(block_vars["target_file"]))
    source = Path(str(block_vars["src_file"]))
    stem = source.stem
    docname = target.with_suffix("").relative_to(source_folder).as_posix()
    record = SCRIPTS.setdefault(stem, Script(str(source), docname))
    record.names = snapshot({k: v for k, v in namespace.items() if not k.startswith("__")})

    paths: Iterator[str] = block_vars["image_path_iterator"]  # type: ignore[assignment]
    shown = []
    for number in plt.get_fignums():
        alt = namespace.get("alt")
        if not isinstance(alt, str) or not alt.strip():
            raise ExtensionError(f"{stem}: define alt, a sentence that says what the figure shows")
        figure = plt.figure(number)
        light = Path(next(paths)).with_suffix(".svg")
        dark = light.with_name(light.stem + "_dark.svg")
        svg = to_svg(figure)
        light.write_text(svg, encoding="utf-8")
        dark.write_text(dark_twin(svg), encoding="utf-8")
        folder = light.parent.relative_to(source_folder).as_posix()
        width, height = size_in_pixels(figure)
        record.pictures.append(
            Picture(
                light=f"{folder}/{light.name}",
                dark=f"{folder}/{dark.name}",
                width=width,
                height=height,
                alt=alt,
                data=figure_data(figure),
            )
        )
        shown.append(f".. gallery-picture:: {stem}\n   :number: {len(record.pictures)}\n")
    plt.close("all")
    return "\n".join(shown)


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
    return f"Figure {lecture}.{figure.upper()}"


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


def forget_scripts(app: Sphinx) -> None:
    """Start a build with no script recorded (a live preview builds many times in one process)."""
    SCRIPTS.clear()


def setup(app: Sphinx) -> None:
    """Register the directives and the image node."""
    gen_rst.zip_files = zip_with_fixed_dates  # there is no setting for it
    app.add_node(themed_image, html=(visit_themed_image, None))
    app.add_directive("gallery-picture", GalleryPicture)
    app.add_directive("gallery-figure", GalleryFigure)
    app.connect("builder-inited", forget_scripts, priority=50)
    app.connect("source-read", one_tag_list)
    app.connect("doctree-read", make_referable)
