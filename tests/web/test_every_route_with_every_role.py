"""Every route is walked by everybody, and answers as the table of permissions says.

The walk sends what a stranger would: forms without fields. Whoever may come in gets a page, or is
told what is wrong with the form or the moment; whoever may not is told nothing of the object.
"""

from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.routing import Rule

from lending.accounts.permissions import PUBLIC_ACTIONS, Principal
from lending.api.routes import all_operations
from lending.app import create_app
from lending.settings import Settings
from tests.web.api_routes import API_QUERIES, API_ROUTES, api_body
from tests.web.routes import FORMS, QUERIES, ROUTES, Owner, Route
from tests.web.stage import Stage

PEOPLE = (
    "anonymous",
    "borrower",
    "another borrower",
    "a borrower to be verified",
    "front desk",
    "manager",
    "technical agent",
    "manager elsewhere",
    "auditor",
    "administrator",
)
SIGN_IN = "/connexion"
SAMPLE_MISSING = (
    *("bookings.plan", "catalogue.photo", "logistics.picture", "statements.picture"),
    "bootstrap.static",
    *("documents.copy", "documents.logo"),
)
"""Open to everybody, but there is no such file in the walk."""


def _application(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("routes")
    return create_app(
        Settings(database_url=f"sqlite:///{folder / 'none.db'}", instance=folder, secret_key="x")
    )


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> list[Rule]:
    """Return the rules of the application as it is installed: no demonstration."""
    return list(_application(tmp_path_factory).url_map.iter_rules())


def may(person: Principal, route: Route, stage: Stage) -> bool:
    """Tell from the table of permissions alone whether somebody may come in."""
    cast = stage.cast
    if route.by_secret:
        return True
    if route.action is None:
        if route.owner is Owner.ALICE:
            others = route.instead is not None and person.can(route.instead)
            return person == cast.alice or others
        return not (route.signed_in and person.is_anonymous)
    if route.action in PUBLIC_ACTIONS:
        return True
    owners: dict[str, int] = {
        Owner.NOBODY: {},
        Owner.BOOKING: {"authority_id": cast.town, "organisation_id": cast.choir},
        Owner.TOWN: {"authority_id": cast.town},
        Owner.CHOIR: {"organisation_id": cast.choir},
        Owner.ALICE: {},
    }[route.owner]
    if route.on_object is not None:
        return person.can(route.action) and person.can(route.on_object, **owners)
    actions = [action for action in (route.action, route.also) if action is not None]
    return all(person.can(action, **owners) for action in actions)


def address_of(rule: Rule, stage: Stage) -> str:
    """Return the rule's address about the sample objects."""
    built = rule.build({name: stage.arguments[name] for name in rule.arguments})
    assert built is not None, rule.rule
    return str(built[1]) + QUERIES.get(rule.endpoint, "").format(**stage.arguments)


def form_of(rule: Rule, method: str, stage: Stage) -> dict[str, str] | None:
    """Return what is sent; nothing where a stranger's empty form tells enough."""
    if method == "GET":
        return None
    form = FORMS.get(rule.endpoint, {})
    return {name: value.format(**stage.arguments) for name, value in form.items()}


def methods_of(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def test_every_route_is_declared_and_nothing_else(rules: list[Rule]) -> None:
    endpoints = {rule.endpoint for rule in rules} - set(API_ROUTES)
    assert endpoints - set(ROUTES) == set(), "declare these in tests/web/routes.py"
    assert set(ROUTES) - endpoints == set(), "these no longer exist"


def test_every_view_asks_for_the_action_that_is_declared(stage: Stage) -> None:
    """The guard on the view and the declaration agree, where a view has a guard."""
    asked = {
        endpoint: view.__dict__["action"]
        for endpoint, view in stage.app.view_functions.items()
        if "action" in view.__dict__ and endpoint in ROUTES
    }
    declared = {endpoint: ROUTES[endpoint].action for endpoint in asked if ROUTES[endpoint].action}
    assert {endpoint: asked[endpoint] for endpoint in declared} == declared
    unguarded = {e for e, route in ROUTES.items() if route.action and e not in asked}
    assert unguarded == set()


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
def test_a_route_lets_in_whom_the_table_says(stage: Stage, endpoint: str) -> None:
    wrong = []
    for rule in stage.app.url_map.iter_rules(endpoint):
        for method in methods_of(rule):
            for name in PEOPLE:
                stage.restore()
                address = address_of(rule, stage)
                form = form_of(rule, method, stage)
                with stage.client(name).open(address, method=method, data=form) as answer:
                    status, place = answer.status_code, answer.headers.get("Location", "")
                expected = may(stage.people[name], ROUTES[endpoint], stage)
                if not _agrees(expected, name, endpoint, status, place):
                    verb = "may" if expected else "may not"
                    wrong.append(f"{name} {verb} {method} {address}: {status} {place}")
    assert wrong == []


def _agrees(expected: bool, name: str, endpoint: str, status: int, place: str) -> bool:
    if expected:
        refusals = {401, 403} if endpoint in SAMPLE_MISSING else {401, 403, 404}
        return status < 500 and status not in refusals and not place.startswith(f"{SIGN_IN}?")
    if name == "anonymous":
        return status == 303 and place.startswith(SIGN_IN)
    return status in (403, 404)


def test_every_operation_of_the_api_is_declared_with_its_action() -> None:
    asked = {f"api.{operation.name}": operation.action for operation in all_operations()}
    assert set(API_ROUTES) == set(asked)
    declared = {name: route.action for name, route in API_ROUTES.items() if route.action}
    assert {name: asked[name] for name in declared} == declared


@pytest.mark.parametrize("endpoint", sorted(API_ROUTES))
def test_the_api_lets_in_whom_the_table_says(stage: Stage, endpoint: str) -> None:
    wrong = []
    for rule in stage.app.url_map.iter_rules(endpoint):
        for method in methods_of(rule):
            for name in PEOPLE:
                stage.restore()
                status = _call(stage, rule, method, name)
                program = replace(stage.people[name], user_id=None)
                expected = name != "anonymous" and may(program, API_ROUTES[endpoint], stage)
                refusals = {401} if name == "anonymous" else {403, 404}
                agrees = status not in {401, 403, 404} if expected else status in refusals
                if not agrees or status >= 500:
                    verb = "may" if expected else "may not"
                    wrong.append(f"{name} {verb} {method} {rule.rule}: {status}")
    assert wrong == []


def _call(stage: Stage, rule: Rule, method: str, name: str) -> int:
    token = stage.tokens.get(name)
    built = rule.build({name: stage.arguments[name] for name in rule.arguments})
    assert built is not None
    with stage.app.test_client().open(
        str(built[1]) + API_QUERIES.get(rule.endpoint, "").format(**stage.arguments),
        method=method,
        json=api_body(rule.endpoint, stage.arguments) if method in ("POST", "PATCH") else None,
        headers={"Authorization": f"Bearer {token}"} if token else {},
    ) as answer:
        return answer.status_code


def test_no_token_of_an_association_reads_a_word_of_anothers(
    stage: Stage, rules: list[Rule]
) -> None:
    stage.restore()
    for rule in rules:
        if rule.endpoint not in API_ROUTES or "GET" not in (rule.methods or ()):
            continue
        with stage.app.test_client().get(
            address_of(rule, stage) + API_QUERIES.get(rule.endpoint, "").format(**stage.arguments),
            headers={"Authorization": f"Bearer {stage.tokens['another borrower']}"},
        ) as answer:
            for word in stage.secrets_of_choir:
                assert word not in answer.text, f"{word!r} at {rule.rule}"


@pytest.mark.parametrize("name", ["anonymous", "another borrower", "a borrower to be verified"])
def test_no_association_reads_a_word_of_anothers(
    stage: Stage, rules: list[Rule], name: str
) -> None:
    stage.restore()
    client, read = stage.client(name), 0
    for rule in rules:
        if "GET" not in (rule.methods or ()) or rule.endpoint not in ROUTES:
            continue
        if ROUTES[rule.endpoint].by_secret or rule.endpoint.endswith("static"):
            continue
        answer = client.get(address_of(rule, stage), follow_redirects=True)
        read += answer.status_code == 200
        for word in stage.secrets_of_choir:
            assert word not in answer.text, f"{name} reads {word!r} at {rule.rule}"
    assert read >= 5


def test_the_words_that_are_looked_for_can_be_read_by_their_owner(stage: Stage) -> None:
    """Otherwise the test above would find nothing because there is nothing to find."""
    stage.restore()
    client, seen = stage.client("borrower"), ""
    for rule in stage.app.url_map.iter_rules():
        if rule.endpoint in ("bookings.show", "organisations.show", "accounts.show"):
            seen += client.get(address_of(rule, stage)).text
    assert [word for word in stage.secrets_of_choir if word not in seen] == []


def test_a_feed_is_opened_by_its_secret_alone(stage: Stage) -> None:
    stage.restore()
    secret = str(stage.arguments["token"])
    assert stage.client("anonymous").get(f"/calendars/{secret}.ics").status_code == 200
    guess = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    assert stage.client("borrower").get(f"/calendars/{guess}.ics").status_code == 404


def test_every_form_needs_the_token_of_its_page(stage: Stage, rules: list[Rule]) -> None:
    """A form that another site sends in somebody's name is refused before anything is read."""
    stage.restore()
    stage.app.config["WTF_CSRF_ENABLED"] = True
    try:
        for rule in rules:
            if "POST" not in (rule.methods or ()) or rule.endpoint not in ROUTES:
                continue
            answer = stage.client("administrator").post(address_of(rule, stage), data={"x": "1"})
            assert answer.status_code == 400, rule.rule
    finally:
        stage.app.config["WTF_CSRF_ENABLED"] = False


def test_every_page_forbids_inline_script_and_being_framed(stage: Stage, rules: list[Rule]) -> None:
    stage.restore()
    client = stage.client("administrator")
    for rule in rules:
        if "GET" not in (rule.methods or ()) or rule.endpoint not in ROUTES:
            continue
        answer = client.get(address_of(rule, stage), buffered=True)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy or "default-src 'none'" in policy, rule.rule
        assert "frame-ancestors 'none'" in policy, rule.rule
        # Pages with a camera read labels with our own WebAssembly where the browser cannot.
        scans = rule.endpoint in ("units.scan", "assigning.show", "statements.write")
        assert "unsafe" not in (policy.replace("'wasm-unsafe-eval'", "") if scans else policy), (
            rule.rule
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.mimetype == "text/html":
            assert "<script>" not in answer.text, rule.rule
            assert " style=" not in answer.text, rule.rule
            assert " onclick=" not in answer.text, rule.rule
