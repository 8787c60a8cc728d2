"""What axe finds on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

# A lecture has thousands of letters in formulas and listings, and to judge the contrast of each alone takes
# axe most of its time. In one formula or listing, letters of one colour, size and weight with no ground of
# their own have one contrast: the longest text is judged for all. Where axe cannot judge that one (something
# covers it, or it is a single letter), all that look like it are judged. Other rules see every element.
FIND_WHAT_LOOKS_ALIKE = """() => {
    const hasNoGround = style => style.backgroundColor === "rgba(0, 0, 0, 0)"
        && style.backgroundImage === "none" && style.opacity === "1" && style.textShadow === "none"
        && style.filter === "none" && style.mixBlendMode === "normal";
    const lettersOf = element => [...element.childNodes]
        .filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data.trim()).join("");
    globalThis.likeIt = new Map(); // the element that is judged -> all that look like it
    for (const text of document.querySelectorAll(".katex-html, pre")) {
        const looks = new Map();
        const onGroundOfText = new Set([text]);
        for (const element of text.querySelectorAll("*")) {
            const style = getComputedStyle(element);
            if (!onGroundOfText.has(element.parentElement) || !hasNoGround(style)) continue;
            onGroundOfText.add(element);
            const length = lettersOf(element).length;
            if (length === 0 || !element.checkVisibility()) continue;
            const look = [style.color, style.fontSize, style.fontWeight].join();
            if (!looks.has(look)) looks.set(look, []);
            looks.get(look).push({ element, length });
        }
        for (const alike of looks.values()) {
            const longest = alike.reduce((a, b) => (b.length > a.length ? b : a));
            likeIt.set(longest.element, alike.map(({ element }) => element));
            for (const one of alike) if (one !== longest) one.element.dataset.looksLikeAnother = "";
        }
    }
}"""
RUN = """async () => {
    const judge = selector => axe.configure({ rules: [{ id: "color-contrast", selector }] });
    judge("*:not([data-looks-like-another])");
    const first = await axe.run({ resultTypes: ["violations", "incomplete"] });
    const unjudged = first.incomplete.filter(({ id }) => id === "color-contrast")
        .flatMap(({ nodes }) => nodes.map(({ target }) => document.querySelector(target.at(-1))));
    const again = unjudged.flatMap(element => likeIt.get(element) ?? []);
    if (again.length === 0) return first.violations;
    for (const element of again) element.dataset.judgeAlone = "";
    judge("[data-judge-alone]");
    const second = await axe.run({ runOnly: ["color-contrast"], resultTypes: ["violations"] });
    return [...first.violations, ...second.violations];
}"""


def serious_violations(page: Page) -> list[dict[str, Any]]:
    """Return what hinders readers, as axe says it."""
    page.evaluate(AXE_SCRIPT)
    page.evaluate(FIND_WHAT_LOOKS_ALIKE)
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
