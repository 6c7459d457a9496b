"""Every page is valid HTML, for everyone who can see it, with its errors and in both languages."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

import pytest
from flask import Flask
from werkzeug.routing import Rule

from lending.settings import Settings
from tests.factories import Cast
from tests.support.html import problems
from tests.web.stage import Stage
from tests.web.test_every_route_with_every_role import address_of, form_of, methods_of


def pages(stage: Stage, person: str, language: str) -> dict[str, str]:
    """Return every page that the person meets, by method, address and status.

    Forms are sent empty, so that pages that tell what is wrong with one are among them.
    """
    found: dict[str, str] = {}
    for rule in stage.app.url_map.iter_rules():
        for method in methods_of(rule) if _is_a_page(rule) else ():
            stage.restore()
            address = address_of(rule, stage)
            with stage.client(person).open(
                address,
                method=method,
                data=form_of(rule, method, stage),
                headers={"Accept-Language": language},
            ) as answer:
                if (
                    answer.mimetype == "text/html"
                    and answer.data
                    and not 300 <= answer.status_code < 400
                ):
                    # Who may not come in meets one page, wherever that is.
                    refused = answer.status_code == HTTPStatus.FORBIDDEN
                    name = "403" if refused else f"{method} {address} {answer.status_code}"
                    found[name] = answer.text
    return found


def _is_a_page(rule: Rule) -> bool:
    return not rule.endpoint.startswith("api.") and not rule.endpoint.endswith("static")


@pytest.mark.parametrize(
    ("person", "language"),
    [
        ("anonymous", "fr"),
        ("borrower", "fr"),
        ("front desk", "fr"),
        ("manager", "en"),
        ("auditor", "fr"),
        ("administrator", "fr"),
    ],
)
def test_every_page_is_valid(stage: Stage, person: str, language: str) -> None:
    found = pages(stage, person, language)
    assert len(found) > 5
    assert [name for name in found if name.endswith(" 500")] == []
    assert problems(found) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_pages_of_the_demonstration_are_valid(
    make_app: Callable[..., Flask], settings: Settings, cast: Cast
) -> None:
    app = make_app(replace(settings, demo=True))
    own = {
        rule.rule: app.test_client().get(rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("developer.", "demo.", "accounts.sign_in"))
        and "GET" in (rule.methods or ())
    }
    assert {answer.status_code for answer in own.values()} == {200}
    assert problems({path: answer.text for path, answer in own.items()}) == []
