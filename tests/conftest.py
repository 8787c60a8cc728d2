"""What all tests share: property tests draw the same examples in every run.

``--hypothesis-profile=thorough`` draws other ones each time, and many more; it runs every week.
"""

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that build sites, the real one first: they take longest, beside all others."""
    items.sort(key=lambda item: (item.path.name != "test_site.py", item.path.parent.name != "site"))
