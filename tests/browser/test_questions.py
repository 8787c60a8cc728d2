"""Questions in use, and the progress they leave in this browser."""

import json

import pytest

from .conftest import INDEX, WIDE, new_context, visitor

PAGE = "lectures/04-minimizing-a-function.html"


@pytest.fixture
def visit(visitors):
    """A visitor with a narrow window: what works there works in a wide one."""
    return visitors("narrow")


@pytest.fixture
def prepared(chromium, base):
    """A visitor to whose browser a script is added before each page, so no other test may have it."""
    one = visitor(chromium, base, "narrow")
    yield one
    one.context.close()


@pytest.fixture
def lecture(visit):
    page = visit.open(PAGE)
    yield page
    assert visit.errors == []


def ask(page, name, answer=None):
    form = page.locator(f"#question-{name}")
    if answer is not None:
        form.locator("[name=answer]").fill(answer)
    form.locator("button[type=submit]").click()
    return form.locator(".question-says").inner_text()


def mark(page, name):
    return page.locator(f"#question-{name} .question-mark").inner_text()


@pytest.mark.parametrize("typed", ["1", "1.0", "= 1", "2/2", "1e0", "w = 1", "1,0"])
def test_a_right_number_is_right_in_every_spelling(lecture, typed):
    assert "Right." in ask(lecture, "one-step-by-hand", typed)
    assert mark(lecture, "one-step-by-hand") == "✓ answered"


def test_a_common_wrong_number_is_explained(lecture):
    assert "sign was turned" in ask(lecture, "one-step-by-hand", "3")
    assert "the slope is not 1" in ask(lecture, "one-step-by-hand", "1.75")
    assert mark(lecture, "one-step-by-hand") == ""


def test_what_is_no_number_is_not_called_wrong(lecture):
    assert "cannot be read" in ask(lecture, "one-step-by-hand", "a lot")
    assert "decimal point" in ask(lecture, "one-step-by-hand", "1,000")


def test_an_unknown_wrong_number_opens_the_hint_and_three_the_answer(lecture):
    form = lecture.locator("#question-one-step-by-hand")
    assert form.locator(".question-answer").is_hidden()
    for _ in range(3):
        ask(lecture, "one-step-by-hand", "77")
    assert form.locator(".question-hint").get_attribute("open") is not None
    form.locator(".question-answer summary").click()
    assert "The answer is 1." in form.locator(".question-answer").inner_text()
    assert mark(lecture, "one-step-by-hand") == "answer seen"


def test_the_explorer_judges_a_run(lecture):
    name = "alternate-and-converge"
    assert "Not yet" in ask(lecture, name)
    lecture.locator("#the-navigator [name='step-size']").fill("0.08")
    lecture.evaluate("new Promise(requestAnimationFrame)")
    assert "Right." in ask(lecture, name)


def test_other_questions_for_the_explorer_have_solutions(lecture):
    solutions = {
        "fewer-than-fifty": {"stepSize": 0.04, "momentum": 0.7, "methods": ["heavy_ball"]},
        "beat-thirty": {"stepSize": 0.13, "momentum": 0.43, "methods": ["heavy_ball"]},
        "a-flat-place": {"map": "saddle", "x": 1.5, "y": 0, "methods": ["gradient_descent"]},
    }
    for name, solution in solutions.items():
        assert "Not yet" in ask(lecture, name)
        lecture.evaluate("change => ravineExplorers[0].set(change)", solution)
        lecture.evaluate("new Promise(requestAnimationFrame)")
        assert "Right." in ask(lecture, name)


def test_the_explorers_verdict_says_what_the_run_lacks(lecture):
    usual = {"stepSize": 0.04, "momentum": 0.9, "methods": ["heavy_ball"]}
    lecture.evaluate("change => ravineExplorers[0].set(change)", usual)
    lecture.evaluate("new Promise(requestAnimationFrame)")
    said = ask(lecture, "fewer-than-fifty")
    assert "it settles at update 143, and less than 50 is asked for" in said
    # a start at the minimizer settles at once, and is no answer
    lecture.evaluate("ravineExplorers[0].set({ x: 0, y: 0 })")
    lecture.evaluate("new Promise(requestAnimationFrame)")
    assert "the start was moved" in ask(lecture, "beat-thirty")


def test_progress_is_counted_survives_a_reload_and_shows_in_the_contents(lecture):
    questions = lecture.locator("form.question").count()
    line = lecture.locator("[data-page-progress]")
    assert f"0 of {questions}" in line.inner_text()
    ask(lecture, "one-step-by-hand", "1")
    assert f"1 of {questions}" in line.inner_text()
    lecture.reload()
    assert mark(lecture, "one-step-by-hand") == "✓ answered"
    assert f"1 of {questions}" in line.inner_text()
    link = lecture.locator(".sidebar-tree a[data-progress]:not([data-progress=''])").first
    assert link.get_attribute("data-progress") == f"1/{questions}"


def test_progress_can_be_saved_loaded_and_forgotten(lecture, tmp_path):
    ask(lecture, "one-step-by-hand", "1")
    lecture.locator("[data-page-progress] summary").click()
    with lecture.expect_download() as download:
        lecture.get_by_text("Save as a file").click()
    saved = tmp_path / "progress.json"
    download.value.save_as(saved)
    assert json.loads(saved.read_text())["one-step-by-hand"]["state"] == "right"
    forget = lecture.get_by_text("Forget all my answers")
    forget.click()
    with lecture.expect_navigation():
        lecture.get_by_text("Really forget?").click()
    assert mark(lecture, "one-step-by-hand") == ""
    lecture.locator("[data-page-progress] summary").click()
    lecture.locator("[data-page-progress] input[type=file]").set_input_files(saved)
    lecture.wait_for_function("document.querySelector('.question-mark').textContent.includes('✓')")
    (tmp_path / "bad.json").write_text("[1, 2", encoding="utf-8")
    lecture.locator("[data-page-progress] input[type=file]").set_input_files(tmp_path / "bad.json")
    lecture.get_by_text("holds no progress").wait_for()


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "null",
        "[]",
        "{",
        '{"one-step-by-hand": 3}',
        '{"__proto__": {"revision": "x"}}',
        "9" * 500,
    ],
)
def test_damaged_storage_counts_as_nothing_done(visit, damage):
    visit.page.evaluate("damage => localStorage.setItem('ravine-progress-1', damage)", damage)
    page = visit.open(PAGE)
    assert mark(page, "one-step-by-hand") == ""
    assert "Right." in ask(page, "one-step-by-hand", "1")
    assert visit.errors == []


def test_an_edited_question_is_marked_as_changed(visit):
    old = {"one-step-by-hand": {"revision": "00000000", "state": "right", "tries": 1}}
    visit.page.evaluate("old => localStorage.setItem('ravine-progress-1', old)", json.dumps(old))
    assert mark(visit.open(PAGE), "one-step-by-hand") == "changed since you answered"


def test_without_storage_questions_work_for_as_long_as_the_page_is_open(prepared):
    prepared.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied'); } })"
    )
    page = prepared.open(PAGE)
    assert "Right." in ask(page, "one-step-by-hand", "1")
    assert mark(page, "one-step-by-hand") == "✓ answered"


def test_by_keyboard_alone(lecture):
    field = lecture.locator("#question-one-step-by-hand [name=answer]")
    field.focus()
    lecture.keyboard.type("1")
    lecture.keyboard.press("Enter")
    assert "Right." in lecture.locator("#question-one-step-by-hand .question-says").inner_text()


def test_without_a_script_the_answer_stands_behind_a_fold(chromium, base):
    context = new_context(chromium, viewport=WIDE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/{PAGE}")
    answer = page.locator("#question-one-step-by-hand .question-answer")
    answer.locator("summary").click()
    assert "The answer is 1." in answer.inner_text()
    context.close()


def test_other_pages_show_progress_in_their_contents(lecture, visit):
    ask(lecture, "one-step-by-hand", "1")
    page = visit.open(INDEX)
    assert page.locator(".sidebar-tree a[data-progress]:not([data-progress=''])").count() >= 1
