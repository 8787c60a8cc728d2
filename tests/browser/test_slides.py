"""The slide decks in use: each slide fits, steps come one by one, and paper, phone and speaker are served."""

import pytest

from .access import in_words, serious_violations
from .conftest import SITE, new_context

DECKS = sorted(path.relative_to(SITE).as_posix() for path in (SITE / "slides").glob("*.html"))
DECK, PAGE = "slides/lecture-1.html", "lectures/01-optimization-and-pytorch-in-1d.html"

READY = "window.Reveal?.isReady()"
OVERFULL = """() => [...document.querySelectorAll(".slides section")].filter(slide => {
    const box = slide.getBoundingClientRect();
    return [...slide.querySelectorAll("h1, h2, .part")].some(part => {
        const {bottom, right} = part.getBoundingClientRect();
        return bottom > box.bottom + 1 || right > box.right + 1;
    });
}).map(slide => slide.id)"""
SIZES_OF_LETTERS = """() => [...document.querySelectorAll(".slides section")]
    .map(slide => [slide.id, parseFloat(getComputedStyle(slide).fontSize)])"""
WIDER_THAN_THEIR_PLACE = """() =>
    [...document.querySelectorAll(".part :is(pre, .katex-display, .table-wrapper)")]
    .filter(block => block.scrollWidth > block.clientWidth + 1)
    .map(block => `${block.closest("section").id}: ${block.textContent.trim().slice(0, 60)}`)"""
SHOW_ALL = """() => document.querySelectorAll(".slides section")
    .forEach(slide => { slide.style.display = "block"; })"""


def open_deck(visitor_, deck):
    page = visitor_.open(deck)
    page.wait_for_function(READY)
    return page


@pytest.fixture
def wide(visitors):
    return visitors("wide")


@pytest.fixture
def narrow(visitors):
    return visitors("narrow")


def test_there_are_decks():
    assert DECK in DECKS


@pytest.mark.parametrize("deck", DECKS)
def test_every_slide_fits_and_asks_no_other_host(visit, deck):
    page = open_deck(visit, deck)
    page.evaluate(SHOW_ALL)
    assert page.evaluate(OVERFULL) == []
    assert (visit.errors, visit.outside) == ([], [])


@pytest.mark.parametrize("deck", DECKS)
def test_letters_stay_large_enough_to_be_read(wide, deck):
    page = open_deck(wide, deck)
    page.evaluate(SHOW_ALL)
    small = [name for name, size in page.evaluate(SIZES_OF_LETTERS) if size < 18]
    assert small == [], "say less on these slides"
    assert page.evaluate(WIDER_THAN_THEIR_PLACE) == []


def test_a_step_is_hidden_until_it_is_asked_for(wide):
    page = open_deck(wide, f"{DECK}#/a-plateau-rule-can-be-fooled")
    code, answer = page.locator("section.present .part").all()
    assert not code.is_visible()
    page.keyboard.press("Space")
    code.wait_for(state="visible")
    assert not answer.is_visible(), "the reader predicts it"
    page.keyboard.press("Space")
    answer.wait_for(state="visible")
    page.keyboard.press("Space")
    assert page.locator("section.present").get_attribute("id") == "what-linear-means"


def test_the_keyboard_leads_through_every_step_to_the_last_slide(wide):
    page = open_deck(wide, DECK)
    steps = page.evaluate("""Reveal.getSlides().map(slide =>
        1 + new Set([...slide.querySelectorAll(".fragment")].map(f => f.dataset.fragmentIndex)).size)""")
    for _ in range(sum(steps) - 1):
        page.keyboard.press("Space")
    assert page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next")
    shown = page.locator(".reveal > .slide-number").inner_text()
    assert "".join(shown.split()) == f"{len(steps)}/{len(steps)}"


def test_figures_follow_the_colour_scheme(visitors):
    for scheme, twin in ("light", "only-light"), ("dark", "only-dark"):
        page = open_deck(visitors("wide", scheme), f"{DECK}#/how-small-is-sufficiently-small")
        shown = page.locator("section.present img:visible")
        assert [image.get_attribute("class").split()[0] for image in shown.all()] == [twin]


def test_paper_is_white_and_has_a_page_for_each_slide_with_all_steps(visitors):
    page = open_deck(visitors("wide", "dark"), f"{DECK}?print-pdf")
    page.wait_for_selector(".pdf-page")
    slides = page.locator(".slides section").count()
    assert page.locator(".pdf-page").count() == slides
    assert page.locator(".fragment:not(.visible)").count() == 0
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.pdf-page')).backgroundColor"
    ) == ("rgb(255, 255, 255)")
    assert page.locator("img.only-dark:visible").count() == 0
    assert page.evaluate(OVERFULL) == []


def test_the_speaker_sees_the_text_of_the_page_and_its_formulas(wide):
    page = open_deck(wide, f"{DECK}#/stationary-points")
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    speaker = popup.value
    speaker.wait_for_selector(".speaker-controls-notes:not(.hidden) .value math")
    assert (
        "double bars for vectors" in speaker.locator(".speaker-controls-notes .value").inner_text()
    )


def test_page_and_deck_lead_to_each_other(wide):
    page = wide.open(PAGE)
    page.get_by_role("link", name="Slides", exact=True).click()
    page.wait_for_function(READY)
    assert page.url.startswith(f"{wide.base}/{DECK}")
    page.evaluate("Reveal.slide(2)")
    page.locator("section.present .to-page").click()
    page.wait_for_url(f"**/{PAGE}#optimization-problems")


def test_a_phone_shows_the_slides_below_each_other(narrow):
    page = open_deck(narrow, DECK)
    assert page.evaluate(
        "document.querySelector('.reveal-viewport').classList.contains('reveal-scroll')"
    )
    page.locator("section#conclusion").scroll_into_view_if_needed()
    assert page.locator("section#conclusion li").first.is_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_a_deck_works_without_a_server(chromium):
    context = new_context(chromium)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((SITE / DECK).as_uri())
    page.wait_for_function(READY)
    assert errors == []
    context.close()


def test_axe_finds_nothing_serious_on_a_slide(visit_each_way):
    page = open_deck(visit_each_way, f"{DECK}#/optimization-problems")
    serious = serious_violations(page)
    assert not serious, in_words(serious)
