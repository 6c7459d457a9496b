"""Pictures that people hand in, opened with care. Contains no business logic."""

import io

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 50_000_000


class NoPicture(ValueError):
    """This is no picture that we can use."""


class TooManyPixels(NoPicture):
    """This picture would take too much memory."""


def open_picture(
    content: bytes, formats: tuple[str, ...] = FORMATS, most_pixels: int = MOST_PIXELS
) -> Image.Image:
    """Return a picture, read whole; its size is looked at before it takes memory.

    Raises:
        NoPicture: it is none of these formats, cut off, or damaged.
        TooManyPixels: it is larger than that.
    """
    try:
        picture = Image.open(io.BytesIO(content), formats=formats)
        if picture.width * picture.height > most_pixels:
            raise TooManyPixels
        picture.load()
    except NoPicture:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NoPicture from None
    return picture


def upright_on_white(picture: Image.Image) -> Image.Image:
    """Return the picture as it was held, without transparency: black must not end on black.

    What rides along with it, such as comments, is dropped.
    """
    upright = _upright(picture)
    if upright.has_transparency_data:
        drawn = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn)
    plain = upright.convert("RGB")
    plain.info.clear()
    return plain


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    # Pillow raises what it likes over damaged EXIF data, which says how the camera was held.
    except Exception:  # noqa: BLE001
        return picture
