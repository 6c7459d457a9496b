"""Photos: checked, made small, without what rides along."""

import io
import os
import time
from pathlib import Path

import pytest
from PIL import Image

from lending.catalogue.photos import WIDTHS, PhotoStore
from lending.documents.printing import can_print
from lending.errors import InvalidInput


def picture(kind: str = "JPEG", size: tuple[int, int] = (2000, 1500), **more: object) -> bytes:
    """Return a photo."""
    out = io.BytesIO()
    Image.new("RGB", size, (200, 120, 40)).save(out, kind, **more)
    return out.getvalue()


def opened(content: bytes | None) -> Image.Image:
    """Open what the store sends."""
    assert content is not None
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_kept_as_webp_in_all_widths(tmp_path: Path, kind: str) -> None:
    store = PhotoStore(tmp_path)
    name = store.save(picture(kind))
    sizes = [opened(store.read(name, width)) for width in WIDTHS]
    assert [(image.format, image.width) for image in sizes] == [("WEBP", w) for w in WIDTHS]
    assert [image.height for image in sizes] == [240, 480, 960]


def test_a_small_photo_is_not_blown_up(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path)
    name = store.save(picture(size=(400, 300)))
    assert opened(store.read(name, 1280)).size == (400, 300)


def test_a_photo_stands_upright_and_tells_no_place(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 0.0)}
    store = PhotoStore(tmp_path)
    name = store.save(picture(size=(800, 600), exif=exif))
    kept = opened(store.read(name, 1280))
    assert kept.size == (600, 800)
    assert dict(kept.getexif()) == {}


def test_the_same_photo_has_the_same_name_and_another_another(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path)
    assert store.save(picture()) == store.save(picture())
    assert store.save(picture()) != store.save(picture(size=(100, 100)))


def test_a_photo_that_is_cut_off_is_refused_also_once_documents_were_printed(
    tmp_path: Path,
) -> None:
    assert can_print()  # its library lets the whole process read such pictures
    with pytest.raises(InvalidInput):
        PhotoStore(tmp_path).save(picture()[:2000])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xff\xd8\xff\xe0 and nothing after it",
        picture()[:2000],
        picture("GIF", (10, 10)),
    ],
)
def test_what_is_no_photo_is_refused_and_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        PhotoStore(tmp_path).save(content)
    assert [error.field for error in refused.value.errors] == ["photo"]
    assert list(tmp_path.rglob("*.webp")) == []


def test_a_photo_of_too_many_pixels_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    with pytest.raises(InvalidInput):
        PhotoStore(tmp_path).save(bomb.getvalue())


@pytest.mark.parametrize("name", ["../../etc/passwd", "x", "a" * 32 + "/..", ""])
def test_only_names_of_photos_are_read(tmp_path: Path, name: str) -> None:
    assert PhotoStore(tmp_path).read(name, 320) is None


def test_only_widths_that_are_kept_are_read(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path)
    assert store.read(store.save(picture()), 333) is None


def test_photos_that_no_item_shows_are_removed_once_nobody_can_be_about_to_name_them(
    tmp_path: Path,
) -> None:
    store = PhotoStore(tmp_path)
    kept, replaced = store.save(picture()), store.save(picture(size=(300, 300)))
    long_ago = time.time() - 2 * 24 * 3600
    for path in (tmp_path / "photos").iterdir():
        os.utime(path, (long_ago, long_ago))
    left_over = tmp_path / "photos" / f"{kept}-320.4711"
    left_over.write_bytes(b"half")
    os.utime(left_over, (long_ago, long_ago))
    just_sent = store.save(picture(size=(200, 100)))
    assert store.remove_others({kept}) == len(WIDTHS) + 1
    assert store.read(replaced, 320) is None
    assert not left_over.exists()
    assert store.read(kept, 320)
    assert store.read(just_sent, 320)
    assert store.remove_others({kept}) == 0
    assert PhotoStore(tmp_path / "nothing").remove_others(set()) == 0
