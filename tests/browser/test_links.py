"""Every link inside the site arrives: the file is there, and so is the place in it."""

from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .conftest import SITE, pages_of_the_site

ADDRESSES = {"a": "href", "img": "src", "link": "href", "script": "src", "object": "data"}


class Links(HTMLParser):
    """Where the elements of a page lead, and the places in it that a link can lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag, attributes):
        # the first of two attributes of one name counts, as in a browser
        given = {name: value or "" for name, value in reversed(attributes)}
        if "id" in given:
            self.places.add(given["id"])
        if tag == "a" and "name" in given:
            self.places.add(given["name"])
        if (attribute := ADDRESSES.get(tag)) in given:
            self.found.append((tag, given[attribute]))


@cache
def links(page: Path) -> Links:
    parser = Links()
    parser.feed(page.read_text(encoding="utf-8"))
    parser.close()
    return parser


def inside_links(page: Path):
    for _, link in links(page).found:
        address = urlsplit(link)
        if not address.scheme and not address.netloc:
            yield link, unquote(address.path), unquote(address.fragment)


def problem(page: Path, path: str, fragment: str) -> str | None:
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(SITE):
        return "leads out of the site"
    if not target.is_file():
        return "is not there"
    if fragment and target.suffix == ".html" and fragment not in links(target).places:
        return f"has no place {fragment!r}"
    return None


def test_every_link_arrives():
    pages = [SITE / page for page in pages_of_the_site()]
    assert pages, f"there is no site in {SITE}"
    broken = {
        f"{page.relative_to(SITE)}: {link} {why}"
        for page in pages
        for link, path, fragment in inside_links(page)
        if (why := problem(page, path, fragment))
    }
    assert not broken, "\n" + "\n".join(sorted(broken))


def test_links_to_other_hosts_are_encrypted():
    plain = {
        f"{page}: {link}"
        for page in pages_of_the_site()
        for tag, link in links(SITE / page).found
        if tag == "a" and link.startswith(("http:", "//"))
    }
    assert not plain, "\n" + "\n".join(sorted(plain))
