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
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

import pytest

from .survey import COUNT_SHIFTS, View, look_at

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

REPOSITORY = Path(__file__).parent.parent.parent
SITE = Path(os.environ.get("RAVINE_SITE", REPOSITORY / "docs" / "_build" / "html")).resolve()

LECTURE = "lectures/01-optimization-and-pytorch-in-1d.html"
INDEX = "index.html"
REFERENCE = "reference/descent.html"

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
SIZES = {"wide": WIDE, "narrow": NARROW}
SCHEMES = ("light", "dark")

# Chromium as root in a container, and silent: without these it asks its maker's hosts at each start.
FLAGS = [
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


def a_gallery_page() -> str:
    """Name one page that shows a script."""
    return next((page for page in pages_of_the_site() if "/plot_" in page), "gallery/index.html")


def chromium_path() -> str:
    """Find the system's Chromium; no test downloads a browser."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    asked = os.environ.get("CHROMIUM")
    found = asked or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise FileNotFoundError(
            "these tests need Chromium or Chrome. Install one (Debian, Ubuntu: apt-get install chromium) "
            "or set CHROMIUM to the path of its program"
        )
    return found


class Silent(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

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


@contextlib.contextmanager
def serve() -> Iterator[str]:
    """Serve the built site and give its address."""
    handler = functools.partial(Silent, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    """The address under which the built site is served."""
    if not (SITE / INDEX).exists():
        pytest.fail(f"there is no site in {SITE}; build it: python3 noxfile.py -s docs")
    with serve() as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; each test has contexts of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
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
        self.context.route("**/*", self._only_this_site)
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._response)

    def open(self, path: str) -> Page:
        """Go to a page and wait until it, its fonts and its scripts are there."""
        self.page.goto(f"{self.base}/{path}", wait_until="load")
        self.page.evaluate("document.fonts.ready")
        return self.page

    def _only_this_site(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in ("data", "blob", "about") or f"http://{address.netloc}" == self.base:
            route.continue_()
        else:
            self.outside.append(f"{self.page.url} asks for {route.request.url}")
            route.abort()

    def _console(self, message: object) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{self.page.url}: {message.text}")

    def _response(self, response: object) -> None:
        if response.status >= 400:
            self.errors.append(f"{self.page.url}: {response.url} answers {response.status}")


def visitor(browser: Browser, base: str, size: str, scheme: str = "light") -> Visitor:
    """Return a new visitor with nothing stored, a window of this size, and a system of this scheme."""
    context = browser.new_context(
        viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
    )
    context.set_default_timeout(15_000)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base)
    return Visitor(base, context)


@pytest.fixture(params=SIZES)
def visit(request: pytest.FixtureRequest, chromium: Browser, base: str) -> Iterator[Visitor]:
    """A visitor with a wide and with a narrow window."""
    visitor_ = visitor(chromium, base, request.param)
    yield visitor_
    visitor_.context.close()


@pytest.fixture(params=[(size, scheme) for size in SIZES for scheme in SCHEMES], ids="-".join)
def visit_each_way(
    request: pytest.FixtureRequest, chromium: Browser, base: str
) -> Iterator[Visitor]:
    """A visitor with each window and in each colour scheme."""
    visitor_ = visitor(chromium, base, *request.param)
    yield visitor_
    visitor_.context.close()


@pytest.fixture(scope="session")
def survey(chromium: Browser, base: str) -> list[View]:
    """All pages in both windows."""
    views = []
    for size in SIZES:
        visitor_ = visitor(chromium, base, size)
        visitor_.page.add_init_script(COUNT_SHIFTS)
        views += [look_at(visitor_, page, size) for page in pages_of_the_site()]
        visitor_.context.close()
    return views
