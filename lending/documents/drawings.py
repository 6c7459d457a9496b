"""Signatures that people draw on screen, checked by what they hold."""

import base64
import io

from PIL import Image

from lending.errors import InvalidInput
from lending.i18n import N_
from lending.pictures import NoPicture, open_picture

DRAWN = "data:image/png;base64,"
MOST_DRAWN = 300_000
DRAWING_SIZE = (1200, 600)


def checked_drawing(drawn: str) -> bytes:
    """Return a drawn signature as PNG from the address that the page made of it.

    Raises:
        InvalidInput: it is no picture.
    """
    try:
        if not drawn.startswith(DRAWN) or len(drawn) > MOST_DRAWN:
            raise NoPicture
        content = base64.b64decode(drawn.removeprefix(DRAWN), validate=True)
        picture = open_picture(content, ("PNG",)).convert("RGBA")
    except ValueError:  # no Base64, or no picture
        raise InvalidInput(
            drawing=N_("We cannot read this drawing. Draw again, or leave it out.")
        ) from None
    picture.thumbnail(DRAWING_SIZE, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
