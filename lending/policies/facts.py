"""What happens to the rules, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PolicyPublished:
    """An authority published a version of its rules."""

    authority_id: int
    policy_id: int
