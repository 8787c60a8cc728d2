"""What the theme leaves to mend for readers who use a screen reader."""

from sphinx.application import Sphinx


def give_headings_a_level(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: object
) -> None:
    """Say the level of the sidebar's captions: ARIA asks for it, Sphinx writes the role alone."""
    tree = str(context.get("furo_navigation_tree", ""))
    context["furo_navigation_tree"] = tree.replace(
        'role="heading">', 'role="heading" aria-level="2">'
    )


def setup(app: Sphinx) -> None:
    """Run after furo has made its navigation."""
    app.connect("html-page-context", give_headings_a_level, priority=900)
