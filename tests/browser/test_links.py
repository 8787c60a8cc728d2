"""Every link inside the site arrives: the file is there, and so is the place in it."""

from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from .conftest import SITE, pages_of_the_site

ADDRESSES = {"a": "href", "img": "src", "link": "href", "script": "src", "object": "data"}


@cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def places(path: Path) -> frozenset[str]:
    return frozenset(t["id"] for t in soup(path).find_all(id=True)) | frozenset(
        t["name"] for t in soup(path).find_all("a", attrs={"name": True})
    )


def inside_links(page: Path):
    for tag, attribute in ADDRESSES.items():
        for element in soup(page).find_all(tag, attrs={attribute: True}):
            address = urlsplit(element[attribute])
            if not address.scheme and not address.netloc:
                yield element[attribute], unquote(address.path), unquote(address.fragment)


def problem(page: Path, path: str, fragment: str) -> str | None:
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(SITE):
        return "leads out of the site"
    if not target.is_file():
        return "is not there"
    if fragment and target.suffix == ".html" and fragment not in places(target):
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
        f"{page}: {element['href']}"
        for page in pages_of_the_site()
        for element in soup(SITE / page).find_all("a", href=True)
        if element["href"].startswith(("http:", "//"))
    }
    assert not plain, "\n" + "\n".join(sorted(plain))
