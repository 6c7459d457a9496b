"""The numbers that France gives to associations, firms and public bodies."""

import re

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.fr import siren as siren_rule
from stdnum.fr import siret as siret_rule

from lending.errors import FieldError
from lending.i18n import N_

# Overseas and in Corsica the department's letters take the place of digits: W9T1002867, W2A...
_RNA = re.compile(r"W\d[\dA-Z]\d{7}")
_SEPARATORS = re.compile(r"[\s.\-\u00a0\u202f]+")


def compact(number: str) -> str:
    """Return the number without what people write between its digits, in capitals."""
    return _SEPARATORS.sub("", number).upper()


def check_rna(number: str) -> tuple[str | None, list[FieldError]]:
    """Return the RNA number as it is kept, or what is wrong with it; nothing given is no error."""
    kept = compact(number)
    if not kept:
        return None, []
    if _RNA.fullmatch(kept):
        return kept, []
    text = N_("An RNA number is a W and nine digits, such as W491001234. Check it and try again.")
    return None, [FieldError("rna", text)]


def check_siren(number: str) -> tuple[str | None, list[FieldError]]:
    """Return the SIREN as it is kept, or what is wrong with it; nothing given is no error."""
    kept = compact(number)
    if not kept:
        return None, []
    try:
        return siren_rule.validate(kept), []
    except InvalidChecksum:
        text = N_("This SIREN does not add up: a digit must be wrong. Check it and try again.")
    except ValidationError:
        text = N_("A SIREN has nine digits. Check it and try again.")
    return None, [FieldError("siren", text)]


def check_siret(number: str) -> tuple[str | None, list[FieldError]]:
    """Return the SIRET as it is kept, or what is wrong with it; nothing given is no error."""
    kept = compact(number)
    if not kept:
        return None, []
    try:
        return siret_rule.validate(kept), []
    except InvalidChecksum:
        text = N_("This SIRET does not add up: a digit must be wrong. Check it and try again.")
    except ValidationError:
        text = N_("A SIRET has fourteen digits. Check it and try again.")
    return None, [FieldError("siret", text)]


def grouped(number: str | None) -> str:
    """Return a SIREN or SIRET with spaces, as people read it; an RNA number as it is."""
    if not number or not number.isdigit():
        return number or ""
    parts = [number[:3], number[3:6], number[6:9], number[9:]]
    return " ".join(part for part in parts if part)
