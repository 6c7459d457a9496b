"""Every parameter of the rules has words for anyone, and says something else when it changes."""

import pytest

from lending.policies.parameters import BY_NAME, PARAMETERS, differences
from lending.policies.rules import DEFAULT, Rules

ELSE: dict[str, object] = {"late": "refused", "territory": "seat", "court": "Lille"}


def other_value(name: str) -> object:
    """Return another value of a parameter than the usual one."""
    value = getattr(DEFAULT, name)
    if name in ELSE:
        return ELSE[name]
    return not value if isinstance(value, bool) else value + 1 if value < 100 else value - 1


def test_every_parameter_has_its_words_once() -> None:
    assert set(BY_NAME) == set(Rules.model_fields)
    assert len(BY_NAME) == len(PARAMETERS)


@pytest.mark.parametrize("name", sorted(set(BY_NAME) - {"tariffs", "priorities"}))
def test_a_change_is_found_and_changes_what_is_said(name: str) -> None:
    changed = Rules.model_validate({**DEFAULT.model_dump(), name: other_value(name)})
    found = differences(DEFAULT, changed)
    assert [each.parameter.name for each in found] == [name]
    parameter = BY_NAME[name]
    said = parameter.sentence(DEFAULT), parameter.sentence(changed)
    assert said[1], "every value can be said"
    assert said[0] != said[1] or "%(value)s" in said[1]
