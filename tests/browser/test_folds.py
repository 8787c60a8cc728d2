"""Folds in use: opened by mouse, key and link, open on paper."""

import pytest

from .conftest import SITE, pages_of_the_site

FOLDED = [
    page
    for page in pages_of_the_site()
    if '<section class="fold"' in (SITE / page).read_text(encoding="utf-8")
]
OPEN = "details => details.open"
VISIBLE = "element => element.checkVisibility()"


@pytest.fixture
def page(visit):
    assert FOLDED, "no page of the site folds a section"
    page = visit.open(FOLDED[0])
    yield page
    page.emulate_media(media="screen")
    assert visit.errors == []


def test_a_fold_opens_and_closes_by_key(page):
    fold = page.locator("section.fold > details").first
    assert not fold.evaluate(OPEN)
    fold.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert fold.evaluate(OPEN)
    page.keyboard.press("Enter")
    assert not fold.evaluate(OPEN)


def test_a_link_to_a_folded_section_opens_it(page):
    section = page.locator("section.fold").first
    name = section.get_attribute("id")
    page.evaluate("name => { location.hash = name; }", name)
    page.wait_for_function("name => document.getElementById(name).firstElementChild.open", arg=name)
    page.reload()
    assert section.locator("> details").evaluate(OPEN), "also for who comes by that link"


def test_paper_shows_what_is_folded(page):
    text = page.locator("section.fold > details > :not(summary)").first
    assert not text.evaluate(VISIBLE)
    page.emulate_media(media="print")
    assert text.evaluate(VISIBLE)
