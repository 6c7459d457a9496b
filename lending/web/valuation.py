"""What loans are worth: an association's year, an authority's annex, what is published of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.documents.queries import statements_of
from lending.equity.valuation.annex import FIRST_YEAR, LAST_YEAR, annex_sheet, read_annex
from lending.equity.valuation.scdl import Remark, ScdlExport, ScdlRow, Which, read_scdl
from lending.equity.valuation.scdl_fields import VERSION
from lending.equity.valuation.statements import read_statement, statement_sheet
from lending.i18n import N_
from lending.web.choosing import lead_to
from lending.web.context import allowed, database, principal
from lending.web.files import ENDINGS, TYPES, check_ending, named_file, sheet_file
from lending.web.navigation import address, booking_url
from lending.web.numbers import whole_number
from lending.web.widgets import Pager

blueprint = Blueprint("valuation", __name__)

PER_PAGE = 50


@dataclass(frozen=True)
class Remarked:
    """What there is to say of some loans, once for all of them, and where to put it right."""

    remark: Remark
    rows: int
    entries: tuple[tuple[str, str], ...]
    """What it is about, each once, with an address."""


@blueprint.get("/aides-en-nature")
@allowed(Action.SEE_VALUE)
def choose() -> ResponseReturnValue:
    """Lead to the annex of an authority."""
    return lead_to("valuation.annex", N_("Aid in kind by year"), Action.SEE_VALUE)


@blueprint.get("/associations/<int:organisation_id>/valeur-des-prets")
@allowed(Action.SEE_ORGANISATION)
def statement(organisation_id: int) -> ResponseReturnValue:
    """Show what an organisation received in a year, loan by loan."""
    with database().read() as uow:
        found = read_statement(uow, principal(), organisation_id, _year())
        documents = statements_of(uow, principal(), organisation_id, found.year)
        now = uow.now
    return render_template(
        "valuation/statement.html",
        statement=found,
        documents=documents,
        now=now,
        endings=ENDINGS,
        is_own=organisation_id in principal().organisation_ids,
        is_detailed=bool(request.args.get("detail")),
        can_list=principal().can(Action.LIST_ORGANISATIONS),
    )


@blueprint.get("/associations/<int:organisation_id>/valeur-des-prets.<ending>")
@allowed(Action.SEE_ORGANISATION)
def statement_file(organisation_id: int, ending: str) -> ResponseReturnValue:
    """Give the same as a file."""
    check_ending(ending)
    with database().read() as uow:
        found = read_statement(uow, principal(), organisation_id, _year())
    return sheet_file(statement_sheet(found), f"valeur-des-prets-{found.year}", ending)


@blueprint.get("/collectivites/<int:authority_id>/aides-en-nature")
@allowed(Action.SEE_VALUE)
def annex(authority_id: int) -> ResponseReturnValue:
    """Show who received aid in kind in a year."""
    with database().read() as uow:
        found = read_annex(uow, principal(), authority_id, _year())
    return render_template("valuation/annex.html", annex=found, endings=ENDINGS)


@blueprint.get("/collectivites/<int:authority_id>/aides-en-nature.<ending>")
@allowed(Action.SEE_VALUE)
def annex_file(authority_id: int, ending: str) -> ResponseReturnValue:
    """Give the same as a file."""
    check_ending(ending)
    with database().read() as uow:
        found = read_annex(uow, principal(), authority_id, _year())
    return sheet_file(annex_sheet(found), f"aides-en-nature-{found.year}", ending)


@blueprint.get("/collectivites/<int:authority_id>/aides-en-nature/publication")
@allowed(Action.SEE_VALUE)
def scdl(authority_id: int) -> ResponseReturnValue:
    """Show what would be published of a year, and what would not, with the reason."""
    with database().read() as uow:
        found = read_scdl(uow, principal(), authority_id, _year(), _which())
    page = max(1, min(request.args.get("page", 1, type=whole_number), 10_000))
    pager = Pager(page, PER_PAGE, len(found.told))
    if page > pager.pages:
        values = {**request.args.to_dict(), "page": str(pager.pages)}
        return redirect(url_for("valuation.scdl", authority_id=authority_id, **values))  # type: ignore[arg-type]
    return render_template(
        "valuation/scdl.html",
        export=found,
        shown=found.told[(page - 1) * PER_PAGE : page * PER_PAGE],
        pager=pager,
        left_out=_remarked(found, found.left_out, keeps_out=True),
        noted=_remarked(found, found.noted, keeps_out=False),
        choices=tuple(Which),
        version=VERSION,
    )


@blueprint.get("/collectivites/<int:authority_id>/aides-en-nature/publication.csv")
@allowed(Action.SEE_VALUE)
def scdl_file(authority_id: int) -> Response:
    """Give the file that is published."""
    with database().read() as uow:
        found = read_scdl(uow, principal(), authority_id, _year(), _which())
    name = f"subventions-{found.authority.siret or found.authority.code}-{found.year}.csv"
    return named_file(found.content, name, TYPES[".csv"])


def _remarked(
    export: ScdlExport, rows: Iterable[ScdlRow], *, keeps_out: bool
) -> tuple[Remarked, ...]:
    found: dict[Remark, list[ScdlRow]] = defaultdict(list)
    for row in rows:
        for remark in row.kept_out_by if keeps_out else row.notes:
            found[remark].append(row)
    return tuple(
        Remarked(remark, len(about), _entries(export, remark, about))
        for remark in Remark
        if (about := found.get(remark, []))
    )


def _entries(
    export: ScdlExport, remark: Remark, rows: Iterable[ScdlRow]
) -> tuple[tuple[str, str], ...]:
    """Return what a remark is about: the authority, associations, or single loans."""
    if remark is Remark.NO_SIRET_OF_AUTHORITY:
        url = ""
        if principal().can(Action.MANAGE_AUTHORITY, authority_id=export.authority.id):
            url = address("administration.authority", authority_id=export.authority.id)
        return ((export.authority.name, url),)
    if remark in (Remark.NO_VALUE, Remark.UNUSABLE):
        return tuple(
            (
                f"{row.loan.reference}, {row.loan.organisation}",
                booking_url(row.loan.booking_id, principal()),
            )
            for row in rows
        )
    names = {row.loan.organisation_id: row.loan.organisation for row in rows}
    return tuple(
        (name, address("organisations.show", organisation_id=number))
        for number, name in names.items()
    )


def _year() -> int | None:
    """Return the year that the address names, if it is one of which there can be figures."""
    year = request.args.get("year", type=whole_number)
    return year if year is not None and FIRST_YEAR <= year <= LAST_YEAR else None


def _which() -> Which:
    asked = request.args.get("which", "")
    return Which(asked) if asked in list(Which) else Which.REACHED
