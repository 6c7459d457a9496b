"""A plan of the place goes from who borrows to who delivers, and to nobody else."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image

from lending.bookings.models import Booking, Logistics
from lending.db.database import Database, UnitOfWork
from lending.jobs.declared import JOBS
from lending.jobs.schedule import Run
from lending.logistics.kinds import TaskKind
from lending.logistics.queries import tasks_of
from tests.factories import Cast, approved, draft
from tests.support.html import text_of
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]
ANSWERS = {"logistics": "delivery", "site_address": "Place du Marché", "note": "Merci"}


@pytest.fixture
def live(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


def picture(colour: str = "white") -> tuple[BytesIO, str]:
    content = BytesIO()
    Image.new("RGB", (400, 300), colour).save(content, "PNG")
    content.seek(0)
    return content, "plan.png"


def send(browser: Browser, booking: int, **answers: object) -> int:
    page = f"/demandes/{booking}/acheminement"
    answer = browser.post(page, {**ANSWERS, **answers}, content_type="multipart/form-data")
    return answer.status_code


def test_a_plan_is_sent_seen_replaced_and_removed(
    live: Database, cast: Cast, browse: Browse
) -> None:
    booking = draft(live, cast, {cast.chairs: 40})
    alice, bob = browse(cast.alice), browse(cast.bob)
    address = f"/demandes/{booking}/plan-320.webp"
    assert alice.get(address).status_code == 404
    assert send(alice, booking, plan=picture()) == 303
    seen = alice.get(address)
    assert (seen.status_code, seen.mimetype) == (200, "image/webp")
    assert bob.get(address).status_code == 404
    assert send(alice, booking) == 303, "what is not sent again stays"
    assert alice.get(address).data == seen.data
    assert send(alice, booking, plan=picture("black")) == 303
    assert alice.get(address).data != seen.data
    assert send(alice, booking, drop_plan="y") == 303
    assert alice.get(address).status_code == 404


def test_what_is_no_picture_is_refused_and_nothing_typed_is_lost(
    live: Database, cast: Cast, browse: Browse
) -> None:
    booking = draft(live, cast, {cast.chairs: 40})
    alice = browse(cast.alice)
    page = f"/demandes/{booking}/acheminement"
    sent = {**ANSWERS, "plan": (BytesIO(b"%PDF-1.7"), "plan.pdf")}
    refused = alice.post(page, sent, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert 'id="plan-error"' in refused.text
    assert "Place du Marché" in refused.text


def test_who_delivers_sees_it_and_the_tidying_leaves_it(
    app: Flask, live: Database, cast: Cast, browse: Browse
) -> None:
    booking = approved(live, cast, {cast.chairs: 40}, logistics=Logistics.DELIVERY)
    other = draft(live, cast, {cast.chairs: 1})
    assert send(browse(cast.alice), other, plan=picture()) == 303

    def share(uow: UnitOfWork) -> None:
        plan = uow.session.get_one(Booking, other).event.access
        uow.session.get_one(Booking, booking).event.access = plan

    live.write(share)
    with live.read() as uow:
        task = next(t.id for t in tasks_of(uow, booking) if t.kind is TaskKind.DELIVER)
        name = uow.session.get_one(Booking, booking).event.access.plan
    tidy = next(job for job in JOBS if job.name == "tidy-files")
    tidy.run(Run(live, app.extensions["settings"], live.clock.now()))
    manager = browse(cast.manager)
    assert name in manager.get(f"/interventions/{task}").text
    shown = manager.get(f"/interventions/{task}/images/{name}-640.webp")
    assert shown.status_code == 200
    assert "Plan" in text_of(manager.get(f"/interventions/{task}"))
