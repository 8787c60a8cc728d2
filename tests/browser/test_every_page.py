"""What holds on every page of the site, in a wide and in a narrow window."""

import re

from .conftest import LECTURE, PARTS, SIZES, pages_of_the_site, part_of_the_site


def lines(problems):
    return "\n" + "\n".join(map(str, problems))


def test_every_page_is_in_one_part_of_the_survey():
    surveyed = [page for part in range(PARTS) for page in part_of_the_site(part)]
    assert sorted(surveyed) == sorted(pages_of_the_site())
    assert LECTURE in surveyed


def test_a_part_of_the_survey_has_seen_its_pages(survey):
    seen = {(view.page, view.size) for view in survey}
    assert seen in [
        {(page, size) for page in part_of_the_site(part)} for size in SIZES for part in range(PARTS)
    ]


def test_no_page_reports_an_error(survey):
    errors = [error for view in survey for error in view.errors]
    assert not errors, lines(errors)


def test_no_page_asks_another_host(survey):
    outside = [request for view in survey for request in view.outside]
    assert not outside, lines(outside)


def test_no_page_scrolls_sideways(survey):
    wider = [f"{view}: {view.overflow} px too wide" for view in survey if view.overflow > 0]
    assert not wider, lines(wider)


def test_nothing_moves_while_a_page_loads(survey):
    moved = [f"{view}: layout shift {view.shift:.3f}" for view in survey if view.shift > 0.05]
    assert not moved, lines(moved)


def test_every_shown_image_loads(survey):
    shown = [(view, image) for view in survey for image in view.images if image.shown]
    missing = [f"{view}: {image.src}" for view, image in shown if not image.loaded]
    assert not missing, lines(missing)


def test_every_image_says_what_is_seen_and_none_says_its_path(survey):
    silent = [
        f"{view}: {image.src} has alt {image.alt!r}"
        for view in survey
        for image in view.images
        if image.alt is None
        or (not image.alt.strip() and not image.beside_its_name)
        or re.search(r"\.(png|svg|jpe?g|webp)\b", image.alt)
    ]
    assert not silent, lines(silent)


def test_mathematics_is_visible_in_its_own_font(survey):
    with_formulas = [view for view in survey if view.formulas]
    assert all(view in with_formulas for view in survey if view.page == LECTURE)
    invisible = [f"{view}: {view.invisible} formulas" for view in with_formulas if view.invisible]
    assert not invisible, lines(invisible)
    plain = [view for view in with_formulas if not any("KaTeX" in font for font in view.fonts)]
    assert not plain, lines(plain)


def test_no_formula_is_left_as_source(survey):
    raw = [f"{view}: ...{text}..." for view in survey for text in view.raw]
    raw += [f"{view}: {view.unrendered} .math elements" for view in survey if view.unrendered]
    assert not raw, lines(raw)
