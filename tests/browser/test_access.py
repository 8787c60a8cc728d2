"""axe looks at one page of each kind, wide and narrow, light and dark."""

import pytest

from .access import in_words, serious_violations
from .conftest import INDEX, LECTURE, REFERENCE, a_gallery_page

EXPLORER = "lectures/04-minimizing-a-function.html"
PAGES = {
    "lecture": LECTURE,
    "explorer": EXPLORER,
    "index": INDEX,
    "gallery": a_gallery_page(),
    "reference": REFERENCE,
}


@pytest.mark.parametrize("kind", PAGES)
def test_axe_finds_nothing_serious(visit_each_way, kind):
    page = visit_each_way.open(PAGES[kind])
    serious = serious_violations(page)
    assert not serious, in_words(serious)


def test_faint_letters_are_found(visitors):
    page = visitors("wide").page
    faint = "<p>Plain, <code style='color: #ccc'>faint</code>"
    page.set_content(
        f"<!doctype html><title>Faint</title><html lang=en><main><h1>Faint</h1>{faint}"
    )
    assert [violation["id"] for violation in serious_violations(page)] == ["color-contrast"]
