"""What happens to field work, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RosterChanged:
    """Agents work at other hours, or with another crew."""

    agent_ids: frozenset[int]


@dataclass(frozen=True)
class TaskTold:
    """Somebody told of a task that it began, ended or could not be done."""

    task_id: int
