"""What reading calendars needs."""

from collections.abc import Iterator

import pytest

from tests.support.sites import Site, serving_site


@pytest.fixture
def site() -> Iterator[Site]:
    """Run a web site on this machine."""
    with serving_site() as running:
        yield running
