"""Why a unit cannot go with a booking."""

from lending.errors import LendingError
from lending.i18n import N_


class UnitTaken(LendingError):
    """Somebody else has the unit at this time; `reference` and `organisation` say who."""

    code = "unit_taken"
    default_message = N_(
        "No. %(number)d goes with %(reference)s, %(organisation)s, at this time: "
        "choose another one."
    )


class UnitStillOut(UnitTaken):
    """The unit has not come back from another loan."""

    code = "unit_still_out"
    default_message = N_(
        "No. %(number)d is still out with %(reference)s, %(organisation)s: "
        "take it back there first, or choose another one."
    )


class UnitNotFit(LendingError):
    """The unit may not be lent until the end of the loan."""

    code = "unit_not_fit"
    default_message = N_("No. %(number)d is retired or out of use: choose another one.")


class UnitInRepair(UnitNotFit):
    """The unit came back broken, and nobody has ended its repair."""

    code = "unit_in_repair"
    default_message = N_(
        "No. %(number)d is being repaired: choose another one, or end the repair first."
    )


class InspectionDue(UnitNotFit):
    """An inspection of the unit falls due before the end of the loan."""

    code = "inspection_due"
    default_message = N_(
        "No. %(number)d may not go: “%(inspection)s” is due before the end of the loan."
    )
