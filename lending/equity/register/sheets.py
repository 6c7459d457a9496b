"""The register as tables: with names for those who may read them, without for everybody."""

from collections.abc import Callable, Iterable

from lending.equity.register.figures import DECIDED, FEWEST, Case, Group, Outcome, groups
from lending.equity.register.reading import Register
from lending.equity.valuation.statements import euros_of
from lending.sheets import Sheet

COLUMNS = (
    "reference", "organisation", "commune", "competence", "class", "quarter", "outcome",
    "reason_code", "asked", "granted", "days", "euros", "late", "override",
)  # fmt: skip
PUBLIC_COLUMNS = (
    "quarter", "class", "competence", "commune", "outcome", "reason_code",
    "asked", "granted", "days", "late", "override",
)  # fmt: skip
"""What anyone may read of a request: not who asked, nor when exactly."""


def register_sheet(register: Register) -> Sheet:
    """Return the requests of a year, a row each."""
    rows = [
        [
            case.reference,
            case.organisation,
            case.commune,
            case.competence.value,
            case.priority.value,
            case.quarter,
            case.outcome.value,
            case.reason_code.value if case.reason_code else None,
            case.pieces_asked,
            case.pieces_granted,
            case.days,
            euros_of(case.cents),
            case.is_late,
            case.is_override,
        ]
        for case in register.cases
    ]
    return Sheet(f"equity-{register.year}", COLUMNS, rows)


def public_sheet(register: Register) -> Sheet:
    """Return the requests of a year without names.

    A commune or a competence with fewer than three organisations stays empty, and the rows come
    in no order of time: nobody can be recognised by where or what they ask for.
    """
    shown = [case for case in register.cases if case.outcome is not Outcome.OPEN]
    communes = _frequent(shown, lambda case: case.commune)
    competences = _frequent(shown, lambda case: case.competence.value)
    rows = [
        [
            case.quarter,
            case.priority.value,
            case.competence.value if case.competence.value in competences else None,
            case.commune if case.commune in communes else None,
            case.outcome.value,
            case.reason_code.value if case.reason_code else None,
            case.pieces_asked,
            case.pieces_granted,
            case.days if case.outcome in DECIDED else None,
            case.is_late,
            case.is_override,
        ]
        for case in shown
    ]
    return Sheet(
        f"bilan-{register.year}",
        PUBLIC_COLUMNS,
        sorted(rows, key=lambda row: tuple("" if cell is None else str(cell) for cell in row)),
    )


def _frequent(cases: Iterable[Case], key: Callable[[Case], str]) -> set[str]:
    found: Iterable[Group] = groups(cases, key)
    return {group.key for group in found if group.organisations >= FEWEST}
