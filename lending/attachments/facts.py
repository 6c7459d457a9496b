"""What happens here, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass

from lending.attachments.kinds import PaperState


@dataclass(frozen=True)
class PaperHandedIn:
    """A paper waits for somebody to look at it."""

    attachment_id: int


@dataclass(frozen=True)
class PaperChecked:
    """Somebody looked at a paper and accepted it, or not."""

    attachment_id: int
    state: PaperState
