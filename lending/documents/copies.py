"""Files that people hand in with a signature, checked by what they hold and not by their name."""

import base64
import binascii
import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from lending.errors import InvalidInput
from lending.i18n import N_

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
PHOTO_FORMATS = ("JPEG", "PNG", "WEBP")
PHOTO_SIZE = (2400, 2400)
PDF = "application/pdf"
JPEG = "image/jpeg"
ENDINGS = {PDF: "pdf", JPEG: "jpg"}
TAIL = 4096
"""A PDF ends with a mark within its last kilobytes, whatever comes after it."""

DRAWN = "data:image/png;base64,"
MOST_DRAWN = 300_000
DRAWING_SIZE = (1200, 600)


@dataclass(frozen=True)
class Copy:
    """A file that was checked."""

    content: bytes
    media_type: str


def checked_copy(content: bytes) -> Copy:
    """Return the copy of a signed paper: a PDF as it is, a photo without what rides along.

    Raises:
        InvalidInput: it is neither, or too large.
    """
    if not content:
        raise InvalidInput(copy=N_("Choose the PDF or the photo of the signed agreement."))
    if len(content) > MOST_BYTES:
        raise InvalidInput(copy=N_("This file is too large: 10 MB at most."))
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-TAIL:]:
        return Copy(content, PDF)
    try:
        picture = _opened(content, PHOTO_FORMATS)
    except ValueError:
        raise InvalidInput(
            copy=N_("We cannot read this file. Choose a PDF, or a JPEG, PNG or WebP photo.")
        ) from None
    picture = ImageOps.exif_transpose(picture).convert("RGB")
    picture.thumbnail(PHOTO_SIZE, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return Copy(out.getvalue(), JPEG)


def checked_drawing(drawn: str) -> bytes:
    """Return a drawn signature as PNG from the address that the page made of it.

    Raises:
        InvalidInput: it is no picture.
    """
    try:
        if not drawn.startswith(DRAWN) or len(drawn) > MOST_DRAWN:
            raise ValueError
        picture = _opened(base64.b64decode(drawn.removeprefix(DRAWN), validate=True), ("PNG",))
    except (ValueError, binascii.Error):
        raise InvalidInput(
            drawing=N_("We cannot read this drawing. Draw again, or leave it out.")
        ) from None
    picture = picture.convert("RGBA")
    picture.thumbnail(DRAWING_SIZE, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _opened(content: bytes, formats: tuple[str, ...]) -> Image.Image:
    """Return a picture, read whole.

    Raises:
        ValueError: it is none that we can use.
    """
    try:
        picture = Image.open(io.BytesIO(content), formats=formats)
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("no picture") from error
    return picture
