"""Each page with code can be taken home: as an executed notebook and as a Python script."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict, writes
from sphinx.application import Sphinx

from recomputed.quote import values
from recomputed.read.gallery import label_of
from recomputed.read.pages import Page
from recomputed.run.snapshot import show
from recomputed.state import build_of

_VALUE = re.compile(r"\{val\}`([^`]*)`")
_ROLE = re.compile(r"\{[\w:-]+\}`([^`<]*?)(?:\s*<[^`>]*>)?`")
_FIGURE = re.compile(r"^(`{3,}|:{3,})\{gallery-figure\} (\w+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_LISTS = re.compile(r"^(`{3,}|:{3,})\{(?:toctree|contents)\}.*?^\1$\n?", re.MULTILINE | re.DOTALL)
_REFERENCE = re.compile(r"\{ref\}`([\w-]+)`")
_LABEL = re.compile(r"^\$\$ \([\w-]+\)$", re.MULTILINE)
_FOLD = re.compile(r"\{fold\} (.*)")
_ATTRIBUTES = re.compile(r"^\{[.#][^}]*\}$\n?", re.MULTILINE)
_MARK = re.compile(r"^\+\+\+.*$\n?", re.MULTILINE)
_FENCE = re.compile(r"(?P<marks>`{3,}|:{3,}) *(?P<info>.*?) *")
_OPTION = re.compile(r"^:[\w-]+:.*$\n?", re.MULTILINE)
_TARGET = re.compile(r"^\([\w-]+\)=$\n?", re.MULTILINE)
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def plain_markdown(text: str, app: Sphinx, docname: str, labels: Mapping[str, str]) -> str:
    """Return MyST text as Markdown that any notebook program shows: values in place, no directives.

    `labels` says what a reference is called, as in ``{"fig-1-6": "Figure 1.6"}``.
    """
    text = _LISTS.sub("", _FRONT_MATTER.sub("", text))
    text = _FIGURE.sub(lambda m: _figure(app, m[2], m[3]), text)
    text = _VALUE.sub(lambda m: _value(app, m[1], docname), text)
    text = _REFERENCE.sub(lambda m: labels.get(m[1], m[1]), text)
    text = _LABEL.sub("$$", _TARGET.sub("", text))
    text = _MARK.sub("", _ATTRIBUTES.sub("", text))
    text = _ROLE.sub(r"`\1`", text)
    return _OPTION.sub("", _without_directives(text)).strip()


def _without_directives(text: str) -> str:
    """Drop the lines that open and close directives; keep what is inside, and plain code blocks."""
    kept: list[str] = []
    fences: list[tuple[str, bool]] = []  # those that are open, and whether their lines are kept
    for line in text.splitlines():
        fence = _FENCE.fullmatch(line)
        in_code = bool(fences) and fences[-1][1]
        if fence and fences and line.rstrip().startswith(fences[-1][0]) and not fence["info"]:
            keep = fences.pop()[1]
        elif fence and not in_code:
            keep = not fence["info"].startswith("{")
            fences.append((fence["marks"], keep))
            if fold := _FOLD.fullmatch(fence["info"]):
                kept.append(f"**{fold[1]}**\n")
        else:
            keep = True
        kept += [line] if keep else []
    return "\n".join(kept)


def _figure(app: Sphinx, script: str, caption: str) -> str:
    caption = _OPTION.sub("", caption).strip()
    return f"*{label_of(app.config, script)} (gallery script {script}.py):* {caption}\n"


def _value(app: Sphinx, text: str, docname: str) -> str:
    try:
        quote = values.parse_quote(text)
        return show(values.value_of(quote, app.env, docname), quote.spec)
    except (LookupError, ValueError):
        return text  # the page itself has reported it


def portable(page: Page, app: Sphinx, labels: Mapping[str, str]) -> NotebookNode:
    """Return the page's notebook with plain Markdown and without the site's own metadata."""
    notebook: NotebookNode = from_dict(page.notebook)
    notebook.metadata.pop("source_map", None)
    notebook.metadata.pop("file_format", None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"  # fixed, so that equal pages give equal files
        for ours in ("slide", "step"):
            cell.metadata.pop(ours, None)
        if cell.cell_type == "markdown":
            cell.source = plain_markdown(cell.source, app, page.source.docname, labels)
    return notebook


def as_script(notebook: NotebookNode) -> str:
    """Return a notebook as a Python script in the percent format that editors understand.

    Cells that are meant to raise stand there as comments, so that the script runs to its end.
    """
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append("# %% [markdown]\n" + _commented(cell.source))
        elif "raises-exception" in cell.metadata.get("tags", ()):
            parts.append("# %% this cell raises an error on purpose\n" + _commented(cell.source))
        else:
            parts.append("# %%\n" + cell.source)
    return "\n\n".join(parts) + "\n"


def _commented(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def write_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Write both files of each page beside its HTML."""
    if exception is not None or app.builder.format != "html":
        return
    known = app.env.domains.standard_domain.labels
    labels = {name: title for name, (_, _, title) in known.items()}
    build = build_of(app)
    for docname in sorted(build.written & build.pages.keys()):
        notebook = portable(build.pages[docname], app, labels)
        target = Path(app.outdir) / docname
        target.parent.mkdir(parents=True, exist_ok=True)
        target.with_name(target.name + ".ipynb").write_text(
            writes(notebook) + "\n", encoding="utf-8"
        )
        target.with_name(target.name + ".py").write_text(as_script(notebook), encoding="utf-8")


def offer(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Link to both files below the page."""
    if pagename in build_of(app).pages:
        name = Path(pagename).name
        context["body"] += (
            '<p class="page-downloads">\n  Take this page home:\n'
            f'  <a href="{name}.ipynb" download>notebook (.ipynb)</a>\n'
            f'  <a href="{name}.py" download>script (.py)</a>\n</p>\n'
        )


def setup(app: Sphinx) -> None:
    """Write the files at the end of the build."""
    app.connect("html-page-context", offer)
    app.connect("build-finished", write_downloads)
