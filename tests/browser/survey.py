"""What is seen on every page of the site, each opened once in a wide and once in a narrow window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Visitor

COUNT_SHIFTS = """
    window.layoutShift = 0;
    const add = entries => {
        for (const entry of entries) if (!entry.hadRecentInput) window.layoutShift += entry.value;
    };
    const observer = new PerformanceObserver(list => add(list.getEntries()));
    observer.observe({type: "layout-shift", buffered: true});
    window.addLateShifts = () => add(observer.takeRecords());
"""

SCROLL_THROUGH = """async () => {
    const height = document.scrollingElement.scrollHeight;
    // where nothing comes late, the end is as good as each step on the way
    const step = [...document.images].some(image => image.loading === "lazy") ? innerHeight : height;
    for (let y = 0; y <= height; y += step) {
        scrollTo({top: y, behavior: "instant"});
        await new Promise(requestAnimationFrame);
    }
    for (const image of document.images) image.loading = "eager"; // none may be waited for in vain
    const shown = [...document.images].filter(image => image.checkVisibility());
    await Promise.all(shown.map(image =>
        image.complete || new Promise(done => { image.onload = image.onerror = done; })));
    scrollTo({top: 0, behavior: "instant"});
}"""

OBSERVE = r"""() => {
    window.addLateShifts();
    const root = document.scrollingElement;
    const images = [...document.images].map(image => ({
        src: image.getAttribute("src"),
        alt: image.getAttribute("alt"),
        shown: image.checkVisibility(),
        loaded: image.complete && image.naturalWidth > 0,
        beside_its_name: image.closest(".sphx-glr-thumbcontainer") !== null,
    }));
    const prose = document.querySelector("article")?.cloneNode(true);
    prose?.querySelectorAll("pre, code, script, style, .katex, .sig").forEach(e => e.remove());
    const formulas = [...document.querySelectorAll(".katex")];
    return {
        overflow: root.scrollWidth - root.clientWidth,
        shift: window.layoutShift,
        images,
        raw: (prose?.textContent.match(/.{0,30}(\$|\\\(|\\\[).{0,30}/g)) ?? [],
        unrendered: [...document.querySelectorAll(".math")].filter(e => !e.querySelector(".katex")).length,
        formulas: formulas.length,
        invisible: formulas.filter(e => e.checkVisibility() && e.getBoundingClientRect().width === 0).length,
        fonts: [...document.fonts].filter(f => f.status === "loaded").map(f => f.family),
    };
}"""


@dataclass(frozen=True)
class Image:
    """An image of a page as the browser has it."""

    src: str
    alt: str | None
    shown: bool
    loaded: bool
    beside_its_name: bool


@dataclass(frozen=True)
class View:
    """A page in a window of one size."""

    page: str
    size: str
    errors: list[str]
    outside: list[str]
    overflow: int
    shift: float
    images: list[Image]
    raw: list[str]
    unrendered: int
    formulas: int
    invisible: int
    fonts: list[str]

    def __str__(self) -> str:
        return f"{self.page} ({self.size})"


def look_at(visitor: Visitor, path: str, size: str) -> View:
    """Open a page, scroll to its end and back, and write down what there is."""
    visitor.errors.clear()
    visitor.outside.clear()
    page = visitor.open(path)
    page.evaluate(SCROLL_THROUGH)
    seen = page.evaluate(OBSERVE)
    images = [Image(**image) for image in seen.pop("images")]
    return View(path, size, list(visitor.errors), list(visitor.outside), images=images, **seen)
