"""Papers of organisations."""

from base64 import b64encode
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import Base64Bytes, Field, PrivateAttr

from lending.api.schemas.common import Input, Instant, Number, Output, Reason, Text
from lending.attachments.inspecting import CleanFile, inspect
from lending.attachments.kinds import PaperKind, PaperState
from lending.attachments.queries import PaperView
from lending.errors import InvalidInput


class AttachmentIn(Input):
    """A paper that is handed in, its file in Base64."""

    kind: PaperKind
    content: Base64Bytes = Field(
        description="A PDF, or a picture as JPEG, PNG or WebP, 10 MB at most. Its kind is read"
        " from the content; pictures are drawn anew, without what rides along."
    )
    file_name: Text = Field("", max_length=250)
    issuer: Text = Field("", max_length=120)
    number: Text = Field("", max_length=60)
    valid_from: date | None = Field(
        None, description="The first day; of a commitment, the day of the signature."
    )
    valid_until: date | None = Field(None, description="The last day; an insurance needs it.")
    replaces_id: Number | None = None
    _file: CleanFile = PrivateAttr()

    @property
    def file(self) -> CleanFile:
        """The file as it may be kept."""
        return self._file

    def model_post_init(self, context: Any) -> None:
        """Look at the file while nothing is locked: a large picture takes a second."""
        try:
            self._file = inspect(self.content)
        except InvalidInput as error:
            raise InvalidInput([replace(each, field="content") for each in error.errors]) from None


class Acceptance(Input):
    """The dates on a paper that is accepted, as they stand on it."""

    valid_from: date | None = None
    valid_until: date | None = None


class Refusal(Input):
    """Why a paper is not accepted."""

    reason: Reason


class AttachmentOut(Output):
    """A paper."""

    id: int
    organisation_id: int
    booking_id: int | None
    kind: PaperKind
    state: PaperState
    file_name: str
    media: str
    size: int
    sha256: str
    is_kept: bool
    issuer: str
    number: str
    valid_from: date | None
    valid_until: date | None
    replaces_id: int | None
    handed_in_at: Instant
    checked_at: Instant | None
    reason: str
    ended_at: Instant | None


class AttachmentList(Output):
    """Papers, the latest first."""

    items: list[AttachmentOut]


class AttachmentFile(Output):
    """The file of a paper."""

    id: int
    file_name: str
    media: str
    content: str = Field(description="In Base64.")


def attachment_out(view: PaperView) -> AttachmentOut:
    """Return a paper as it is answered."""
    told = set(AttachmentOut.model_fields) - {"sha256"}
    return AttachmentOut(sha256=view.content, **{name: getattr(view, name) for name in told})


def attachment_file(view: PaperView, content: bytes) -> AttachmentFile:
    """Return the file of a paper as it is answered."""
    return AttachmentFile(
        id=view.id,
        file_name=view.file_name,
        media=view.media,
        content=b64encode(content).decode("ascii"),
    )
