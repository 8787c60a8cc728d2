"""The lecture page in use: colour scheme, code to copy, files to take home, keyboard."""

import nbformat
import pytest

from .conftest import LECTURE

LUMINANCE = """() => {
    const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g)
        .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}"""

TWINS = """() => [...document.querySelectorAll("img.only-light")].map(light => ({
    light: light.checkVisibility(),
    dark: light.parentElement.querySelector("img.only-dark")?.checkVisibility(),
}))"""

FOCUS_IS_SEEN = """() => {
    const element = document.activeElement, style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    const drawn = outlined && style.opacity > 0.5;
    return drawn && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
}"""


# the skip link slides in
SETTLED = """() => Promise.allSettled(
    document.activeElement.getAnimations().map(animation => animation.finished))"""


def focus_is_seen(page):
    page.evaluate("new Promise(requestAnimationFrame)")  # what moves begins to move in a frame
    page.evaluate(SETTLED)
    return page.evaluate(FOCUS_IS_SEEN) or page.evaluate(
        "document.activeElement.outerHTML.slice(0, 120)"
    )


def scheme_of(page):
    return "dark" if page.evaluate(LUMINANCE) < 0.2 else "light"


def shown_twins(page):
    twins = page.evaluate(TWINS)
    assert twins
    assert all(twin["light"] != twin["dark"] for twin in twins), "both twins of a figure, or none"
    return {"light" if twin["light"] else "dark" for twin in twins}


def test_the_button_switches_page_and_figures_and_the_choice_lasts(visit):
    page = visit.open(LECTURE)
    assert (scheme_of(page), shown_twins(page)) == ("light", {"light"})
    button = page.locator("button.theme-toggle:visible").first
    button.click()
    assert page.locator("body").get_attribute("data-theme") == "dark"
    assert (scheme_of(page), shown_twins(page)) == ("dark", {"dark"})
    page.reload()
    assert (scheme_of(page), shown_twins(page)) == ("dark", {"dark"})
    button.click()
    assert page.locator("body").get_attribute("data-theme") == "light"
    assert (scheme_of(page), shown_twins(page)) == ("light", {"light"})
    assert visit.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_a_choice_the_page_follows_the_system(visitors, scheme):
    page = visitors("wide", scheme).open(LECTURE)
    assert (scheme_of(page), shown_twins(page)) == (scheme, {scheme})


def test_dark_figures_load(visitors):
    one = visitors("wide", "dark")
    page = one.open(LECTURE)
    for image in page.locator("img.only-dark").all():
        image.scroll_into_view_if_needed()
        image.evaluate("i => i.complete || new Promise(r => { i.onload = i.onerror = r; })")
        assert image.evaluate("i => i.naturalWidth") > 0, image.get_attribute("src")
    assert one.errors == []


def test_the_copy_button_copies_a_listing_as_it_stands(visit):
    page = visit.open(LECTURE)
    listing = page.locator("div.cell_input .highlight").first
    listing.hover()
    listing.locator("button.copybtn").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == listing.locator("pre").text_content().strip()
    assert not [line for line in copied.splitlines() if line.startswith((">>>", "...", "In ["))]
    compile(copied, "listing", "exec")


def test_the_page_can_be_taken_home_as_notebook_and_script(visit):
    page = visit.open(LECTURE)
    offered = [link.get_attribute("href") for link in page.locator(".page-downloads a").all()]
    assert len(offered) == 2
    found = {}
    for link in offered:
        answer = page.request.get(f"{visit.base}/lectures/{link}")
        assert answer.status == 200
        found[link.rsplit(".", 1)[1]] = answer.text()
    notebook = nbformat.reads(found["ipynb"], as_version=4)
    nbformat.validate(notebook)
    assert any(cell.cell_type == "code" and cell.outputs for cell in notebook.cells)
    compile(found["py"], "script", "exec")


def test_tab_reaches_the_skip_link_and_the_text_with_a_visible_focus(visit):
    page = visit.open(LECTURE)
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("href") == "#furo-main-content"
    assert focus_is_seen(page) is True
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#furo-main-content"
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('article') !== null")
        assert focus_is_seen(page) is True


def test_every_place_to_press_is_named(visit):
    page = visit.open(LECTURE)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a[href]")]
            .filter(e => e.checkVisibility() && !e.textContent.trim() && !e.ariaLabel && !e.title)
            .map(e => e.outerHTML.slice(0, 100))"""
    )
    assert nameless == []


def test_the_search_finds_the_lecture(visit):
    page = visit.open("search.html?q=optimization")
    page.locator("#search-results li a").first.wait_for()
    found = [link.get_attribute("href") for link in page.locator("#search-results li a").all()]
    assert any(LECTURE in link for link in found), found
    assert visit.errors == []
