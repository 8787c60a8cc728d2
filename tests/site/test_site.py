"""The real site: it builds without a word, is complete, and fails when code and text disagree."""

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from .conftest import REPOSITORY, build, change, copy_of_site

LECTURE = "lectures/01-optimization-and-pytorch-in-1d.html"

SECTIONS = [
    "1. Setup: what is an optimization problem?",
    "2. Solutions, optimal values, and stationarity",
    "3. Iterative algorithms and diagnostics",
    "4. Gradient descent in 1D via the local model",
    "5. Implementation in pure Python: derivatives by hand",
    "6. PyTorch basics: tensors, requires_grad, and backward()",
    "7. Autodiff under the hood, common pitfalls, and the training loop",
    "8. Tuning: choosing a step size",
    "9. Conclusion",
]


@pytest.fixture(scope="module")
def lecture(site) -> BeautifulSoup:
    return BeautifulSoup(site.page(LECTURE), "html.parser")


def test_the_site_builds_without_a_word(site):
    assert site.passed, site.messages
    assert site.messages.strip() == ""


def test_the_lecture_has_its_nine_sections_in_order_and_then_questions(lecture):
    headings = [h.get_text().removesuffix("¶") for h in lecture.article.select("h2")]
    assert headings == [*SECTIONS, "Questions"]


def test_every_figure_of_the_lecture_is_on_its_page_once(lecture, site):
    scripts = {s.stem for s in (site.folder / "gallery/lecture_1").glob("plot_*.py")}
    pictures = [Path(img["src"]).name for img in lecture.select("figure img.only-light")]
    assert sorted(pictures) == sorted(f"sphx_glr_{script}_001.svg" for script in scripts)
    assert len(scripts) == 15
    # The figure that an explorer replaces carries the explorer's caption, without a number.
    numbered = scripts - {"plot_1_g_cobweb"}
    shown = [c.get_text() for c in lecture.select("figure figcaption strong")]
    expected = ["Figure {}.{}".format(*script.split("_")[1:3]).upper() for script in numbered]
    assert sorted(label.strip(" .").upper() for label in shown) == sorted(expected)


@pytest.mark.parametrize(
    ("page", "script"),
    [(LECTURE, "plot_1_g_cobweb"), ("lectures/02-first-training-loop.html", "plot_2_b_cobweb")],
)
def test_a_line_explorer_begins_with_the_run_of_its_figure(site, page, script):
    figure = BeautifulSoup(site.page(page), "html.parser").select_one("figure[data-line]")
    settings = json.loads(figure["data-line"])
    quoted = {value["title"]: value.get_text() for value in figure.select(".val")}
    assert script in figure.img["src"]
    for option, name in (("x", "start"), ("eta", "step_size")):
        text = quoted[f"{name}, computed by {script}"].replace("\u2212", "-")
        assert float(text) == settings[option]


def test_the_pictures_of_the_readme_are_figures_of_this_build(site):
    for committed, figure in (
        ("readme.svg", "plot_1_e_basin_map_001.svg"),
        ("readme-dark.svg", "plot_1_e_basin_map_001_dark.svg"),
    ):
        built = site.folder / "out/_images" / f"sphx_glr_{figure}"
        ours = REPOSITORY / "docs/_static" / committed
        assert ours.read_bytes() == built.read_bytes(), "accept: nox -s docs -- --accept"


def test_the_page_on_checks_tells_the_counts_that_build_json_holds(site):
    facts = json.loads((site.folder / "out/build.json").read_text("utf-8"))
    ledger = json.loads((REPOSITORY / "docs/ledger.json").read_text("utf-8"))
    for kind in ("outputs", "values", "figures"):
        assert facts[kind] == sum(len(page.get(kind, {})) for page in ledger.values())
    assert facts["figures"] == facts["scripts"] >= 13
    text = BeautifulSoup(site.page("about/checks.html"), "html.parser").article.get_text()
    assert f"the results of {facts['cells']} cells on {facts['pages']} pages" in " ".join(
        text.split()
    )


def test_two_builds_of_the_site_in_different_folders_are_equal(site, tmp_path):
    again = build(copy_of_site(tmp_path / "a" / "longer" / "path"))
    assert again.passed, again.messages
    first, second = site.folder / "out", again.folder / "out"
    names = {path.relative_to(first) for path in first.rglob("*") if path.is_file()}
    assert names == {path.relative_to(second) for path in second.rglob("*") if path.is_file()}
    different = [n for n in names if (first / n).read_bytes() != (second / n).read_bytes()]
    assert different == []


def test_no_page_asks_another_host_for_anything(site):
    for path in (site.folder / "out").rglob("*.html"):
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        loaded = soup.select(
            "script[src], img[src], iframe[src], link[rel=stylesheet], link[rel=icon]"
        )
        addresses = [tag.get("src") or tag.get("href") for tag in loaded]
        assert not [a for a in addresses if re.match(r"(https?:)?//", a)], path.name
    for path in (site.folder / "out/_static").rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", path.read_text("utf-8")), path.name


def test_every_picture_says_what_is_seen(site):
    for path in (site.folder / "out/lectures").glob("*.html"):
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for image in soup.article.select("img"):
            assert len(image["alt"]) > 40, image["src"]
            assert int(image["width"]) > 0


def test_no_page_names_a_folder_of_the_machine_that_built_it(site):
    for path in (site.folder / "out").rglob("*"):
        if path.suffix in {".html", ".svg", ".js", ".py", ".ipynb"}:
            assert str(site.folder) not in path.read_text("utf-8"), path.name


def test_a_changed_constant_in_one_objective_fails_and_names_the_pages(tmp_path):
    folder = copy_of_site(tmp_path)
    change(
        folder / "src/ravine/objectives.py",
        "value=lambda w: curvature / 2 * ((w - minimizer) * (w - minimizer)),",
        "value=lambda w: 0.51 * curvature * ((w - minimizer) * (w - minimizer)),",
    )
    failed = build(folder)
    assert not failed.passed
    assert re.search(
        r"01-optimization-and-pytorch-in-1d\.md:\d+: ERROR: cell .* raised", failed.messages
    )
