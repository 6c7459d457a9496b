"""Whoever opens the link signs with a finger, and what was drawn is kept with the name."""

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from lending.documents.kinds import Kind
from lending.documents.models import AgreementSignature, DocumentFile
from lending.documents.signing import make_link
from tests.factories import Cast, approved
from tests.support.browser import chromium, served
from tests.support.letters import issue, set_letterhead

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_signature_is_drawn_erased_and_drawn_again(app: Flask, cast: Cast) -> None:
    database = app.extensions["database"]
    set_letterhead(database, cast)
    booking = approved(database, cast, {cast.chairs: 2})
    number = issue(database, cast, booking, Kind.AGREEMENT)

    def made(uow) -> None:
        uow.session.add(DocumentFile(document_id=number, sha256="a" * 64, size=9, made_at=uow.now))

    database.write(made)
    secret = database.write(lambda uow: make_link(uow, cast.manager, number))
    with served(app) as address, chromium() as browser:
        page = browser.new_page(locale="fr-FR", viewport={"width": 390, "height": 844})
        page.goto(f"{address}/signer/{secret}")
        page.locator("[name=name]").fill("Alice Martin")
        page.locator("[name=quality]").fill("présidente")
        canvas = page.locator("[data-pad] canvas")
        expect(canvas).to_be_visible()
        for _ in range(2):
            page.locator("[data-pad-clear]").click()
            canvas.scroll_into_view_if_needed()
            box = canvas.bounding_box()
            assert box is not None
            page.mouse.move(box["x"] + 20, box["y"] + 30)
            page.mouse.down()
            page.mouse.move(box["x"] + 120, box["y"] + 60, steps=6)
            page.mouse.up()
        page.locator("[name=agrees]").check()
        page.locator("form:has([data-pad]) [type=submit]").click()
        expect(page.locator("h1")).to_have_text("La convention est signée")
    with database.read() as uow:
        signed = uow.session.scalars(select(AgreementSignature)).one()
        assert (signed.name, bool(signed.drawing)) == ("Alice Martin", True)
