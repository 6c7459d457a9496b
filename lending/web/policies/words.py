"""The values of the rules as people read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from lending.catalogue.queries import ItemFilter, find_items
from lending.db.database import UnitOfWork
from lending.i18n import N_
from lending.policies.parameters import Difference, Parameter, Question, Unit, asked_by, differences
from lending.policies.rules import PriorityClass, Rules, Tariff
from lending.web.formats import euros, number
from lending.web.templating import language


@dataclass(frozen=True)
class Section:
    """A question with the sentences that answer it."""

    question: Question
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A parameter, before and after, in words."""

    label: str
    old: str
    new: str


def sections(rules: Rules) -> tuple[Section, ...]:
    """Return the rules as sentences under the questions that they answer."""
    return tuple(Section(question, tuple(_sentences(question, rules))) for question in Question)


def _sentences(question: Question, rules: Rules) -> Sequence[str]:
    found = []
    for parameter in asked_by(question):
        text = parameter.sentence(rules)
        if text:
            found.append(str(gettext(text, value=value_words(parameter, _of(parameter, rules)))))
    return found


def _of(parameter: Parameter, rules: Rules) -> object:
    return getattr(rules, parameter.name)


def changes(old: Rules, new: Rules, names: Mapping[str, str]) -> tuple[Change, ...]:
    """Return what changes, parameter by parameter and tariff by tariff."""
    found: list[Change] = []
    for difference in differences(old, new):
        if difference.parameter.name == "tariffs":
            found += _tariff_changes(old, new, names)
        else:
            found.append(_change(difference))
    return tuple(found)


def _change(difference: Difference) -> Change:
    parameter = difference.parameter
    return Change(
        str(gettext(parameter.label)),
        value_words(parameter, difference.old),
        value_words(parameter, difference.new),
    )


def _tariff_changes(old: Rules, new: Rules, names: Mapping[str, str]) -> list[Change]:
    before = {tariff.item_code: tariff for tariff in old.tariffs}
    after = {tariff.item_code: tariff for tariff in new.tariffs}
    none = str(gettext("no tariff"))
    return [
        Change(
            str(gettext("Tariff: %(item)s", item=names.get(code, code))),
            tariff_words(before[code]) if code in before else none,
            tariff_words(after[code]) if code in after else none,
        )
        for code in sorted(before | after, key=lambda code: names.get(code, code))
        if before.get(code) != after.get(code)
    ]


def tariff_words(tariff: Tariff) -> str:
    """Write "2 € par prêt"."""
    return f"{euros(tariff.cents)} {gettext(tariff.per.label)}"


def value_words(parameter: Parameter, value: object) -> str:
    """Write a value with its unit."""
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if parameter.unit is not None and isinstance(value, int):
        return _counted(parameter.unit, value)
    if isinstance(value, tuple):
        classes = (gettext(each.label) for each in value if isinstance(each, PriorityClass))
        return " › ".join(classes) or str(gettext("none"))
    label = getattr(value, "label", None)
    if label is not None:
        return str(gettext(label))
    return str(value) or str(gettext("none"))


def _counted(unit: Unit, value: int) -> str:
    if unit is Unit.CENTS:
        return euros(value)
    if unit is Unit.PERCENT:
        return str(gettext("%(num)s%%", num=number(value)))
    if unit is Unit.DAYS:
        return str(ngettext("%(num)d day", "%(num)d days", value))
    if unit is Unit.MONTHS:
        return str(ngettext("%(num)d month", "%(num)d months", value))
    if unit is Unit.YEARS:
        return str(ngettext("%(num)d year", "%(num)d years", value))
    if unit is Unit.POINTS:
        return str(ngettext("%(num)d point", "%(num)d points", value))
    if unit is Unit.PEOPLE:
        return str(ngettext("%(num)d person", "%(num)d people", value))
    return number(value)


UNIT_NAMES = {
    Unit.DAYS: N_("days"),
    Unit.MONTHS: N_("months"),
    Unit.YEARS: N_("years"),
    Unit.PERCENT: "%",
    Unit.POINTS: N_("points"),
    Unit.CENTS: "€",
    Unit.PEOPLE: N_("people"),
    Unit.COUNT: "",
}


def item_names(uow: UnitOfWork, authority_id: int) -> dict[str, str]:
    """Return the names of an authority's items by their codes, in the reader's language."""
    wanted = ItemFilter(authority_ids=[authority_id], with_inactive=True)
    english = language() == "en"
    return {
        item.code: item.name_en if english and item.name_en else item.name
        for item in find_items(uow, wanted)
    }
