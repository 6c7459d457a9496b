"""Reports come by form or by the telephone's queue, with pictures that only some may see."""

import io
import os

import pytest
from PIL import Image, ImageDraw

from lending.bookings.models import Logistics
from lending.jobs.declared import JOBS
from lending.jobs.schedule import Run
from lending.logistics.queries import get_task, tasks_of
from tests.factories import FRIDAY, approved

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
JSON = {"Accept": "application/json"}


@pytest.fixture
def task(app, cast, clock):
    """Return the number of the delivery of forty chairs, on its day."""
    database = app.extensions["database"]
    number = approved(database, cast, {cast.chairs: 40}, logistics=Logistics.DELIVERY_SETUP)
    clock.instant = FRIDAY
    with database.read() as uow:
        return next(t.id for t in tasks_of(uow, number) if t.kind.value == "deliver")


@pytest.fixture
def read(app, cast, task):
    """Return a function that reads the task."""

    def now():
        with app.extensions["database"].read() as uow:
            return get_task(uow, cast.manager, task)

    return now


def photo() -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "seagreen").save(out, "JPEG")
    return io.BytesIO(out.getvalue()), "photo.jpg"


def drawn() -> tuple[io.BytesIO, str]:
    """Return a black line on nothing, as a canvas gives it."""
    picture = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(10, 100), (290, 10)], fill="black", width=4)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return io.BytesIO(out.getvalue()), "signature.png"


def test_a_form_tells_and_leads_back(browse, cast, task, read):
    manager = browse(cast.manager)
    say = f"/interventions/{task}/dire"
    told = {"kind": "done", "key": "one-key-only", f"count-{cast.chairs}": "40"}
    answer = manager.post(say, {**told, "next": "/interventions?day=2026-06-05"})
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/interventions?day=2026-06-05",
    )
    elsewhere = manager.post(say, {**told, "next": "//elsewhere.example/"})
    assert elsewhere.headers["Location"] == "/"
    assert manager.post(say, told).headers["Location"] == f"/interventions/{task}"
    assert [(e.kind.value, e.counts) for e in read().events] == [("done", {cast.chairs: 40})]


def test_the_queue_of_a_telephone_is_answered_in_json(browse, cast, task):
    manager = browse(cast.manager)
    say = f"/interventions/{task}/dire"
    told = {"kind": "started", "key": "first-key", "happened_at": FRIDAY.isoformat()}
    first = manager.post(say, told, headers=JSON)
    assert first.get_json() == {"state": "started", "repeated": False, "conflict": ""}
    assert manager.post(say, told, headers=JSON).get_json()["repeated"] is True
    refused = manager.post(say, {"kind": "partial", "key": "second-key"}, headers=JSON)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.get_json()["errors"]] == ["reason"]
    for wrong in (
        {"kind": "dance"},
        {"kind": "done", "happened_at": "2026-06-05T16:00"},
        {"kind": "done", "happened_at": "soon"},
        {"kind": "done", "count-x": "3"},
        {"kind": "done", f"count-{cast.chairs}": "3,5"},
    ):
        assert manager.post(say, wrong, headers=JSON).status_code == 422, wrong


def test_a_conflict_is_told_and_stays_on_the_page(browse, cast, task):
    page = f"/interventions/{task}"
    browse(cast.administrator).post(f"{page}/probleme", {"reason": "Camion en panne"})
    told = {
        "kind": "done",
        "key": "from-far-away",
        "reason": "Tout est livré",
        "seen_at": "2026-06-05T13:00:00+00:00",
        "happened_at": "2026-06-05T13:30:00+00:00",
    }
    answer = browse(cast.manager).post(f"{page}/dire", told, headers=JSON)
    assert "Ada" in answer.get_json()["conflict"]
    assert answer.get_json()["state"] == "problem"
    text = browse(cast.manager).get(page).text
    assert "Tout est livré" in text
    assert "Camion en panne" in text


def test_pictures_are_seen_by_those_who_see_the_task(browse, cast, task, read):
    manager = browse(cast.manager)
    say = f"/interventions/{task}/dire"
    manager.post(say, {"kind": "photo", "key": "photo-key", "photo": photo()})
    manager.post(say, {"kind": "signed", "key": "signed-key", "signature": drawn()})
    first, second = read().events
    for name in (first.photo, second.signature):
        address = f"/interventions/{task}/images/{name}-320.webp"
        seen = manager.get(address)
        assert (seen.status_code, seen.mimetype) == (200, "image/webp")
        assert seen.headers["Cache-Control"].startswith("private")
        assert browse(cast.auditor).get(address).status_code == 200
        for stranger in (cast.alice, cast.other_manager):
            assert browse(stranger).get(address).status_code in (403, 404)
        assert manager.get(f"/photos/{name}-320.webp").status_code == 404
        assert address in manager.get(f"/interventions/{task}").text.replace("-640", "-320")
    signature = Image.open(
        io.BytesIO(manager.get(f"/interventions/{task}/images/{second.signature}-320.webp").data)
    )
    assert signature.convert("L").getpixel((5, 5)) > 240, "what is drawn stands on white"


def test_what_is_no_picture_is_refused_and_told(browse, cast, task, read, app):
    manager = browse(cast.manager)
    say = f"/interventions/{task}/dire"
    false = {"kind": "photo", "key": "photo-key", "photo": (io.BytesIO(b"<svg/>"), "photo.jpg")}
    assert manager.post(say, false, headers=JSON).status_code == 422
    assert manager.post(say, {"kind": "photo", "key": "photo-key"}).status_code == 422
    assert read().events == ()
    real = {"kind": "photo", "key": "photo-key", "photo": photo()}
    assert browse(cast.auditor).post(say, real).status_code == 403
    kept = app.extensions["settings"].instance / "field"
    assert not kept.exists(), "who may not tell anything leaves nothing"


def test_pictures_stay_as_long_as_a_report_names_them(browse, cast, task, read, app):
    """The nightly job takes away what belongs to no report, and nothing else."""
    say = f"/interventions/{task}/dire"
    browse(cast.manager).post(say, {"kind": "photo", "key": "photo-key", "photo": photo()})
    browse(cast.manager).post(say, {"kind": "signed", "key": "signed-key", "signature": drawn()})
    settings = app.extensions["settings"]
    folder = settings.instance / "field"
    (folder / f"{'0' * 32}-320.webp").write_bytes(b"left over")
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    tidy = next(job for job in JOBS if job.name == "tidy-files")
    counted = tidy.run(Run(app.extensions["database"], settings, FRIDAY))
    assert [(count.what, count.number) for count in counted] == [
        ("Photos removed", 1),
        ("Files removed", 0),
    ]
    first, second = read().events
    names = {path.name.partition("-")[0] for path in folder.iterdir()}
    assert names == {first.photo, second.signature}
