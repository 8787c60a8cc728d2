"""The built site, served on this machine, and the system's Chromium to look at it."""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, ClassVar
from urllib.parse import urlsplit

import pytest

from .survey import COUNT_SHIFTS, View, look_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, BrowserContext, Page, Request, WebSocket

REPOSITORY = Path(__file__).parent.parent.parent
SITE = Path(os.environ.get("RAVINE_SITE", REPOSITORY / "docs" / "_build" / "html")).resolve()

LECTURE = "lectures/01-optimization-and-pytorch-in-1d.html"
INDEX = "index.html"
REFERENCE = "reference/descent.html"
EMPTY = "empty-page-for-tests.html"

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
SIZES = {"wide": WIDE, "narrow": NARROW}
SCHEMES = ("light", "dark")
PARTS = 8
"""Into so many the survey of all pages is cut, for each size of window, so that processes can share it."""

DEADLOCK = 600_000
"""Milliseconds after which a wait is given up. No test is about time, and a busy machine is slow."""

# Chromium as root in a container, and silent: without these it asks its maker's hosts at each start.
FLAGS = [
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # nothing but the site is reached
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pages_of_the_site() -> list[str]:
    """List all pages, the lecture first; for collection, so an absent site gives an empty list."""
    found = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
    return [page for page in found if not page.startswith(("_static/", "_downloads/"))]


def part_of_the_site(part: int) -> list[str]:
    """List every so many-th page, so that each part has long ones and short ones."""
    return pages_of_the_site()[part::PARTS]


def a_gallery_page() -> str:
    """Name one page that shows a script."""
    return next((page for page in pages_of_the_site() if "/plot_" in page), "gallery/index.html")


def chromium_path() -> str:
    """Find the system's Chromium; no test downloads a browser."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    asked = os.environ.get("CHROMIUM")
    found = next(filter(None, map(shutil.which, (asked,) if asked else names)), None)
    if found is None:
        missing = f"CHROMIUM={asked} is no program. " if asked else ""
        raise FileNotFoundError(
            f"these tests need Chromium or Chrome. {missing}Install one (Debian, Ubuntu: "
            "apt-get install chromium) or set CHROMIUM to the name or path of its program"
        )
    return found


class Silent(http.server.SimpleHTTPRequestHandler):
    """Serves files, which the browser may keep, and says nothing."""

    kept: ClassVar[tuple[str, ...]] = ("",)  # the ends of paths; here of all
    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"
    extensions_map: ClassVar = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".woff2": "font/woff2",
        ".ipynb": "application/x-ipynb+json",
    }

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path != f"/{EMPTY}":
            super().do_GET()
            return
        page = b"<!doctype html><title>Empty</title><link rel=icon href='data:,'>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def end_headers(self) -> None:
        kept = urlsplit(self.path).path.endswith(self.kept)
        self.send_header("Cache-Control", "max-age=86400" if kept else "no-store")
        super().end_headers()

    def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:
        with contextlib.suppress(ConnectionError):  # who leaves a page waits for no more of it
            super().copyfile(source, outputfile)


class FirstVisit(Silent):
    """Serves each page as to who has seen no other: what may arrive late, and move the text, is sent again.

    Style sheets stand in the head, and nothing is shown before they are there, so they may be kept.
    """

    kept: ClassVar[tuple[str, ...]] = (".css",)


@contextlib.contextmanager
def serve(handler: type[Silent] = Silent) -> Iterator[str]:
    """Serve the built site and give its address."""
    of_the_site = functools.partial(handler, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), of_the_site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give a process a part of the survey with all its tests, or one other test, whenever it is idle.

    The option --dist has no such way: --dist loadgroup finds no groups with pytest 9.2 and xdist 3.8.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByPart(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            is_of_the_survey = "test_every_page.py" in nodeid and nodeid.endswith("]")
            return nodeid[nodeid.index("[") :] if is_of_the_survey else nodeid

    return ByPart(config, log)


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    """The address under which the built site is served."""
    if not (SITE / INDEX).exists():
        pytest.fail(f"there is no site in {SITE}; build it: python3 noxfile.py -s docs")
    with serve() as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=FLAGS, timeout=DEADLOCK
        )
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Opens pages of the site and remembers what went wrong on them."""

    base: str
    context: BrowserContext
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("request", self._asks)  # those of workers and of windows it opens, too
        self.page = self.context.new_page()
        self.page.on("websocket", self._asks)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._response)

    def open(self, path: str) -> Page:
        """Go to a page and wait until it, its fonts and its scripts are there."""
        self.page.goto(f"{self.base}/{path}", wait_until="load")
        self.page.evaluate("document.fonts.ready")
        return self.page

    def begin_anew(self) -> None:
        """Leave the page, and forget what it has stored and what was seen on it.

        The window and its process stay: to begin with new ones takes longer than to open most pages.
        """
        self.page.goto(f"{self.base}/{EMPTY}")
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.mouse.move(0, 0)
        self.errors.clear()
        self.outside.clear()

    def _asks(self, request: Request | WebSocket) -> None:
        address = urlsplit(request.url)
        is_of_the_site = f"http://{address.netloc}" == self.base and address.scheme == "http"
        if not is_of_the_site and address.scheme not in ("data", "blob", "about"):
            self.outside.append(f"{self.page.url} asks for {request.url}")

    def _console(self, message: object) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{self.page.url}: {message.text}")

    def _response(self, response: object) -> None:
        if response.status >= 400:
            self.errors.append(f"{self.page.url}: {response.url} answers {response.status}")


def new_context(browser: Browser, **settings: object) -> BrowserContext:
    """Return a context with nothing stored that waits as long as a slow machine needs."""
    context = browser.new_context(**settings)
    context.set_default_timeout(DEADLOCK)
    return context


def visitor(browser: Browser, base: str, size: str, scheme: str = "light") -> Visitor:
    """Return a new visitor with nothing stored, a window of this size, and a system of this scheme."""
    context = new_context(
        browser,
        viewport=SIZES[size],
        color_scheme=scheme,
        reduced_motion="reduce",
        bypass_csp=True,
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base)
    return Visitor(base, context)


@pytest.fixture(scope="session")
def visitors(chromium: Browser, base: str) -> Iterator[Callable[..., Visitor]]:
    """Give a visitor with a window of a size and a system of a scheme, who has seen nothing yet.

    Who changes more of the browser than what the site stores (media, scripts) takes a new `visitor`.
    """
    known: dict[tuple[str, str], Visitor] = {}

    def one(size: str, scheme: str = "light") -> Visitor:
        if (size, scheme) not in known:
            known[size, scheme] = visitor(chromium, base, size, scheme)
        known[size, scheme].begin_anew()
        return known[size, scheme]

    yield one
    for each in known.values():
        each.context.close()


@pytest.fixture(params=SIZES)
def visit(request: pytest.FixtureRequest, visitors: Callable[..., Visitor]) -> Visitor:
    """A visitor with a wide and with a narrow window."""
    return visitors(request.param)


@pytest.fixture(params=[(size, scheme) for size in SIZES for scheme in SCHEMES], ids="-".join)
def visit_each_way(request: pytest.FixtureRequest, visitors: Callable[..., Visitor]) -> Visitor:
    """A visitor with each window and in each colour scheme."""
    return visitors(*request.param)


PARTS_OF_THE_SURVEY = [
    pytest.param((size, part), id=f"{size}-{part}") for size in SIZES for part in range(PARTS)
]


@pytest.fixture(scope="module", params=PARTS_OF_THE_SURVEY)
def survey(request: pytest.FixtureRequest, chromium: Browser) -> list[View]:
    """Every page in both windows, a part at a time."""
    size, part = request.param
    with serve(FirstVisit) as base:
        visitor_ = visitor(chromium, base, size)
        visitor_.page.add_init_script(COUNT_SHIFTS)
        views = [look_at(visitor_, page, size) for page in part_of_the_site(part)]
        visitor_.context.close()
    assert views, f"there is no site in {SITE}; build it: python3 noxfile.py -s docs"
    return views
