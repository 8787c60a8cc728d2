"""Which pages a build reads and writes again, when it goes on from the last good one.

Sphinx goes by the time of a file. That is not enough here: a page quotes numbers of scripts, which change
with their code. So a page is read again when a hash of all that it was read from has changed: its text, what
its code and the scripts that it names have computed, the files it includes, and `cache.surroundings`. It is
written again when it was read, and all pages are when something changed that every page may show: a title,
the navigation, a label. What the last build wrote for the others is byte for byte what a clean build would
write; tests compare them.

All of it is done by Sphinx's events, and nothing is taken from a build that failed: the `docs` session gives
each build copies of the last good one's pages and state, and keeps them if it passes.
"""

import json
import re
import shutil
from collections.abc import Iterator, Sequence, Set
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.ext import viewcode

from . import account, gallery, pages, questions, runs
from .cache import hash_of

WRITTEN: set[str] = set()
"""The pages that this build has written so far."""

_TO_READ: set[str] = set()

_SCRIPT = re.compile(r"plot_\w+")


def forget(app: Sphinx) -> None:
    """Start a build (a live preview may build many times in one process)."""
    WRITTEN.clear()
    _TO_READ.clear()
    if app.builder.format == "html":
        # Sphinx lays it anew. What is there already when a page is written changes the addresses in it.
        shutil.rmtree(Path(app.outdir, "_static"), ignore_errors=True)


def read_from(app: Sphinx, env: BuildEnvironment) -> dict[str, str]:
    """Return for each page a hash of all that it is read from."""
    scripts = {name: runs.CHECKSUMS[Path(s.source)] for name, s in gallery.SCRIPTS.items()}
    own = {script.docname: scripts[name] for name, script in gallery.SCRIPTS.items()}
    own |= {name: runs.CHECKSUMS[page.source.path] for name, page in pages.PAGES.items()}
    extension = [_text(path) for path in sorted(Path(__file__).parent.glob("*.py"))]
    everywhere = hash_of(runs.cache_of(app).surroundings, *extension, *sorted(env.found_docs))
    hashes = {}
    for docname in env.found_docs:
        included = [Path(app.srcdir, name) for name in sorted(env.dependencies.get(docname, ()))]
        texts = [_text(Path(path)) for path in (env.doc2path(docname), *included)]
        # a page names each script that it quotes or shows
        words = {word for text in texts for word in _SCRIPT.findall(text)}
        named = [f"{name} {scripts[name]}" for name in sorted(words & scripts.keys())]
        hashes[docname] = hash_of(everywhere, own.get(docname, ""), *texts, *named)
    return hashes


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def outdated(
    app: Sphinx, env: BuildEnvironment, added: Set[str], changed: Set[str], removed: Set[str]
) -> list[str]:
    """Return the pages that are not as they were read."""
    was, now = _read_from(env), read_from(app, env)
    docnames = [docname for docname in now if now[docname] != was.get(docname)]
    _TO_READ.update(docnames, added)
    return docnames


def only_outdated(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Leave out the pages whose file has only another time (sphinx-gallery writes its pages anew)."""
    docnames[:] = [docname for docname in docnames if docname in _TO_READ]


def also_to_write(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages that were not read, and yet are not as they were written."""
    kept = _kept(env)
    shared, facts = hash_of(on_every_page(env), *_around_pages(app)), account.take(app)
    to_write: list[str] = []
    if shared != kept.get("on every page"):
        to_write += env.found_docs
        shutil.rmtree(Path(app.outdir, "_modules"), ignore_errors=True)  # these look at times, too
    else:
        leave_module_pages(app)
    if facts != kept.get("account"):
        to_write += account.pages_with_facts(env)
    kept |= {"on every page": shared, "account": facts}
    _read_from(env).clear()
    _read_from(env).update(read_from(app, env))
    return to_write


def leave_module_pages(app: Sphinx) -> None:
    """Leave the pages of the library's source as they are: to ask for their times imports all of it."""
    for listener in tuple(app.events.listeners["html-collect-pages"]):
        if listener.handler is viewcode.collect_pages:
            app.disconnect(listener.id)


def _read_from(env: BuildEnvironment) -> dict[str, str]:
    hashes: dict[str, str] = env.__dict__.setdefault("ravine_read_from", {})
    return hashes


def _kept(env: BuildEnvironment) -> dict[str, object]:
    kept: dict[str, object] = env.__dict__.setdefault("ravine_reading", {})
    return kept


def on_every_page(env: BuildEnvironment) -> str:
    """Return a hash of what any page may show of the others."""
    titles = [f"{name} {node.pformat()}" for name, node in sorted(env.titles.items())]
    titles += [f"{name} {node.pformat()}" for name, node in sorted(env.longtitles.items())]
    contents = [f"{name} {node.pformat()}" for name, node in sorted(env.tocs.items())]
    slugs = [
        (name, [(slug, *rest) for slug, (_, *rest) in data["myst_slugs"].items()])
        for name, data in sorted(env.metadata.items())
        if "myst_slugs" in data
    ]  # without the line, which prose moves
    names = [
        (domain, kind, sorted(map(repr, entries.items())))
        for domain in ("math", "py", "std")
        for kind, entries in sorted(env.domaindata[domain].items())
        if isinstance(entries, dict)
    ]
    order = [sorted(env.toctree_includes.items()), sorted(env.toc_secnumbers.items())]
    code = sorted(env.__dict__.get("_viewcode_modules", {}).items())
    more = map(repr, (slugs, names, order, code))
    return hash_of(*titles, *contents, *more, questions.index(env))


def _around_pages(app: Sphinx) -> Iterator[str]:
    """Yield the templates, and the static files, of whose content a page's links carry a checksum."""
    for name in (*app.config.templates_path, *app.config.html_static_path):
        for path in sorted(Path(app.confdir, name).rglob("*")):
            yield f"{path.name} {_text(path)}"


def note_written(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Note that a page is about to be written."""
    WRITTEN.add(docname)


def complete_search_index(app: Sphinx) -> Iterator[tuple[str, dict[str, object], str]]:
    """Give back to Sphinx's search index what it does not load of the pages that are not written.

    It loads their words, but not their entries, and keeps words that no page has any more.
    """
    builder = app.builder
    if isinstance(builder, StandaloneHTMLBuilder) and builder.indexer is not None:
        indexer = builder.indexer
        entries = indexer._index_entries  # noqa: SLF001 (there is no other way to them)
        file = Path(app.doctreedir, "index-entries.json")
        if file.exists():
            for docname, kept in json.loads(file.read_text("utf-8")).items():
                if docname not in WRITTEN and docname in app.env.found_docs:
                    entries[docname] = [tuple(entry) for entry in kept]
        ordered = dict(sorted(entries.items()))
        entries.clear()
        entries.update(ordered)
        file.write_text(json.dumps(ordered), encoding="utf-8")
        for words in indexer._mapping, indexer._title_mapping:  # noqa: SLF001
            for word in [word for word, docnames in words.items() if not docnames]:
                del words[word]
    return iter(())


def remove_left_over(app: Sphinx, exception: Exception | None) -> None:
    """Delete the images and downloads that no page has any more."""
    if exception is not None or app.builder.format != "html":
        return
    images = {Path(name).as_posix() for _, name in app.env.images.values()}
    downloads = {Path(name).as_posix() for _, name in app.env.dlfiles.values()}
    for folder, known in (("_images", images), ("_downloads", downloads)):
        root = Path(app.outdir, folder)
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.relative_to(root).as_posix() not in known:
                path.unlink()
                if path.parent != root and not any(path.parent.iterdir()):
                    path.parent.rmdir()


def written_pages(docnames: Sequence[str] | Set[str]) -> list[str]:
    """Return those of some pages that this build has written, in a fixed order."""
    return sorted(docname for docname in docnames if docname in WRITTEN)


def setup(app: Sphinx) -> None:
    """Register the decisions."""
    app.connect("builder-inited", forget)
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", only_outdated)
    app.connect("env-updated", also_to_write, priority=900)
    app.connect("doctree-resolved", note_written, priority=100)
    app.connect("html-collect-pages", complete_search_index)
    app.connect("build-finished", remove_left_over)
