"""Entries lead to pages that exist."""

import pytest
from flask import Flask

from lending.subscriptions.addresses import booking_page, item_page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("path", [booking_page(7), item_page(7)])
def test_there_is_a_page_behind_each_address(app: Flask, path: str) -> None:
    _, arguments = app.url_map.bind("localhost").match(path)
    assert list(arguments.values()) == [7]
