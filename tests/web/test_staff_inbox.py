"""The staff's first page, the shortages, the jobs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lending.bookings.supply import move_stock, plan_maintenance
from lending.clock import FixedClock
from lending.jobs.declared import JOBS
from lending.jobs.runs import claim, fail, finish
from lending.jobs.schedule import Count
from tests.factories import FRIDAY, MONDAY, Cast, approved, submitted
from tests.support.browser import chromium, served
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]


def test_a_duty_leads_to_where_it_is_done(app: Flask, cast: Cast, browse: Browse) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40}, name="Bal")
    page = browse(cast.manager).get("/a-traiter?kind=decide").text
    assert f'href="/a-traiter/{number}?kind=decide"' in page
    assert "Bal" in page
    assert "Comité des fêtes nouveau" not in page
    assert "Comité des fêtes nouveau" in browse(cast.manager).get("/a-traiter").text


def test_an_empty_inbox_says_so(app: Flask, cast: Cast, browse: Browse) -> None:
    assert "Tout est fait" in browse(cast.manager).get("/a-traiter?kind=close").text


def test_a_filter_that_makes_no_sense_is_ignored(app: Flask, cast: Cast, browse: Browse) -> None:
    answer = browse(cast.manager).get("/a-traiter?kind=dance&department=x&authority=&page=0")
    assert answer.status_code == 200


def test_the_inbox_is_for_the_staff(app: Flask, cast: Cast, browse: Browse) -> None:
    assert browse(cast.alice).get("/a-traiter").status_code == 403
    assert app.test_client().get("/a-traiter").status_code == 303


def test_a_shortage_is_listed_with_who_is_concerned_and_what_could_fill_it(
    app: Flask, cast: Cast, browse: Browse, clock: FixedClock
) -> None:
    database = app.extensions["database"]
    number = approved(database, cast, {cast.chairs: 80})
    database.write(
        lambda uow: plan_maintenance(uow, cast.manager, cast.chairs, 15, FRIDAY, MONDAY, "Peinture")
    )
    database.write(
        lambda uow: move_stock(uow, cast.manager, cast.chairs, -30, clock.now(), "Incendie")
    )
    page = browse(cast.manager).get("/manques").text
    assert "il en manque 25" in page
    assert f"/a-traiter/{number}" in page
    assert "Peinture" in page
    assert "Chaise coque" in page
    assert "Aucun manque" in browse(cast.other_manager).get("/manques").text


def test_the_jobs_page_says_what_ran_and_what_failed(
    app: Flask, cast: Cast, browse: Browse, clock: FixedClock
) -> None:
    database = app.extensions["database"]
    good, bad = JOBS[0], JOBS[1]
    for job in (good, bad):
        slot = job.slot_at(clock.now())
        database.write(lambda uow, job=job, slot=slot: claim(uow, job, slot, "w1"))
    clock.instant += timedelta(seconds=3)
    database.write(
        lambda uow: finish(uow, good, good.slot_at(uow.now), "w1", [Count("Options lapsed", 4)])
    )
    database.write(lambda uow: fail(uow, bad, bad.slot_at(uow.now), "w1", "Disk full"))
    page = browse(cast.administrator).get("/travaux").text
    assert "Options expirées\N{NO-BREAK SPACE}: 4" in page
    assert "Disk full" in page
    assert "Les travaux de fond sont arrêtés" in page
    assert browse(cast.front_desk).get("/travaux").status_code == 403


def test_j_and_k_move_between_duties_and_enter_opens(
    app: Flask, cast: Cast, browse: Browse
) -> None:
    database = app.extensions["database"]
    _, second, _ = (submitted(database, cast, {cast.chairs: 1}) for _ in range(3))
    cookie = browse(cast.manager).client.get_cookie("treteau_session")
    assert cookie is not None
    with served(app) as address, chromium() as browser:
        context = browser.new_context()
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/a-traiter?kind=decide")
        for key in ("j", "j", "j", "k"):
            page.keyboard.press(key)
        assert page.evaluate("document.activeElement.pathname") == f"/a-traiter/{second}"
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/a-traiter/{second}?kind=decide")
