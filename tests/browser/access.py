"""What axe finds on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

RUN = 'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations)'


def serious_violations(page: Page) -> list[dict[str, Any]]:
    """Return what hinders readers, as axe says it."""
    page.evaluate(AXE_SCRIPT)
    return [one for one in page.evaluate(RUN) if one["impact"] in {"serious", "critical"}]


def in_words(violations: list[dict[str, Any]]) -> str:
    """Return violations with some of their places, a paragraph each."""
    return "\n" + "\n".join(map(describe, violations))


def describe(violation: dict[str, Any]) -> str:
    """Return one violation with some of its places."""
    nodes = violation["nodes"]
    places = "".join(
        f"\n    {node['html'][:160]}\n      {node['failureSummary']}" for node in nodes[:3]
    )
    return f"{violation['impact']}: {violation['help']} ({len(nodes)} places){places}"
