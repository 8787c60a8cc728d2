"""The explorer in use: by pointer, by touch, by keyboard, by link, and without a script."""

import json
import random

import pytest

from .conftest import NARROW, WIDE, Visitor, visitor

PAGE = "lectures/04-minimizing-a-function.html"
STATE = "ravineExplorers[0].state()"


@pytest.fixture
def explorer(request, chromium, base):
    """The lecture with its explorer, in a wide window unless a test asks for another."""
    one = visitor(chromium, base, getattr(request, "param", "wide"))
    page = one.open(PAGE)
    page.locator("#the-navigator .handle").scroll_into_view_if_needed()
    yield page
    assert one.errors == []
    assert one.outside == []
    one.context.close()


in_both_widths = pytest.mark.parametrize("explorer", ["wide", "narrow"], indirect=True)


def state(page):
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(STATE)


def field(page, name):
    return page.locator(f"#the-navigator [name='{name}']")


def outcome(page):
    return page.locator("#the-navigator .outcome").inner_text()


def set_step_size(page, text):
    field(page, "step-size").fill(text)
    state(page)


@in_both_widths
def test_it_begins_where_the_lecture_says(explorer):
    assert state(explorer)["map"] == "ravine"
    assert "353 updates" in outcome(explorer)
    assert "from update 176 on" in outcome(explorer)


def test_reset_shows_the_start_in_four_readouts(explorer):
    field(explorer, "reset").click()
    state(explorer)
    cells = explorer.locator("#the-navigator .readouts tbody td").all_inner_texts()
    assert cells == ["0", "(+1.80, +0.50)", "+4.120", "10.161"]


@in_both_widths
def test_dragging_the_start_moves_it_and_draws_the_landscape_only_once(explorer):
    state(explorer)
    before = explorer.evaluate("ravineExplorers[0].drawn.landscapes")
    box = explorer.locator("#the-navigator .handle").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    explorer.mouse.move(x, y)
    explorer.mouse.down()
    explorer.mouse.move(x - 60, y - 20, steps=5)
    explorer.mouse.up()
    moved = state(explorer)
    assert moved["x"] < 1.7
    assert moved["y"] > 0.52
    set_step_size(explorer, "0.06")
    assert explorer.evaluate("ravineExplorers[0].drawn.landscapes") == before


def test_a_tap_places_the_start(chromium, base):
    context = chromium.new_context(viewport=NARROW, has_touch=True, reduced_motion="reduce")
    page = Visitor(base, context).open(PAGE)
    picture = page.locator("#the-navigator .picture")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    placed = state(page)
    assert placed["x"] == pytest.approx(-1.6, abs=0.05)
    assert placed["y"] == pytest.approx(1.1, abs=0.05)
    context.close()


@in_both_widths
def test_arrow_keys_move_the_start_in_three_sizes(explorer):
    explorer.locator("#the-navigator .handle").focus()
    for key, expected in (
        ("ArrowLeft", 1.75),
        ("Shift+ArrowLeft", 1.25),
        ("Alt+ArrowRight", 1.255),
        ("Home", 1.8),
    ):
        explorer.keyboard.press(key)
        assert state(explorer)["x"] == pytest.approx(expected)
    explorer.keyboard.press("Shift+ArrowRight")
    for _ in range(5):
        explorer.keyboard.press("Shift+ArrowRight")
    assert state(explorer)["x"] == 3.2


def test_shortcuts_step_and_reset_and_leave_typing_alone(explorer):
    explorer.locator("#the-navigator .handle").focus()
    explorer.keyboard.press("r")
    assert state(explorer)["k"] == 0
    explorer.keyboard.press(".")
    explorer.keyboard.press(".")
    assert state(explorer)["k"] == 2
    explorer.keyboard.press(",")
    assert state(explorer)["k"] == 1
    field(explorer, "step-size").focus()
    explorer.keyboard.press("r")
    assert state(explorer)["k"] == 1


@pytest.mark.parametrize(
    ("typed", "value", "said"),
    [
        ("0.094", 0.094, ""),
        ("2/21", 2 / 21, ""),
        ("= 1e-2", 0.01, ""),
        ("0,05", 0.04, "as a point"),
        ("fast", 0.04, "A positive number"),
        ("-1", 0.04, "A positive number"),
    ],
)
def test_a_step_size_can_be_typed_in_many_ways(explorer, typed, value, said):
    field(explorer, "step-size").fill(typed)
    assert state(explorer)["stepSize"] == value
    assert said in explorer.locator("#the-navigator .step-size .says").inner_text()


def test_the_slider_says_where_the_limit_is(explorer):
    slider = field(explorer, "step-size-slider")
    slider.focus()
    explorer.keyboard.press("ArrowRight")
    assert state(explorer)["stepSize"] > 0.04
    assert "below the divergence limit 0.1" in slider.get_attribute("aria-valuetext")
    set_step_size(explorer, "0.11")
    assert "above the divergence limit 0.1" in slider.get_attribute("aria-valuetext")


@in_both_widths
def test_divergence_is_told_with_numbers_and_never_as_nan(explorer):
    set_step_size(explorer, "0.11")
    text = explorer.locator("#the-navigator").inner_text()
    assert "Diverged" in text
    assert "left the picture at update 9" in text
    assert "NaN" not in text
    assert "Infinity" not in text


@in_both_widths
def test_methods_race_side_by_side_and_one_always_runs(explorer):
    explorer.locator("#the-navigator .choice", has_text="heavy ball").click()
    assert state(explorer)["methods"] == ["gradient_descent", "heavy_ball"]
    assert explorer.locator("#the-navigator .readouts tbody tr").count() == 2
    assert "from update 42 on" in outcome(explorer)
    for name in ("gradient descent", "heavy ball"):
        explorer.locator("#the-navigator .choice", has_text=name).first.click()
    assert len(state(explorer)["methods"]) == 1


def test_the_run_before_stays_as_a_ghost_until_the_landscape_changes(explorer):
    ghosts = explorer.locator("#the-navigator .ghost:not(.casing)")
    explorer.locator("#the-navigator .choice", has_text="heavy ball").click()
    state(explorer)
    assert ghosts.count() == 1
    field(explorer, "map").select_option("bowl")
    state(explorer)
    assert ghosts.count() == 0


def test_curves_have_an_explorer_of_their_own(explorer, base):
    explorer.goto(f"{base}/explore/index.html")
    figure = explorer.locator("#double-well-explorer")
    figure.locator("[name='eta-typed']").fill("1/6")
    assert "a flat place that is no minimum" in figure.locator(".outcome").inner_text()
    figure.locator("button", has_text="limit from here").click()
    figure.locator("[name='eta-typed']").fill("0.35")
    assert "Diverged" in figure.locator(".outcome").inner_text()


def test_scrubbing_shows_each_update(explorer):
    field(explorer, "k").evaluate("e => { e.value = 7; e.dispatchEvent(new Event('input')); }")
    assert state(explorer)["k"] == 7
    assert explorer.locator("#the-navigator .readouts td").first.inner_text() == "7"


def test_with_reduced_motion_run_shows_the_end_at_once(explorer):
    field(explorer, "reset").click()
    field(explorer, "run").click()
    assert state(explorer)["k"] == 353


def test_without_it_a_run_plays_and_can_be_paused(chromium, base):
    context = chromium.new_context(viewport=WIDE, reduced_motion="no-preference")
    page = Visitor(base, context).open(PAGE)
    field(page, "reset").click()
    field(page, "run").click()
    page.wait_for_function(f"{STATE}.k >= 5")
    field(page, "run").click()
    paused = state(page)["k"]
    assert 5 <= paused < 353
    assert field(page, "run").inner_text() == "Run"
    context.close()


@in_both_widths
def test_a_formula_of_ones_own(explorer):
    field(explorer, "map").select_option("own")
    formula = field(explorer, "formula")
    formula.fill("x^2/2 + 10y^2 + sin(x y)")
    assert state(explorer)["formula"] == "x^2/2 + 10y^2 + sin(x y)"
    assert "Converged" in outcome(explorer)
    formula.fill("x^2 + * y")
    state(explorer)
    says = explorer.locator("#the-navigator .own .says").inner_text()
    assert says.startswith("At character 7")
    formula.fill("<img src=x onerror=alert(1)>")
    state(explorer)
    assert explorer.locator("#the-navigator img").count() == 0
    assert "At character 1" in explorer.locator("#the-navigator .own .says").inner_text()


def test_the_snippet_repeats_the_run(explorer):
    import contextlib
    import io

    set_step_size(explorer, "0.09")
    explorer.locator("#the-navigator summary", has_text="as Python").click()
    code = explorer.locator("#the-navigator pre").inner_text()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "snippet", "exec"), {})
    shown = explorer.evaluate(
        "(() => { const { run } = ravineExplorers[0].runs()[0]; const k = run.updates;"
        " return [k, run.points[2 * k], run.points[2 * k + 1], run.values[k]]; })()"
    )
    numbers = said.getvalue().replace("[", " ").replace("]", " ").split()
    assert numbers[:2] == ["gradient", "descent"]
    assert [float(n) for n in numbers[2:]] == [
        pytest.approx(n, rel=1e-7)
        for n in shown  # NumPy prints eight digits of an array
    ]


def test_a_link_restores_the_state_and_a_broken_one_gives_the_default(visit):
    page = visit.open(
        PAGE + "?map=himmelblau&x=-1&y=2&eta=0.02&methods=adam,heavy_ball&beta=0.5&k=3"
    )
    restored = state(page)
    assert (restored["map"], restored["x"], restored["stepSize"]) == ("himmelblau", -1, 0.02)
    assert (restored["methods"], restored["k"]) == (["adam", "heavy_ball"], 3)
    page = visit.open(PAGE + "?map=nowhere&x=NaN&eta=-4&methods=<script>&k=1e999")
    assert state(page)["map"] == "ravine"
    assert state(page)["stepSize"] == 0.04
    assert visit.errors == []


def test_ten_thousand_hostile_links_never_throw(explorer):
    pieces = [
        "map=",
        "own",
        "ravine",
        "&f=",
        "x^",
        "((",
        "<b>",
        "&x=",
        "1e9",
        "NaN",
        "&eta=",
        "0",
        "%",
        "&k=",
    ]
    chance = random.Random(0)
    links = ["".join(chance.choices(pieces, k=chance.randrange(12))) for _ in range(10_000)]
    opened = explorer.evaluate(
        "links => { const one = ravineExplorers[0];"
        " for (const link of links) one.open('?' + link); return links.length; }",
        links,
    )
    assert opened == 10_000
    assert state(explorer)["map"] in {"ravine", "own"}


def test_links_in_the_text_set_the_explorer(explorer):
    explorer.locator("a[href*='eta=0.09']").first.click()
    assert state(explorer)["stepSize"] == 0.09
    assert "from update 76 on" in outcome(explorer)


def test_the_engine_repeats_the_librarys_runs_in_this_browser(explorer):
    from ravine_site import engine

    golden = [run for run in engine.golden_runs(updates=60) if run.method != "backtracking"]
    for run in golden[::5]:
        explorer.evaluate(
            "run => ravineExplorers[0].set({map: run.landscape, x: run.start[0], y: run.start[1],"
            " stepSize: run.eta, momentum: run.beta, methods: [run.method]})",
            {
                "landscape": run.landscape,
                "start": run.start,
                "eta": run.settings["eta"],
                "beta": run.settings.get("beta", 0),
                "method": run.method,
            },
        )
        state(explorer)
        points = json.loads(
            explorer.evaluate(
                "JSON.stringify([...ravineExplorers[0].runs()[0].run.points.slice(0, 122)])"
            )
        )
        flat = [coordinate for point in run.points for coordinate in point][: len(points)]
        assert points[: len(flat)] == pytest.approx(flat, rel=1e-12, abs=1e-300)


def test_the_map_of_starts_is_drawn_while_the_page_stays_alive(explorer):
    field(explorer, "map").select_option("himmelblau")
    state(explorer)
    field(explorer, "shown").select_option("basins")
    complete(explorer)
    assert len(explorer.workers) == 1


def test_the_map_of_starts_follows_the_step_size(explorer):
    field(explorer, "map").select_option("himmelblau")
    state(explorer)
    field(explorer, "shown").select_option("basins")
    complete(explorer)
    before = pixels(explorer)
    explorer.evaluate("document.querySelector('#the-navigator .live').textContent = ''")
    explorer.evaluate("ravineExplorers[0].set({stepSize: 0.02})")
    complete(explorer)
    assert pixels(explorer) != before
    field(explorer, "shown").select_option("landscape")
    explorer.evaluate("new Promise(requestAnimationFrame)")
    contours = pixels(explorer)
    explorer.evaluate("ravineExplorers[0].set({stepSize: 0.01})")
    explorer.wait_for_timeout(500)
    assert pixels(explorer) == contours  # no late map paints over the landscape


def test_the_map_of_starts_knows_the_readers_formula(explorer):
    field(explorer, "map").select_option("own")
    field(explorer, "formula").fill("x^4 - x^2 + y^2")
    state(explorer)
    field(explorer, "shown").select_option("basins")
    complete(explorer)


def complete(explorer):
    explorer.wait_for_function(
        "document.querySelector('#the-navigator .live').textContent.includes('complete')"
    )


def pixels(explorer):
    return explorer.evaluate("document.querySelector('#the-navigator canvas').toDataURL()")


def test_without_a_script_the_figure_stands_in_its_place(chromium, base):
    context = chromium.new_context(viewport=WIDE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/{PAGE}")
    figure = page.locator("#the-navigator")
    assert figure.locator("img").count() == 2
    assert "narrow ravine" in figure.inner_text()
    context.close()


def test_from_a_disk_it_works_too(chromium):
    from .conftest import SITE

    context = chromium.new_context(viewport=WIDE, reduced_motion="reduce")
    page = context.new_page()
    page.goto((SITE / PAGE).as_uri())
    page.wait_for_function("globalThis.ravineExplorers?.length > 0")
    assert "353 updates" in outcome(page)
    context.close()


def test_the_same_with_forced_colours_and_dark(chromium, base):
    one = visitor(chromium, base, "wide", "dark")
    one.page.emulate_media(forced_colors="active")
    page = one.open(PAGE)
    assert "353 updates" in outcome(page)
    assert one.errors == []
    one.context.close()
