"""How large the explorer's scripts are, and how long a redraw takes while the start is dragged.

Run it on a built site: `python benchmarks/explorer.py`. It measures; nothing is asserted.
"""

import functools
import gzip
import http.server
import shutil
import statistics
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

SITE = Path(__file__).parents[1] / "docs" / "_build" / "html"
SCRIPTS = ("explorer.js", "questions.js")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]

DRAG = """async () => {
    const one = ravineExplorers[0], times = [];
    for (let n = 0; n < 200; n += 1) {
        one.set({ x: 1 + 0.5 * Math.sin(n / 9), y: 0.3 + 0.2 * Math.cos(n / 7) });
        await new Promise(done => requestAnimationFrame(done));
        times.push(one.drawn.milliseconds);
    }
    return times;
}"""


class Silent(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def measure() -> dict[str, float]:
    """Return sizes and times."""
    found = {
        f"{name}, kB gzipped": len(gzip.compress((SITE / "_static" / name).read_bytes(), mtime=0))
        / 1000
        for name in SCRIPTS
    }
    handler = functools.partial(Silent, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"http://127.0.0.1:{server.server_port}/explore/index.html")
        page.wait_for_function("globalThis.ravineExplorers?.length > 0")
        times = sorted(page.evaluate(DRAG))
        size = page.locator(".explorer .picture").first.bounding_box()
        browser.close()
    server.shutdown()
    return found | {
        "width of the picture": round(size["width"]),
        "height of the picture": round(size["height"]),
        "ms of script a redraw, median": statistics.median(times),
        "ms of script a redraw, 95 of 100": times[int(0.95 * len(times))],
    }


def main() -> None:
    """Print what was measured."""
    for what, number in measure().items():
        print(f"{what:36} {number:8.1f}")


if __name__ == "__main__":
    main()
