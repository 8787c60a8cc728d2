"""axe looks at one page of each kind, wide and narrow, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

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
    found = Axe().run(page).response["violations"]
    serious = [violation for violation in found if violation["impact"] in {"serious", "critical"}]
    assert not serious, "\n" + "\n".join(map(describe, serious))


def describe(violation):
    nodes = violation["nodes"]
    places = "".join(
        f"\n    {node['html'][:160]}\n      {node['failureSummary']}" for node in nodes[:3]
    )
    return f"{violation['impact']}: {violation['help']} ({len(nodes)} places){places}"
