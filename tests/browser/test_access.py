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


MANY_ALIKE = "<code>one</code> <code>two</code> <code>three</code>"
FAINT_LETTERS = {
    "colour": '<code style="color: #ccc">four</code>',
    "ground": '<code style="background: #333">four</code>',
    "ground further out": '<b style="background: #333; font-weight: inherit"><code>four</code></b>',
    "opacity": '<code style="opacity: 0.3">four</code>',
    "after one that axe cannot judge": (
        '<code style="color: #ccc">x</code> <code style="color: #ccc">four</code>'
    ),
    "after a longer one that is covered": (
        '<span style="position: relative; color: #ccc"><code>fourteen</code>'
        '<b style="position: absolute; inset: 0; background: #fff"></b></span>'
        ' <code style="color: #ccc">four</code>'
    ),
    "one of many": '<code style="color: #ccc">four</code> <code style="color: #ccc">five</code>',
}


@pytest.mark.parametrize("where", ['pre tabindex="0"', 'span class="katex-html"'])
@pytest.mark.parametrize("letters", FAINT_LETTERS.values(), ids=FAINT_LETTERS)
def test_faint_letters_are_found_among_many_that_look_alike(visitors, where, letters):
    page = visitors("wide").page
    text = f"<{where}>{MANY_ALIKE} {letters} {MANY_ALIKE}</{where.split()[0]}>"
    page.set_content(f"<!doctype html><title>Faint</title><html lang=en><main><h1>Faint</h1>{text}")
    assert [violation["id"] for violation in serious_violations(page)] == ["color-contrast"]


@pytest.mark.parametrize("where", ['pre tabindex="0"', 'span class="katex-html"'])
def test_letters_that_look_alike_are_judged_once(visitors, where):
    page = visitors("wide").page
    text = f"<{where} style='color: #ccc'>{MANY_ALIKE}</{where.split()[0]}>"
    page.set_content(f"<!doctype html><title>Faint</title><html lang=en><main><h1>Faint</h1>{text}")
    (faint,) = serious_violations(page)
    assert len(faint["nodes"]) == 1
