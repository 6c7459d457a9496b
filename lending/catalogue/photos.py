"""Photos of items: checked, made small, kept in the instance's folder.

They lie under the hash of their content, so that an address never shows two pictures.
"""

import hashlib
import io
import re
from collections.abc import Collection
from pathlib import Path

from PIL import Image

from lending.errors import InvalidInput
from lending.i18n import N_
from lending.pictures import NoPicture, TooManyPixels, open_picture, upright_on_white
from lending.storing import remove_unused, write_whole

WIDTHS = (320, 640, 1280)
"""The widths in pixels that are kept of each photo; none is made larger than it came."""
MOST_BYTES = 10 * 1024 * 1024

_NAME = re.compile(r"[0-9a-f]{32}")


FIELD = "field"
"""The folder of the pictures that come with field work and statements, and of plans of places."""


class PhotoStore:
    """A folder outside the web root."""

    def __init__(self, instance: Path, folder: str = "photos") -> None:
        self._folder = instance / folder

    def save(self, content: bytes) -> str:
        """Keep a photo in all widths and return its name; the same content has the same name.

        Where it was taken, with which camera and all else that rides along is dropped.

        Raises:
            InvalidInput: this is no photo that we can use.
        """
        picture = _opened(content)
        name = hashlib.sha256(content).hexdigest()[:32]
        for width in WIDTHS:
            write_whole(self._path(name, width), _resized(picture, width))
        return name

    def read(self, name: str, width: int) -> bytes | None:
        """Return a photo as WebP, or None when there is none of this name and width."""
        if not _NAME.fullmatch(name) or width not in WIDTHS:
            return None
        path = self._path(name, width)
        return path.read_bytes() if path.is_file() else None

    def has(self, name: str) -> bool:
        """Return whether a photo is there in all widths."""
        return all(self._path(name, width).is_file() for width in WIDTHS)

    def remove_others(self, used: Collection[str]) -> int:
        """Remove the photos of other names; return how many files. See `remove_unused`."""
        return remove_unused(
            self._folder,
            lambda path: path.name.partition("-")[0] in used and path.suffix == ".webp",
        )

    def _path(self, name: str, width: int) -> Path:
        return self._folder / f"{name}-{width}.webp"


def _opened(content: bytes) -> Image.Image:
    if len(content) > MOST_BYTES:
        raise InvalidInput(photo=N_("This photo is too large: 10 MB at most."))
    try:
        return upright_on_white(open_picture(content))
    except TooManyPixels:
        raise InvalidInput(
            photo=N_("This photo has too many pixels: 50 million at most.")
        ) from None
    except NoPicture:
        raise InvalidInput(
            photo=N_("We cannot read this photo. Choose a JPEG, PNG or WebP file.")
        ) from None


def _resized(picture: Image.Image, width: int) -> bytes:
    small = picture
    if picture.width > width:
        height = max(1, round(picture.height * width / picture.width))
        small = picture.resize((width, height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()
