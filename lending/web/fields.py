"""Fields that several forms have."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileSize
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from lending.attachments.inspecting import MOST_BYTES

ACCEPTED = "application/pdf,image/jpeg,image/png,image/webp"
"""What choosers of papers offer."""


class ChecksField(SelectMultipleField):
    """Several of a list, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def file_field(*more: Any) -> FileField:
    """Return the field of a file; the server looks at its content in any case."""
    return FileField(
        _l("The paper"),
        [*more, FileSize(MOST_BYTES, message=_l("This file is too large: 10 MB at most."))],
        description=_l("PDF, or a photo of each page: JPEG, PNG or WebP. 10 MB at most."),
    )
