"""The equity register for staff and auditors, and the yearly page for everybody."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.equity.register.figures import Case, Gap, Group, count, gaps, groups, public_groups
from lending.equity.register.reading import Register, read_public_register, read_register
from lending.equity.register.sheets import PUBLIC_COLUMNS, public_sheet, register_sheet
from lending.equity.valuation.annex import FIRST_YEAR, LAST_YEAR
from lending.i18n import N_
from lending.web.choosing import lead_to
from lending.web.context import allowed, database, principal
from lending.web.files import ENDINGS, check_ending, sheet_file
from lending.web.numbers import whole_number

blueprint = Blueprint("register", __name__)

Key = Callable[[Case], str]
OTHERS = N_("Others (fewer than three organisations each)")
GROUPINGS: dict[str, tuple[str, Key]] = {
    "competence": (N_("By cause"), lambda case: gettext(case.competence.label)),
    "commune": (N_("By commune"), lambda case: case.commune),
    "classe": (N_("By class"), lambda case: gettext(case.priority.label)),
    "trimestre": (N_("By quarter"), lambda case: case.quarter),
    "organisation": (N_("By organisation"), lambda case: case.organisation),
}
PUBLIC_GROUPINGS = ("competence", "commune", "classe", "trimestre")
COMPARED = ("commune", "competence")
"""What gaps are looked for between: where an event takes place, and what it is about."""
LICENCE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
MEANINGS = {
    "quarter": N_("Quarter in which the loan begins"),
    "class": N_("Class in the order of service"),
    "competence": N_("Cause of the event; empty where fewer than three organisations have it"),
    "commune": N_("Commune of the event; empty where it has fewer than three organisations"),
    "outcome": N_("What became of the request"),
    "reason_code": N_("Reason of a refusal, from the closed list"),
    "asked": N_("Pieces asked for"),
    "granted": N_("Pieces granted"),
    "days": N_("Days from the complete file to the decision"),
    "late": N_("Granted although it came later than the rules ask for"),
    "override": N_("Decided against the rules, with a motive"),
}


@dataclass(frozen=True)
class Grouped:
    """Groups under a title."""

    name: str
    title: str
    """A gettext id."""
    groups: tuple[Group, ...]


@blueprint.get("/registre-d-equite")
@allowed(Action.SEE_RECORD)
def choose() -> ResponseReturnValue:
    """Lead to the register of an authority."""
    return lead_to("register.show", N_("Equity register"), Action.SEE_RECORD)


@blueprint.get("/collectivites/<int:authority_id>/registre-d-equite")
@allowed(Action.SEE_RECORD)
def show(authority_id: int) -> ResponseReturnValue:
    """Show who asked and who was served, by one thing at a time, and where groups differ."""
    with database().read() as uow:
        found = read_register(uow, principal(), authority_id, _year())
    by = request.args.get("par", "")
    chosen = by if by in GROUPINGS else "competence"
    title, key = GROUPINGS[chosen]
    return render_template(
        "register/show.html",
        register=found,
        whole=count("", found.cases),
        grouped=Grouped(chosen, title, groups(found.cases, key)),
        groupings=[(name, title) for name, (title, _) in GROUPINGS.items()],
        gaps=_gaps(found),
        endings=ENDINGS,
    )


@blueprint.get("/collectivites/<int:authority_id>/registre-d-equite.<ending>")
@allowed(Action.SEE_RECORD)
def show_file(authority_id: int, ending: str) -> ResponseReturnValue:
    """Give the same as a file, a row a request."""
    check_ending(ending)
    with database().read() as uow:
        found = read_register(uow, principal(), authority_id, _year())
    return sheet_file(register_sheet(found), f"registre-d-equite-{found.year}", ending)


@blueprint.get("/collectivites/<int:authority_id>/bilan")
@blueprint.get("/collectivites/<int:authority_id>/bilan/<int:year>")
@allowed(Action.SEE_POLICY)
def public(authority_id: int, year: int | None = None) -> ResponseReturnValue:
    """Show everybody how a year's requests were answered; nobody is named."""
    found = _public(authority_id, year)
    return render_template(
        "register/public.html",
        register=found,
        whole=count("", found.cases),
        tables=[
            Grouped(name, GROUPINGS[name][0], _public_groups(found, name))
            for name in PUBLIC_GROUPINGS
        ],
        alerts=_alerts(found),
        meanings=[(name, MEANINGS[name]) for name in PUBLIC_COLUMNS],
        licence=LICENCE,
    )


@blueprint.get("/collectivites/<int:authority_id>/bilan/<int:year>/demandes.<ending>")
@allowed(Action.SEE_POLICY)
def public_file(authority_id: int, year: int, ending: str) -> ResponseReturnValue:
    """Give a year's requests as open data, without names."""
    found = _public(authority_id, year)
    if ending == "json":
        return _open_data(found)
    check_ending(ending)
    return sheet_file(public_sheet(found), f"bilan-{found.authority.code}-{year}", ending)


def _open_data(found: Register) -> Response:
    sheet = public_sheet(found)
    answer = jsonify(
        lender=found.authority.name,
        year=found.year,
        licence=LICENCE,
        record={"decisions": found.head.sequence, "sha256": found.head.hash}
        if found.head
        else None,
        columns={name: gettext(MEANINGS[name]) for name in sheet.columns},
        requests=[dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows],
    )
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _public(authority_id: int, year: int | None) -> Register:
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        year = None
    with database().read() as uow:
        return read_public_register(uow, authority_id, year)


def _public_groups(found: Register, name: str) -> tuple[Group, ...]:
    return public_groups(found.cases, GROUPINGS[name][1], gettext(OTHERS))


def _gaps(found: Register) -> tuple[tuple[str, Gap], ...]:
    """Return the gaps between groups with what they are groups of, the widest first."""
    threshold = found.rules.alert_gap_points
    both = [
        (GROUPINGS[name][0], gap)
        for name in COMPARED
        for gap in gaps(found.cases, GROUPINGS[name][1], threshold)
    ]
    return tuple(sorted(both, key=lambda pair: -pair[1].points))


def _alerts(found: Register) -> int:
    return sum(gap.is_alert for _, gap in _gaps(found))


def _year() -> int | None:
    year = request.args.get("year", type=whole_number)
    return year if year is not None and FIRST_YEAR <= year <= LAST_YEAR else None
