"""What all tests share: property tests draw the same examples in every run."""

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that read the real site in one process, which builds it once; begin with them."""
    of_site = [item for item in items if "site" in getattr(item, "fixturenames", ())]
    for item in of_site:
        item.add_marker(pytest.mark.xdist_group("site"))
    items.sort(key=lambda item: item not in of_site)  # it takes longest, beside all others
