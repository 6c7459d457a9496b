"""The pages of a round: announced to anybody, tried and adopted by the staff, read by all."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256

import pytest
from flask import Flask

from lending.accounts.permissions import ANONYMOUS, Principal
from lending.bookings.decisions import review_booking
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.routing.opinions import decided_against_of
from lending.organisations.models import Organisation
from tests.bookings.steps import lines_of, state_of
from tests.equity.routing.conftest import build_town
from tests.factories import NOW, Cast, draft, submitted
from tests.web.conftest import Browser

Browse = Callable[[Principal], Browser]
DAY = timedelta(days=1)
TYPED = {
    "name": "Prêts de juin",
    "first_day": "2026-06-01",
    "last_day": "2026-06-30",
    "opens_at": "2026-03-02T12:00",
    "cut_off_at": "2026-03-20T18:00",
    "decides_on": "2026-03-25",
}


@pytest.fixture
def database(app: Flask, cast: Cast) -> Database:
    """Return the application's database, with the files of the cast in order."""
    found: Database = app.extensions["database"]

    def complete(uow):
        for number in (cast.choir, cast.club):
            each = uow.session.get_one(Organisation, number)
            each.insurance_until = date(2027, 1, 1)
            each.republican_commitment_on = date(2025, 1, 1)

    found.write(complete)
    return found


def announced(browse: Browse, cast: Cast) -> str:
    """Announce a round for June; return its address."""
    address = f"/collectivites/{cast.town}/tours-d-attribution/annoncer"
    answer = browse(cast.manager).post(address, TYPED)
    assert answer.status_code == 303
    return str(answer.location)


def test_a_round_is_announced_tried_and_adopted_and_each_reads_what_it_gave(
    database: Database, browse: Browse, cast: Cast, clock: FixedClock
) -> None:
    place = announced(browse, cast)
    clock.instant = NOW + DAY
    first = submitted(database, cast, {cast.chairs: 80})
    second = submitted(database, cast, {cast.chairs: 80}, organisation=cast.club)
    manager = browse(cast.manager)
    rehearsal = manager.get(f"{place}/essai").text
    assert "Les demandes arrivent encore" in rehearsal
    assert "Adopter ce résultat" not in rehearsal

    clock.instant = NOW + 20 * DAY
    result = manager.get(f"{place}/essai").text
    assert "160 demandés, 100 libres" in result
    fingerprint = re.search(r'name="expected" value="([0-9a-f]{64})"', result)
    assert fingerprint is not None
    adopted = manager.post(f"{place}/adopter", {"expected": fingerprint[1]})
    assert adopted.status_code == 303
    assert lines_of(database, first)[cast.chairs] == (80, 50)
    assert "Chorale des Planches" in manager.get(place).text

    own = browse(cast.alice).get(f"/demandes/{first}").text
    assert "50 sur 80" in own
    assert state_of(database, second).value == "partly_approved"


def test_anybody_can_check_the_seed_once_the_round_is_decided(
    database: Database, browse: Browse, cast: Cast, clock: FixedClock
) -> None:
    place = announced(browse, cast)
    passer_by = browse(ANONYMOUS)
    before = passer_by.get(place).text
    assert "Publié avec la décision" in before
    (commitment,) = re.findall(r"[0-9a-f]{64}", before)
    clock.instant = NOW + 20 * DAY
    manager = browse(cast.manager)
    shown = re.search(r'name="expected" value="(\w+)"', manager.get(f"{place}/essai").text)
    assert shown is not None
    manager.post(f"{place}/adopter", {"expected": shown[1]})
    after = passer_by.get(place).text
    (seed,) = re.findall(r"<code[^>]*>([0-9a-f]{32})</code>", after)
    assert sha256(seed.encode()).hexdigest() == commitment
    assert "Chorale" not in after


def test_what_nobody_looked_at_is_not_adopted(
    database: Database, browse: Browse, cast: Cast, clock: FixedClock
) -> None:
    place = announced(browse, cast)
    clock.instant = NOW + DAY
    number = submitted(database, cast, {cast.chairs: 80})
    clock.instant = NOW + 20 * DAY
    answer = browse(cast.manager).post(f"{place}/adopter", {"expected": "0" * 64})
    assert answer.status_code == 422
    assert "Quelque chose a changé" in answer.text
    assert state_of(database, number).value == "submitted"


def test_an_association_reads_before_it_sends_that_the_round_decides(
    database: Database, browse: Browse, cast: Cast, clock: FixedClock
) -> None:

    place = announced(browse, cast)
    clock.instant = NOW + DAY
    number = draft(database, cast, {cast.chairs: 500}, actor=cast.alice)
    alice = browse(cast.alice)
    page = alice.get(f"/demandes/{number}/verifier").text
    assert "Décidée avec les autres" in page
    assert place in page
    # More than there is may be asked for: nobody is first.
    assert alice.post(f"/demandes/{number}/envoyer").status_code == 303
    assert state_of(database, number).value == "submitted"


def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(
    database: Database, browse: Browse, cast: Cast
) -> None:
    address = f"/collectivites/{cast.town}/tours-d-attribution/annoncer"
    wrong = browse(cast.manager).post(address, TYPED | {"cut_off_at": "2026-03-01T18:00"})
    assert wrong.status_code == 422
    assert 'id="cut_off_at-error"' in wrong.text
    assert "Prêts de juin" in wrong.text


def test_a_round_is_given_up_with_a_reason_that_everybody_reads(
    database: Database, browse: Browse, cast: Cast
) -> None:
    place = announced(browse, cast)
    manager = browse(cast.manager)
    assert manager.post(f"{place}/abandonner", {"reason": " "}).status_code == 422
    gone = manager.post(f"{place}/abandonner", {"reason": "Trop peu de demandes."})
    assert gone.status_code == 303
    assert "Trop peu de demandes." in browse(ANONYMOUS).get(place).text


def test_the_request_that_waits_for_a_round_cannot_be_granted_alone(
    database: Database, browse: Browse, cast: Cast, clock: FixedClock
) -> None:
    announced(browse, cast)
    clock.instant = NOW + DAY
    number = submitted(database, cast, {cast.chairs: 10})
    manager = browse(cast.manager)
    assert "Décidée avec les autres" in manager.get(f"/a-traiter/{number}").text
    answer = manager.post(f"/a-traiter/{number}/accorder", {f"granted-{cast.chairs}": "10"})
    assert answer.status_code == 422
    assert "Prêts de juin" in answer.text


def test_the_answer_says_when_the_round_decides_and_then_all_that_decided(
    database: Database, browse: Browse, cast: Cast, clock: FixedClock
) -> None:
    place = announced(browse, cast)
    clock.instant = NOW + DAY
    number = submitted(database, cast, {cast.chairs: 80, cast.tables: 2})
    submitted(database, cast, {cast.chairs: 80}, organisation=cast.club)
    alice = browse(cast.alice)
    before = alice.get(f"/demandes/{number}/reponse").text
    assert "attend le tour Prêts de juin" in before
    assert "vendredi 20 mars 2026" in before
    assert "mercredi 25 mars 2026" in before
    assert f'href="{place}"' in before
    assert "Prêts de juin" in alice.get(f"/demandes/{number}").text

    clock.instant = NOW + 20 * DAY
    manager = browse(cast.manager)
    shown = re.search(r'name="expected" value="(\w+)"', manager.get(f"{place}/essai").text)
    assert shown is not None
    manager.post(f"{place}/adopter", {"expected": shown[1]})
    after = alice.get(f"/demandes/{number}/reponse").text
    for words in (
        "Le tour d’attribution",
        f'href="{place}"',
        "Chacun reçoit la même part",
        "on en demandait 160 en tout",
        "Votre ticket",
        "sur 2",
        "Associations du territoire",
    ):
        assert words in after, words
    (seed,) = re.findall(r"<code[^>]*>([0-9a-f]{32})</code>", after)
    fingerprints = re.findall(r"<code[^>]*>([0-9a-f]{64})</code>", after)
    assert sha256(seed.encode()).hexdigest() in fingerprints
    assert sha256(f"{seed}:{cast.choir}".encode()).hexdigest() in fingerprints
    assert "Boule" not in after


def test_the_trial_folds_by_result_and_by_item_and_can_be_narrowed_to_one(
    database: Database, browse: Browse, cast: Cast, clock: FixedClock
) -> None:
    place = announced(browse, cast)
    clock.instant = NOW + DAY
    submitted(database, cast, {cast.chairs: 80, cast.tables: 15})
    submitted(database, cast, {cast.chairs: 80, cast.tables: 15}, organisation=cast.club)
    manager = browse(cast.manager)
    page = manager.get(f"{place}/essai").text
    assert "Une partie (2)" in page
    assert page.count('<details class="fold">') == 3
    assert page.index("Une partie (2)") < page.index("Là où il n’y en a pas assez")
    assert "100 accordés sur 160 demandés" in page
    one = manager.get(f"{place}/essai?item={cast.tables}").text
    assert "20 accordés sur 30 demandés" in one
    assert "100 accordés sur 160 demandés" not in one
    assert '<details class="fold" open>' in one
    assert manager.get(f"{place}/essai?item=x").status_code == 200


def test_departments_that_have_not_agreed_are_listed_and_adopting_takes_one_reason(
    database: Database, browse: Browse, cast: Cast, clock: FixedClock
) -> None:
    build_town(database, cast)
    place = announced(browse, cast)
    clock.instant = NOW + DAY
    number = submitted(database, cast, {cast.chairs: 10, cast.barriers: 2})
    database.write(lambda uow: review_booking(uow, cast.manager, number))
    clock.instant = NOW + 20 * DAY
    manager = browse(cast.manager)
    page = manager.get(f"{place}/essai").text
    assert "Services qui n’ont pas donné leur accord" in page
    assert "Technique" in page
    shown = re.search(r'name="expected" value="(\w+)"', page)
    assert shown is not None
    refused = manager.post(f"{place}/adopter", {"expected": shown[1], "opinions_reason": " "})
    assert refused.status_code == 422
    assert 'id="opinions_reason-error"' in refused.text
    assert state_of(database, number).value == "in_review"
    typed = {"expected": shown[1], "opinions_reason": "Les avis tardent."}
    assert manager.post(f"{place}/adopter", typed).status_code == 303
    assert state_of(database, number).value == "approved"
    with database.read() as uow:
        (against,) = decided_against_of(uow, number).values()
    assert against.reason == "Les avis tardent."
