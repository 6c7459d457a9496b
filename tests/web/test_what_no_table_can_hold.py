"""Numbers and characters that no database keeps: an answer, never a failure of ours."""

from collections.abc import Callable

import pytest
from flask import Flask

from lending.bookings.models import Booking
from tests.factories import Cast, draft, submitted
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]

# The largest number that both databases keep, one more, and more than Python reads.
NUMBERS = ["2147483648", "9" * 30, "9" * 5000]


@pytest.mark.parametrize("number", NUMBERS)
def test_nothing_is_under_a_number_that_no_table_holds(
    app: Flask, cast: Cast, browse: Browse, number: str
) -> None:
    person = browse(cast.administrator)
    for path in ("/demandes", "/a-traiter", "/catalogue", "/associations"):
        assert person.get(f"{path}/{number}").status_code == 404, path
    assert person.post(f"/a-traiter/{number}/refuser").status_code == 404
    assert app.test_client().get(f"/api/v1/items/{number}").status_code == 404


@pytest.mark.parametrize("number", [*NUMBERS, "-1"])
def test_a_list_is_shown_whatever_number_its_address_holds(
    app: Flask, cast: Cast, browse: Browse, number: str
) -> None:
    person = browse(cast.administrator)
    for query in (
        f"/demandes?page={number}",
        f"/a-traiter?page={number}",
        f"/a-traiter?authority={number}&department={number}",
        f"/planning?authority={number}&category={number}",
        f"/catalogue?authority={number}&page={number}",
        f"/programme?authority={number}",
    ):
        assert person.get(query).status_code == 200, query


@pytest.mark.parametrize("number", NUMBERS)
def test_a_quantity_that_nobody_lends_is_told_beside_its_field(
    app: Flask, cast: Cast, browse: Browse, number: str
) -> None:
    database = app.extensions["database"]
    asked = submitted(database, cast, {cast.chairs: 10})
    answer = browse(cast.manager).post(
        f"/a-traiter/{asked}/accorder", {f"granted-{cast.chairs}": number}
    )
    assert answer.status_code == 422
    assert f'href="#granted-{cast.chairs}"' in answer.text
    alice = browse(cast.alice)
    typed = {f"quantity-{cast.chairs}": number}
    assert alice.post(f"/demandes/{asked}/modifier", typed).status_code == 422
    begun = draft(database, cast, {cast.chairs: 10})
    alice.post(f"/demandes/{begun}/lignes", {"item_id": str(cast.chairs), "quantity": number})
    with database.read() as uow:
        assert [line.requested for line in uow.session.get_one(Booking, begun).lines] == [10]


def test_the_character_that_postgresql_does_not_keep_is_refused(
    app: Flask, cast: Cast, browse: Browse
) -> None:
    person = browse(cast.administrator)
    assert person.get("/catalogue?q=chaise%00").status_code == 400
    number = submitted(app.extensions["database"], cast, {cast.chairs: 10})
    answer = person.post(f"/demandes/{number}/annuler", {"reason": "Pluie\x00"})
    assert answer.status_code == 400
