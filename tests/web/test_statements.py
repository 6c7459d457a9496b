"""Statements by form or by the telephone's queue, and what is charged for damage, on both sides."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from lending.bookings.charges import Charge, ChargeState
from lending.catalogue.unit_models import Unit
from lending.documents.kinds import Signing
from lending.handover.assigning import assign_unit
from lending.handover.kinds import Standing
from lending.handover.models import Statement
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Circumstances, Counted
from tests.factories import FRIDAY, MONDAY, approved
from tests.support.letters import set_letterhead
from tests.support.units import number_pieces
from tests.web.test_telling import JSON, drawn, photo

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def loan(database, cast, clock):
    """Return a loan of forty chairs that begins now."""
    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = FRIDAY
    return number


@pytest.fixture
def charge(database, cast, clock, loan):
    """Return a charge of 8.40 euros for three broken chairs."""
    database.write(lambda uow: tell_check_out(uow, cast.manager, loan))
    clock.instant = MONDAY
    counted = {cast.chairs: Counted(37, 3)}
    database.write(lambda uow: tell_check_in(uow, cast.manager, loan, counted))
    with database.read() as uow:
        return uow.session.scalars(select(Charge.id)).one()


def test_a_driver_fills_in_the_form_and_both_sides_read_it(browse, cast, database, loan):
    driver = browse(cast.agent)
    address = f"/tournees/prets/{loan}/sortie"
    assert driver.get(address).status_code == 200
    told = {
        "key": "one-key-only",
        f"delivered-{cast.chairs}": "38",
        f"condition-{cast.chairs}": "good",
        f"remark-{cast.chairs}": "Deux sont restées au dépôt",
        f"photo-{cast.chairs}": photo(),
        "rest_follows": "yes",
        "place": "site",
        "lat": "48.1",
        "lon": "-1.6",
        "borrower_name": "Alice Martin",
        "borrower_signature": drawn(),
    }
    assert driver.post(address, told).headers["Location"] == "/tournees"
    with database.read() as uow:
        number = uow.session.scalars(select(Statement.id)).one()
    for reader in (cast.manager, cast.alice):
        page = browse(reader).get(f"/etats-des-lieux/{number}").text
        assert "Deux sont restées au dépôt" in page
        assert "Alice Martin" in page
        assert "seconde livraison" in page
    name = page.split(f"/etats-des-lieux/{number}/images/")[1].split("-")[0]
    picture = f"/etats-des-lieux/{number}/images/{name}-320.webp"
    assert browse(cast.alice).get(picture).status_code == 200
    assert browse(cast.bob).get(picture).status_code == 404
    assert f"/etats-des-lieux/{number}" in browse(cast.alice).get(f"/demandes/{loan}").text


def test_what_is_wrong_with_a_statement_is_said_and_what_was_typed_stays(browse, cast, loan):
    driver = browse(cast.agent)
    address = f"/tournees/prets/{loan}/sortie"
    page = driver.post(address, {f"delivered-{cast.chairs}": "41", "remarks": "Sous la pluie"})
    assert page.status_code == 422
    assert "dites pourquoi personne ne signe" in page.text
    assert "Sous la pluie" in page.text
    told = {f"delivered-{cast.chairs}": "41", "absence": "Personne"}
    refused = driver.post(address, told, headers=JSON)
    assert refused.status_code == 422
    fields = [error["field"] for error in refused.get_json()["errors"]]
    assert fields == [f"delivered-{cast.chairs}"]
    assert driver.post(f"/tournees/prets/{loan}/retour", told, headers=JSON).status_code == 409


def test_what_leaves_unsigned_leaves_for_a_reason_that_is_typed_once(
    browse, cast, database, clock, loan
):
    set_letterhead(database, cast, signing=Signing.REQUIRED)
    driver, address = browse(cast.agent), f"/tournees/prets/{loan}/sortie"
    page = driver.get(address).text
    assert "La convention n’est pas signée" in page
    assert f"/demandes/{loan}/documents" in page
    told = {"absence": "Personne sur place", "remarks": "Sous la pluie"}
    refused = driver.post(address, told)
    assert refused.status_code == 422
    assert 'id="unsigned_reason-error"' in refused.text
    assert 'href="#unsigned_reason"' in refused.text
    assert "Sous la pluie" in refused.text
    wrong = driver.post(address, told, headers=JSON).get_json()
    assert [error["field"] for error in wrong["errors"]] == ["unsigned_reason"]
    told["unsigned_reason"] = "Le président signe sur place"
    assert driver.post(address, told, headers=JSON).get_json()["standing"] == "counted"
    assert told["unsigned_reason"] in browse(cast.alice).get(f"/demandes/{loan}").text
    clock.instant = MONDAY
    assert "unsigned_reason" not in driver.get(f"/tournees/prets/{loan}/retour").text


def test_a_statement_is_issued_as_a_document_from_its_page(browse, cast, database, loan):
    set_letterhead(database, cast)
    database.write(lambda uow: tell_check_out(uow, cast.manager, loan))
    with database.read() as uow:
        number = uow.session.scalars(select(Statement.id)).one()
    address, issue = f"/etats-des-lieux/{number}", f"/demandes/{loan}/documents/inventory"
    assert issue not in browse(cast.alice).get(address).text
    boss = browse(cast.manager)
    assert issue in boss.get(address).text
    assert boss.post(issue).status_code == 303
    assert "EDL-2026-0001" in browse(cast.alice).get(address).text


def test_the_queue_tells_once_and_hears_of_a_contradiction(browse, cast, database, clock, loan):
    seen = clock.instant
    database.write(lambda uow: tell_check_out(uow, cast.manager, loan, {cast.chairs: 40}))
    driver = browse(cast.agent)
    told = {
        "key": "from-the-phone",
        "seen_at": (seen.replace(hour=seen.hour - 1)).isoformat(),
        f"delivered-{cast.chairs}": "30",
        "absence": "Personne sur place",
    }
    address = f"/tournees/prets/{loan}/sortie"
    first = driver.post(address, told, headers=JSON).get_json()
    assert (first["standing"], first["repeated"]) == ("kept", False)
    assert cast.manager.name in first["conflict"]
    assert driver.post(address, told, headers=JSON).get_json()["repeated"] is True
    with database.read() as uow:
        kept = uow.session.scalars(
            select(Statement.id).where(Statement.standing == Standing.KEPT)
        ).one()
    boss = browse(cast.manager)
    assert "Ce constat contredit un autre" in boss.get(f"/etats-des-lieux/{kept}").text
    refused = boss.post(f"/etats-des-lieux/{kept}/retenir", {})
    assert (refused.status_code, "ne peut plus compter" in refused.text) == (409, True)
    assert boss.post(f"/etats-des-lieux/{kept}/ecarter", {"reason": ""}).status_code == 422
    done = boss.post(f"/etats-des-lieux/{kept}/ecarter", {"reason": "Recompté"})
    assert done.status_code == 303
    assert "contredisait" in boss.get(f"/a-traiter/{loan}").text


def test_a_return_that_comes_after_the_loan_is_back_cannot_count_any_more(
    browse, cast, database, clock, loan
):
    database.write(lambda uow: tell_check_out(uow, cast.manager, loan))
    seen, clock.instant = clock.instant, MONDAY
    database.write(lambda uow: tell_check_in(uow, cast.manager, loan))
    counted, told = {cast.chairs: Counted(38, 0, 2)}, Circumstances(seen_at=seen)
    kept = database.write(lambda uow: tell_check_in(uow, cast.agent, loan, counted, told))
    assert kept.standing is Standing.KEPT
    boss, address = browse(cast.manager), f"/etats-des-lieux/{kept.statement_id}"
    refused = boss.post(f"{address}/retenir", {})
    assert (refused.status_code, "ne peut plus compter" in refused.text) == (409, True)
    assert boss.post(f"{address}/ecarter", {"reason": "Recompté"}).status_code == 303
    assert boss.post(f"{address}/retenir", {}).status_code == 409


@pytest.mark.parametrize("sent", [{}, {"way": ""}, {"way": "dance"}])
def test_an_answer_that_says_nothing_is_no_answer(browse, cast, database, charge, sent):
    for who, act in ((cast.alice, "repondre"), (cast.manager, "decider")):
        page = browse(who).post(f"/dommages/{charge}/{act}", sent)
        assert page.status_code == 422
        assert "Choisissez ce qu’il faut faire." in page.text
    with database.read() as uow:
        assert uow.session.get_one(Charge, charge).state is ChargeState.PROPOSED


def test_an_association_contests_and_the_lender_reduces(browse, cast, database, charge):
    alice, boss = browse(cast.alice), browse(cast.manager)
    page = alice.get(f"/dommages/{charge}").text
    assert "8,40" in page
    assert "10\u00a0% de 28\u00a0€" in page
    assert alice.post(f"/dommages/{charge}/repondre", {"way": "contest"}).status_code == 422
    words = {"way": "contest", "words": "Elles étaient fendues."}
    assert alice.post(f"/dommages/{charge}/repondre", words).status_code == 303
    assert "Elles étaient fendues." in boss.get(f"/dommages/{charge}").text
    wrong = {"way": "reduce", "amount": "neuf", "reason": "Photo"}
    assert boss.post(f"/dommages/{charge}/decider", wrong).status_code == 422
    less = {"way": "reduce", "amount": "2,80", "reason": "Photo du départ"}
    assert boss.post(f"/dommages/{charge}/decider", less).status_code == 303
    assert boss.post(f"/dommages/{charge}/decider", {"way": "dance"}).status_code == 422
    with database.read() as uow:
        found = uow.session.get_one(Charge, charge)
        assert (found.state, found.cents) == (ChargeState.REDUCED, 280)


def test_the_finance_department_gets_what_is_due_as_a_file(browse, cast, charge):
    alice, boss = browse(cast.alice), browse(cast.manager)
    address = "/dommages/a-titrer.csv"

    def rows():
        text = boss.get(address).get_data().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text else ","))

    assert rows() == []
    alice.post(f"/dommages/{charge}/repondre", {"way": "accept"})
    [row] = rows()
    assert (row["debtor"], row["amount_eur"]) == ("Chorale des Planches", "8.40")
    title = {"way": "export", "title": "T-2026-118"}
    assert boss.post(f"/dommages/{charge}/decider", title).status_code == 303
    assert rows() == []
    assert 'value="T-2026-118"' in boss.get(f"/dommages/{charge}").text  # to be corrected
    wrong = boss.post(f"/dommages/{charge}/decider", {"way": "renumber", "title": " "})
    assert (wrong.status_code, 'id="title-error"' in wrong.text) == (422, True)
    assert boss.post(f"/dommages/{charge}/decider", {"way": "settle"}).status_code == 303
    assert "Payée" in alice.get("/dommages").text
    assert alice.get(address).status_code == 403


def test_an_order_that_is_no_longer_due_is_cancelled_through_the_file(browse, cast, charge):
    alice, boss = browse(cast.alice), browse(cast.manager)
    alice.post(f"/dommages/{charge}/repondre", {"way": "accept"})
    address = f"/dommages/{charge}/decider"
    boss.post(address, {"way": "export", "title": "T-2026-118"})
    silent = boss.post(address, {"way": "credit", "reason": ""})
    assert (silent.status_code, 'id="credit-reason-error"' in silent.text) == (422, True)
    assert boss.post(address, {"way": "credit", "reason": "Réparées"}).status_code == 303
    assert "T-2026-118;cancel" in boss.get("/dommages/a-titrer.csv").text.replace(",", ";")
    assert boss.post(address, {"way": "note_credit", "title": "A-7"}).status_code == 303
    assert "Réparées (A-7)" in alice.get(f"/dommages/{charge}").text


def numbered_loan(database, cast, clock, pieces=2):
    """Return a loan of tables that begins now, and the codes of the units there are."""
    units = number_pieces(database, cast.tables, 3)
    number = approved(database, cast, {cast.tables: pieces})
    clock.instant = FRIDAY
    with database.read() as uow:
        codes = [uow.session.get_one(Unit, unit).code for unit in units]
    database.write(lambda uow: assign_unit(uow, cast.manager, number, units[0]))
    return number, codes


def test_a_driver_ticks_what_leaves_and_types_what_was_added(browse, cast, database, clock):
    number, (first, second, third) = numbered_loan(database, cast, clock)
    driver = browse(cast.agent)
    address = f"/tournees/prets/{number}/sortie"
    page = driver.get(address)
    assert first in page.text
    assert "wasm-unsafe-eval" in page.headers["Content-Security-Policy"]
    told = {
        "units_told": "yes",
        "unit": first,
        "labels": f"{second[:4]} {second[4:]}\nXYZ",
        f"delivered-{cast.tables}": "2",
        "absence": "Personne",
    }
    refused = driver.post(address, told, headers=JSON)
    assert [error["field"] for error in refused.get_json()["errors"]] == ["labels"]
    page = driver.post(address, told)
    assert (page.status_code, "XYZ" in page.text) == (422, True)
    driver.post(address, told | {"labels": second})
    with database.read() as uow:
        statement = uow.session.scalars(select(Statement.id)).one()
    shown = browse(cast.alice).get(f"/etats-des-lieux/{statement}").text
    assert "parti, bon" in shown
    assert (f"{second[:4]} {second[4:]}" in shown, f"{third[:4]} {third[4:]}" in shown) == (
        True,
        False,
    )


def test_a_unit_that_is_taken_is_told_with_who_has_it(browse, cast, database, clock):
    _, (first, *_) = numbered_loan(database, cast, clock)
    other = approved(database, cast, {cast.tables: 1}, organisation=cast.club)
    told = {
        "units_told": "yes",
        "labels": first,
        f"delivered-{cast.tables}": "1",
        "absence": "Personne",
    }
    page = browse(cast.agent).post(f"/tournees/prets/{other}/sortie", told)
    assert page.status_code == 409
    assert "Chorale des Planches" in page.text


def test_each_unit_comes_back_by_the_form_as_it_was_counted(browse, cast, database, clock):
    number, (first, second, _) = numbered_loan(database, cast, clock)
    driver = browse(cast.agent)
    leaves = {"units_told": "yes", "labels": f"{first}\n{second}", "absence": "Personne"}
    driver.post(f"/tournees/prets/{number}/sortie", leaves | {f"delivered-{cast.tables}": "2"})
    address = f"/tournees/prets/{number}/retour"
    assert "Tout est rendu en bon état" in driver.get(address).text
    told = {
        f"fate-{first}": "back",
        f"fate-{second}": "damaged",
        f"state-{second}": "unusable",
        f"returned-{cast.tables}": "2",
        "absence": "Personne",
    }
    refused = driver.post(address, told, headers=JSON)
    assert f"damaged-{cast.tables}" in [e["field"] for e in refused.get_json()["errors"]]
    right = told | {f"returned-{cast.tables}": "1", f"damaged-{cast.tables}": "1"}
    assert driver.post(address, right, headers=JSON).get_json()["standing"] == "counted"
    with database.read() as uow:
        statement = uow.session.scalars(select(Statement.id).order_by(Statement.id.desc())).first()
        unit = uow.session.scalars(select(Unit.id).where(Unit.code == second)).one()
    assert "cassé, inutilisable" in browse(cast.alice).get(f"/etats-des-lieux/{statement}").text
    assert "En réparation" in browse(cast.manager).get(f"/exemplaires/{unit}").text


def test_of_what_was_counted_without_names_the_page_of_the_units_asks_which(
    browse, cast, database, clock
):
    number, (first, second, _) = numbered_loan(database, cast, clock)
    boss, address = browse(cast.manager), f"/a-traiter/{number}/exemplaires"
    leaves = {"units_told": "yes", "labels": f"{first}\n{second}", "absence": "Personne"}
    boss.post(f"/tournees/prets/{number}/sortie", leaves | {f"delivered-{cast.tables}": "2"})
    assert f"/tournees/prets/{number}/retour" in boss.get(address).text
    with database.read() as uow:
        query = select(Unit.id).where(Unit.code.in_([first, second])).order_by(Unit.number)
        one, other = uow.session.scalars(query)
    assert boss.post(f"{address}/rendu", {"unit_id": one}).status_code == 409
    counted = {cast.tables: Counted(returned=1, damaged=1)}
    database.write(lambda uow: tell_check_in(uow, cast.manager, number, counted))
    assert "dites-le ici" in boss.get(address).text
    page = boss.post(f"/a-traiter/{number}/clore")
    assert (page.status_code, "dites d’abord lesquels" in page.text) == (422, True)
    assert boss.post(f"{address}/rendu", {"unit_id": one}).status_code == 303
    broken = {"unit_id": other, "condition": "poor", "broken": "yes"}
    assert boss.post(f"{address}/rendu", broken).status_code == 303
    assert "En réparation" in boss.get(f"/exemplaires/{other}").text
    assert boss.post(f"/a-traiter/{number}/clore").status_code == 303


def hidden(page, name):
    """Return what a hidden field of the desk's form brings along."""
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def test_what_the_desk_sends_twice_counts_once(browse, cast, database, loan):
    boss, address = browse(cast.manager), f"/a-traiter/{loan}"
    page = boss.get(address).text
    form = {name: hidden(page, name) for name in ("key", "seen_at")}
    form[f"delivered-{cast.chairs}"] = "30"
    first = boss.post(f"{address}/sortie", form)
    assert first.status_code == 303
    again = boss.post(f"{address}/sortie", form)
    with database.read() as uow:
        [statement] = uow.session.scalars(select(Statement.id))
    assert again.headers["Location"] == f"/etats-des-lieux/{statement}"
    assert "ne compte qu’une fois" in boss.get(f"/etats-des-lieux/{statement}").text


def test_two_at_the_desk_who_differ_are_told_so(browse, cast, database, clock, loan):
    boss, other = browse(cast.manager), browse(cast.administrator)
    page = boss.get(f"/a-traiter/{loan}").text
    clock.instant += timedelta(minutes=5)
    told = {f"delivered-{cast.chairs}": "40"}
    assert other.post(f"/a-traiter/{loan}/sortie", told).status_code == 303
    mine = {f"delivered-{cast.chairs}": "38", "seen_at": hidden(page, "seen_at")}
    shown = boss.post(f"/a-traiter/{loan}/sortie", mine).headers["Location"]
    page = boss.get(shown).text
    assert cast.administrator.name in page
    assert "conservé pour le dépôt" in page
    with database.read() as uow:
        kept = uow.session.get_one(Statement, int(shown.rsplit("/", 1)[1]))
        assert kept.standing is Standing.KEPT
