"""Take pictures of the main pages: wide and narrow, light and dark.

Usage: python tests/browser/screenshots.py FOLDER [PAGE ...]
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))
from browser import conftest
from browser.survey import SCROLL_THROUGH

MAIN = ["index.html", "gallery/index.html", "reference/index.html", "about/index.html"]


def main_pages() -> list[str]:
    """List the pages an author looks at: lectures, errata, one gallery page, the overviews."""
    written = [p for p in conftest.pages_of_the_site() if p.startswith(("lectures/", "about/"))]
    return list(dict.fromkeys([*MAIN, *written, conftest.a_gallery_page(), conftest.REFERENCE]))


def show_all(page: Page) -> None:
    """Let the whole page be drawn: late images, and what stays in view while one scrolls."""
    page.evaluate(SCROLL_THROUGH)
    page.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager'; })")
    page.wait_for_load_state("networkidle")


def take(folder: Path, pages: list[str]) -> None:
    """Write one PNG for each page, window and scheme."""
    folder.mkdir(parents=True, exist_ok=True)
    with conftest.serve() as base, sync_playwright() as playwright:
        program = conftest.chromium_path()
        chromium = playwright.chromium.launch(executable_path=program, args=conftest.FLAGS)
        for size in conftest.SIZES:
            for scheme in conftest.SCHEMES:
                visitor = conftest.visitor(chromium, base, size, scheme)
                for path in pages:
                    show_all(visitor.open(path))
                    name = path.removesuffix(".html").replace("/", "-")
                    target = folder / f"{name}-{size}-{scheme}.png"
                    visitor.page.screenshot(path=target, full_page=True)
                    print(target)
                visitor.context.close()
        chromium.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    existing = set(conftest.pages_of_the_site())
    asked = sys.argv[2:] or [page for page in main_pages() if page in existing]
    if absent := sorted(set(asked) - existing):
        sys.exit(f"not on the site in {conftest.SITE}: {', '.join(absent) or 'any page'}")
    if not asked:
        sys.exit(f"there is no site in {conftest.SITE}; build it: python3 noxfile.py -s docs")
    take(Path(sys.argv[1]), asked)
