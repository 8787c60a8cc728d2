"""The explorer in use: by pointer, by touch, by keyboard, by link, and without a script."""

import contextlib
import dataclasses
import io
import json
import random
from xml.etree import ElementTree as ET

import pytest

from .conftest import NARROW, WIDE, Visitor, new_context, visitor

PAGE = "lectures/04-minimizing-a-function.html"
STATE = "ravineExplorers[0].state()"


# A page takes seconds to load, so tests share one a width. Each begins with what the page began with.
AS_LOADED = """() => {
    document.activeElement?.blur();
    const figure = document.querySelector("#the-navigator");
    for (const fold of figure.querySelectorAll("details")) fold.open = false;
    figure.querySelector("pre").textContent = ""; // of the code no one has asked for yet
    figure.querySelector("[name=speed]").value = "normal";
    figure.querySelector("[name=defaults]").click();
    ravineExplorers[0].set({ shows: "landscape", formula: "" });
    const live = figure.querySelector(".live");
    live.textContent = "";
    globalThis.listener?.disconnect();
    globalThis.said = []; // one text may follow another before a test looks
    globalThis.listener = new MutationObserver(() => said.push(live.textContent));
    listener.observe(live, { childList: true, characterData: true, subtree: true });
    delete figure.dataset.touched;
    history.replaceState(null, "", location.pathname);
}"""


@pytest.fixture(scope="module")
def who_stay():
    """The visitors of this module's tests, by the width of their windows. They stay on the page."""
    found = {}
    yield found
    for one in found.values():
        one.context.close()


@pytest.fixture
def explorer(request, chromium, base, who_stay):
    """The lecture with its explorer, in a wide window unless a test asks for another."""
    size = getattr(request, "param", "wide")
    if size not in who_stay:
        who_stay[size] = visitor(chromium, base, size)
    one = who_stay[size]
    page = one.page
    if page.url.split("?")[0] != f"{base}/{PAGE}":
        one.open(PAGE)
    page.evaluate(AS_LOADED)
    page.locator("#the-navigator .handle").scroll_into_view_if_needed()
    yield page
    errors, outside = one.errors[:], one.outside[:]
    one.errors.clear()
    assert (errors, outside) == ([], [])


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
    context = new_context(chromium, viewport=NARROW, has_touch=True, reduced_motion="reduce")
    page = Visitor(base, context).open(PAGE)
    picture = page.locator("#the-navigator .picture")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    placed = state(page)
    assert placed["x"] == pytest.approx(-1.6, abs=0.05)
    assert placed["y"] == pytest.approx(1.1, abs=0.05)
    context.close()


def test_a_finger_drags_the_start_and_elsewhere_scrolls_the_page(chromium, base):
    context = new_context(
        chromium, viewport=NARROW, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page = Visitor(base, context).open(PAGE)
    state(page)
    page.locator("#the-navigator .picture").scroll_into_view_if_needed()
    fingers = context.new_cdp_session(page)

    def swipe(x, y, by_x, by_y):
        touch = [("touchStart", 0)] + [("touchMove", n / 8) for n in range(1, 9)]
        for kind, share in touch:
            point = {"x": x + share * by_x, "y": y + share * by_y}
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    scrolled = page.evaluate("scrollY")
    handle = page.locator("#the-navigator .handle").bounding_box()
    assert handle["width"] >= 44
    swipe(handle["x"] + 24, handle["y"] + 24, -80, -40)
    moved = state(page)
    assert moved["x"] < 1.2
    assert moved["y"] > 0.8
    assert page.evaluate("scrollY") == pytest.approx(
        scrolled, abs=2
    )  # the finger held the ring, not the page
    picture = page.locator("#the-navigator .picture").bounding_box()
    swipe(picture["x"] + 40, picture["y"] + picture["height"] - 20, 0, -120)
    page.wait_for_function("before => scrollY > before + 40", arg=scrolled)
    assert state(page)["x"] == moved["x"]
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
    field(explorer, "step").focus()
    explorer.keyboard.press("ArrowRight")
    assert state(explorer)["k"] == 2
    field(explorer, "step-size").focus()
    explorer.keyboard.press("r")
    assert state(explorer)["k"] == 2


@pytest.mark.parametrize(
    ("typed", "value", "said"),
    [
        ("0.094", 0.094, ""),
        ("2/21", 2 / 21, ""),
        ("= 1e-2", 0.01, ""),
        ("0,05", 0.05, ""),
        ("1,000", 0.04, "A positive number"),
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
    assert "update 80 is beyond all bounds" in text
    assert "not below the limit 0.1" in text
    assert "multiplies by −1.2" in text  # 1 - 20 eta
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


@in_both_widths
def test_large_numbers_stay_in_their_column(explorer):
    set_step_size(explorer, "0.11")
    table = explorer.locator("#the-navigator .readouts").bounding_box()
    stage = explorer.locator("#the-navigator .stage").bounding_box()
    assert table["width"] <= stage["width"] + 1


def test_a_path_is_drawn_to_where_it_leaves_for_good(explorer):
    set_step_size(explorer, "0.11")
    path = explorer.locator("#the-navigator .paths polyline").first.get_attribute("points")
    assert len(path.split()) == 2 * (9 + 2)  # update 9 is outside, and one more shows the direction
    assert explorer.locator("#the-navigator .outside").count() == 1


def test_a_button_leads_back_below_the_limit(explorer):
    assert field(explorer, "rescue").is_hidden()
    set_step_size(explorer, "0.11")
    field(explorer, "rescue").click()
    assert state(explorer)["stepSize"] == 0.09  # nine tenths of 2/20
    assert "Converged" in outcome(explorer)
    assert field(explorer, "rescue").is_hidden()
    assert explorer.evaluate("document.activeElement.name") == "step-size-slider"


def test_the_run_before_stays_as_a_ghost_until_the_landscape_changes(explorer):
    ghosts = explorer.locator("#the-navigator .ghost:not(.casing)")
    explorer.locator("#the-navigator .choice", has_text="heavy ball").click()
    state(explorer)
    assert ghosts.count() == 0  # both run side by side
    explorer.locator("#the-navigator .choice", has_text="gradient descent").first.click()
    state(explorer)
    assert ghosts.count() == 1
    assert "of before, which settled at update 176" in outcome(explorer)
    field(explorer, "map").select_option("bowl")
    state(explorer)
    assert ghosts.count() == 0


def test_defaults_leave_no_ghost_of_the_run_before(explorer):
    explorer.locator("#the-navigator .choice", has_text="heavy ball").click()
    state(explorer)
    field(explorer, "defaults").click()
    state(explorer)
    assert explorer.locator("#the-navigator .ghost").count() == 0


def test_curves_have_an_explorer_of_their_own(explorer, base):
    explorer.goto(f"{base}/explore/index.html")
    figure = explorer.locator("#double-well-explorer")
    figure.locator("[name='eta-typed']").fill("1/6")
    assert "a flat place that is no minimum" in figure.locator(".outcome").inner_text()
    figure.locator("button", has_text="limit from here").click()
    figure.locator("[name='eta-typed']").fill("0.35")
    assert "Diverged" in figure.locator(".outcome").inner_text()


def test_regimes_are_marked_along_the_slider(explorer):
    """On the ravine plain descent alternates from 1/20 on and diverges from 2/20 on."""
    slider = field(explorer, "step-size-slider").bounding_box()
    for kind, step_size in (("alternating", 0.05), ("divergent", 0.1)):
        set_step_size(explorer, str(step_size))
        share = field(explorer, "step-size-slider").evaluate("e => e.value / e.max")
        thumb = slider["x"] + 8 + share * (slider["width"] - 16)
        begins = explorer.locator(f"#the-navigator .track .{kind}").bounding_box()["x"]
        assert begins == pytest.approx(thumb, abs=2)
    field(explorer, "map").select_option("own")
    state(explorer)
    assert explorer.locator("#the-navigator .track").is_hidden()


def test_theory_tells_what_holds_at_the_update_shown(explorer):
    field(explorer, "map").select_option("doublewell")
    field(explorer, "reset").click()
    state(explorer)
    here = explorer.locator("#the-navigator .theory table").last.locator("td").all_inner_texts()
    # the Hessian of (x² - 1)²/2 + y² at (0.2, 1.2) has 6·0.04 - 2 and 2
    assert here[:2] == ["−1.76 and 2", "0.2"]
    field(explorer, "map").select_option("own")
    field(explorer, "formula").fill("3x^2 + y^2/2")
    state(explorer)
    assert "1 and 6" in explorer.locator("#the-navigator .theory").inner_text()


def test_the_formula_of_the_landscape_stands_by_the_picture(explorer):
    about = explorer.locator("#the-navigator .about")
    assert r"\frac{x^{2}}{2} + 10 y^{2}" in about.locator("annotation").text_content()
    field(explorer, "map").select_option("own")
    field(explorer, "formula").fill("x^2 + 7y^2")
    state(explorer)
    assert about.inner_text() == "L(x, y) = x^2 + 7y^2"


def test_scrubbing_shows_each_update(explorer):
    field(explorer, "k").evaluate("e => { e.value = 7; e.dispatchEvent(new Event('input')); }")
    assert state(explorer)["k"] == 7
    assert explorer.locator("#the-navigator .readouts td").first.inner_text() == "7"


def test_with_reduced_motion_run_shows_the_end_at_once(explorer):
    field(explorer, "reset").click()
    field(explorer, "run").click()
    assert state(explorer)["k"] == 353


# In the frame that shows update 5, which no hand meets on a slow machine.
PAUSE_AT_FIVE = """() => {
    globalThis.seen = [];
    const run = document.querySelector("#the-navigator [name=run]");
    const look = () => {
        seen.push(ravineExplorers[0].state().k);
        if (seen.at(-1) >= 5) run.click();
        else requestAnimationFrame(look);
    };
    look();
}"""


def test_without_it_a_run_plays_and_can_be_paused(chromium, base):
    context = new_context(chromium, viewport=WIDE, reduced_motion="no-preference")
    page = Visitor(base, context).open(PAGE)
    field(page, "reset").click()
    assert state(page)["k"] == 0
    page.evaluate(PAUSE_AT_FIVE)
    field(page, "run").click()
    page.wait_for_function("seen.length > 0 && seen.at(-1) >= 5")
    paused = state(page)["k"]
    # a frame advances by no more than a quarter of a second, at 20 updates a second
    assert 5 <= paused < 10
    # the first frame may have begun before the click: time must not run backwards
    assert min(page.evaluate("seen")) >= 0
    assert field(page, "run").inner_text() == "Run"
    assert state(page)["k"] == paused
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


SNIPPETS = {
    "plain": {"stepSize": 0.09},
    "race": {
        "stepSize": 2 / 21,
        "methods": ["gradient_descent", "heavy_ball", "nesterov"],
        "k": 60,
    },
    "divergent": {"stepSize": 0.11},
    "adaptive": {"map": "himmelblau", "methods": ["adagrad", "rmsprop", "backtracking"]},
    "adam": {"map": "rosenbrock", "methods": ["adam"], "k": 300},
    "own": {"map": "own", "formula": "x^4/4 - x^2 cos(2) + sin(x)y + 3y^2", "stepSize": 0.05},
}


@pytest.mark.parametrize("settings", SNIPPETS.values(), ids=SNIPPETS)
def test_the_snippet_prints_the_numbers_shown(explorer, settings):
    """Polynomials with + - * / and roots to the last bit; powers and sines may round another way."""
    explorer.evaluate("change => ravineExplorers[0].set(change)", settings)
    state(explorer)
    explorer.locator("#the-navigator summary", has_text="as Python").click()
    code = explorer.locator("#the-navigator pre")
    explorer.wait_for_function("document.querySelector('#the-navigator pre').textContent !== ''")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code.inner_text(), "snippet", "exec"), {})
    shown = explorer.evaluate(
        "ravineExplorers[0].runs().map(({ run }) => {"
        " const k = Math.min(ravineExplorers[0].state().k, run.updates);"
        " return [k, run.points[2 * k], run.points[2 * k + 1], run.values[k]]; })"
    )
    printed = [[float(n) for n in line.split()[-4:]] for line in said.getvalue().splitlines()]
    if settings.get("methods") == ["adam"] or settings.get("map") == "own":
        assert printed == [pytest.approx(numbers, rel=1e-12, abs=1e-12) for numbers in shown]
    else:
        assert printed == shown


def test_the_address_is_written_after_a_pause_and_restores_the_state(explorer):
    assert "?" not in explorer.url  # nothing was touched
    field(explorer, "step-size").fill("0.3")  # beyond the slider
    field(explorer, "shows").select_option("basins")
    explorer.wait_for_function("location.search.includes('eta=0.3')")
    before = state(explorer)
    explorer.reload()
    after = state(explorer)
    assert after == before
    assert after["shows"] == "basins"


def test_a_copied_link_leads_to_the_explorer(explorer):
    explorer.locator("#the-navigator .handle").focus()
    explorer.keyboard.press("ArrowLeft")
    state(explorer)
    field(explorer, "link").click()
    copied = explorer.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("?map=ravine&x=1.75#the-navigator")
    before = state(explorer)
    explorer.goto(copied)
    assert state(explorer) == before


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


@in_both_widths
def test_links_in_the_text_set_the_explorer_and_show_its_picture(explorer):
    explorer.locator("a[href*='methods=gradient_descent,heavy_ball,adagrad']").click()  # far below
    assert state(explorer)["map"] == "tilted"
    picture = explorer.locator("#the-navigator .picture").bounding_box()
    assert 0 <= picture["y"] <= explorer.viewport_size["height"] - picture["height"]
    explorer.locator("a[href*='eta=0.09']").first.click()
    assert state(explorer)["stepSize"] == 0.09
    assert "from update 76 on" in outcome(explorer)


REPEAT = """golden => JSON.parse(golden).map(({ landscape, method, settings, start, points }) => {
    const { run, LANDSCAPES, methodOf, settingsOf } = ravineEngine;
    const all = settingsOf(method, settings.eta ?? 0, settings.beta ?? 0);
    const where = LANDSCAPES.find(({ key }) => key === landscape);
    const ours = run(where, methodOf(method), all, start, points.length - 1, 0);
    const exact = method !== "adam";  // whose bias correction takes powers
    let worst = 0;
    for (let n = 0; n < ours.points.length; n += 1) {
        const theirs = points[Math.floor(n / 2)][n % 2];
        const off = Math.abs(ours.points[n] - theirs);
        worst = Math.max(worst, exact ? off : off / Math.max(1, Math.abs(theirs)));
    }
    // a gradient of exactly zero ends a run earlier
    const whole = ours.ending === "converged" || ours.updates >= points.length - 2;
    return [landscape, method, exact, worst, whole];
})"""


def test_the_engine_repeats_the_librarys_runs_in_this_browser(explorer):
    """The script that the page has loaded, on the page: all runs, 200 updates each."""
    from ravine_site import formulas

    golden = [dataclasses.asdict(run) for run in formulas.golden_runs()]
    found = explorer.evaluate(REPEAT, json.dumps(golden))
    assert len(found) == len(golden) > 150
    for landscape, method, exact, worst, whole in found:
        assert whole, (landscape, method)
        assert worst <= (0 if exact else 1e-12), (landscape, method)


def test_the_map_of_starts_is_drawn_while_the_page_stays_alive(explorer):
    field(explorer, "map").select_option("himmelblau")
    state(explorer)
    field(explorer, "shows").select_option("basins")
    complete(explorer)
    assert len(explorer.workers) == 1


def test_the_map_of_starts_follows_the_step_size(explorer):
    field(explorer, "map").select_option("himmelblau")
    state(explorer)
    field(explorer, "shows").select_option("basins")
    complete(explorer)
    before = pixels(explorer)
    explorer.evaluate("said.length = 0")
    explorer.evaluate("ravineExplorers[0].set({stepSize: 0.02})")
    complete(explorer)
    assert pixels(explorer) != before


# The worker's newest job, and its answers after the explorer has got them.
LISTEN_TO_THE_WORKER = """() => {
    globalThis.asked = [];
    globalThis.answered = [];
    const heard = new Set(), post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (job) {
        asked.push(job.number);
        if (!heard.has(this)) this.addEventListener("message", ({ data }) => {
            if (data.complete) answered.push(data.number);
        });
        heard.add(this);
        post.call(this, job);
    };
    globalThis.listenNoMore = () => { Worker.prototype.postMessage = post; };
}"""
ASK_FOR_A_MAP_AND_SHOW_THE_LANDSCAPE = """async () => {
    ravineExplorers[0].set({ shows: "basins", stepSize: 0.01 });
    await new Promise(requestAnimationFrame);
    ravineExplorers[0].set({ shows: "landscape" });
}"""


def test_no_late_map_paints_over_the_landscape(explorer):
    field(explorer, "map").select_option("himmelblau")
    state(explorer)
    contours = pixels(explorer)
    explorer.evaluate(LISTEN_TO_THE_WORKER)
    explorer.evaluate(ASK_FOR_A_MAP_AND_SHOW_THE_LANDSCAPE)
    explorer.wait_for_function("asked.length > 0 && answered.includes(asked.at(-1))")
    state(explorer)
    assert pixels(explorer) == contours
    explorer.evaluate("ravineExplorers[0].set({stepSize: 0.02})")
    state(explorer)
    assert pixels(explorer) == contours
    assert len(explorer.evaluate("asked")) == 1, "a map that nobody sees"
    explorer.evaluate("listenNoMore()")


def test_the_map_of_starts_knows_the_readers_formula(explorer):
    field(explorer, "map").select_option("own")
    field(explorer, "formula").fill("x^4 - x^2 + y^2")
    state(explorer)
    field(explorer, "shows").select_option("basins")
    complete(explorer)


def complete(explorer):
    explorer.wait_for_function("said.some(text => text.includes('The map is complete'))")


def pixels(explorer):
    return explorer.evaluate("document.querySelector('#the-navigator canvas').toDataURL()")


def test_the_legend_says_which_colour_is_which_end(explorer):
    explorer.evaluate("ravineExplorers[0].set({map: 'doublewell', shows: 'basins'})")
    complete(explorer)
    legend = explorer.locator("#the-navigator .legend").inner_text().splitlines()
    # with step size 0.1 nothing on this view diverges, and the two halves are mirror images
    assert legend[0] == "gradient descent, η = 0.1"
    assert sorted(legend[1:]) == ["to (1.00, 0.00): 50.0 %", "to (−1.00, 0.00): 50.0 %"]


def test_the_map_of_settings_finds_a_pair_for_the_current_landscape(explorer):
    explorer.locator("#the-navigator summary", has_text="momentum: every pair").click()
    says = explorer.locator("#the-navigator .plane-box p")
    explorer.wait_for_function(
        "document.querySelector('#the-navigator .plane-box').textContent.includes('The fewest')"
    )
    on_the_ravine = says.inner_text()
    assert "the limit of theory" in on_the_ravine
    box = explorer.locator("#the-navigator .plane").bounding_box()
    explorer.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.5)
    picked = state(explorer)
    assert picked["stepSize"] == pytest.approx(0.12, abs=0.002)
    assert picked["momentum"] == pytest.approx(0.5, abs=0.02)
    assert "heavy_ball" in picked["methods"]
    explorer.evaluate("ravineExplorers[0].set({map: 'own', formula: 'x^2 + 4y^2 + sin(x)'})")
    explorer.wait_for_function(
        "before => { const text = document.querySelector('#the-navigator .plane-box p').textContent;"
        " return text.includes('The fewest') && text !== before; }",
        arg=on_the_ravine,
    )


@pytest.mark.parametrize("name", ["svg", "png"])
def test_the_picture_can_be_saved(explorer, tmp_path, name):
    with explorer.expect_download() as download:
        field(explorer, name).click()
    saved = tmp_path / f"picture.{name}"
    download.value.save_as(saved)
    if name == "png":
        assert saved.read_bytes().startswith(b"\x89PNG")
        return
    tree = ET.parse(saved).getroot()
    svg = "{http://www.w3.org/2000/svg}"
    assert "from update 176 on" in tree.find(f"{svg}title").text
    assert tree.find(f"{svg}image").get("href").startswith("data:image/png")
    assert (
        tree.find(f".//{svg}polyline").get("stroke").startswith("rgb(")
    )  # without any style sheet


def test_a_live_text_says_what_happened_once_the_reader_pauses(explorer):
    live = "document.querySelector('#the-navigator .live').textContent"
    set_step_size(explorer, "0.11")
    explorer.wait_for_function(f"{live}.includes('Diverged')")
    explorer.locator("#the-navigator .handle").focus()
    explorer.keyboard.press("r")
    explorer.wait_for_function(f"{live}.includes('Ready at the start')")
    picture = explorer.locator("#the-navigator .picture svg")
    assert "step size 0.11" in picture.get_attribute("aria-label")


@in_both_widths
def test_nothing_below_moves_while_a_run_plays(explorer):
    chart = explorer.locator("#the-navigator .chart-box")
    places = []
    for k in (353, 0, 5, 200):
        explorer.evaluate("k => ravineExplorers[0].set({ k })", k)
        state(explorer)
        places.append(chart.bounding_box()["y"])
    assert max(places) - min(places) < 1


@in_both_widths
def test_dials_stand_beside_the_picture_in_one_window(explorer):
    """Who turns a dial wants to see what it does."""
    seen = explorer.locator("#the-navigator .picture").bounding_box()
    dial = field(explorer, "step-size-slider").bounding_box()
    assert dial["y"] + dial["height"] - seen["y"] < explorer.viewport_size["height"] - 60


def test_without_a_script_the_figure_stands_in_its_place(chromium, base):
    context = new_context(chromium, viewport=WIDE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/{PAGE}")
    figure = page.locator("#the-navigator")
    assert figure.locator("img").count() == 2
    assert "narrow ravine" in figure.inner_text()
    context.close()


def test_from_a_disk_it_works_too(chromium):
    from .conftest import SITE

    context = new_context(chromium, viewport=WIDE, reduced_motion="reduce")
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
