"""What a file is, is read from its content: a PDF that is calm, or a picture drawn anew."""

import io

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from lending.attachments.inspecting import JPEG, MOST_BYTES, PDF, inspect
from lending.errors import InvalidInput
from tests.support.papers import pdf, picture

SCRIPT = DictionaryObject(
    {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("alert(1)")}
)


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def blank() -> PdfWriter:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    return writer


def refusal(content: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        inspect(content)
    (error,) = refused.value.errors
    assert error.field == "file"
    return error.message


def test_a_pdf_is_kept_byte_for_byte() -> None:
    kept = inspect(pdf(pages=3))
    assert (kept.content, kept.media) == (pdf(pages=3), PDF)


def test_a_pdf_that_only_its_owner_may_change_is_taken() -> None:
    locked = blank()
    locked.encrypt("", "the insurer's own", algorithm="AES-256")
    assert inspect(written(locked)).media == PDF


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew(kind: str) -> None:
    kept = inspect(picture(kind))
    assert kept.media == JPEG
    assert Image.open(io.BytesIO(kept.content)).format == "JPEG"


def test_what_rides_along_with_a_photo_is_dropped_and_it_stands_upright() -> None:
    told = Image.Exif()
    told[0x0112] = 6  # held upright
    told[0x010E] = "chez la présidente"
    kept = inspect(picture("JPEG", (40, 30), exif=told) + b"<script>alert(1)</script>")
    drawn = Image.open(io.BytesIO(kept.content))
    assert drawn.size == (30, 40)
    assert not drawn.getexif()
    assert b"script" not in kept.content
    assert "présidente".encode() not in kept.content


def test_comments_in_a_photo_are_dropped_and_damaged_notes_do_not_matter() -> None:
    commented = inspect(picture("JPEG", comment=b"chez la voisine"))
    assert b"voisine" not in commented.content
    for kind in ("JPEG", "PNG", "WEBP"):
        assert inspect(picture(kind, exif=b"garbage!")).media == JPEG


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b"GIF89a;",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04 an office document",
        b"MZ a program",
        picture("PNG")[:60],
    ],
)
def test_nothing_else_is_taken_whatever_it_is_called(content: bytes) -> None:
    assert "cannot read this file" in refusal(content)


def test_a_pdf_must_be_whole_and_open() -> None:
    locked = blank()
    locked.encrypt("secret", algorithm="AES-256")
    assert "damaged" in refusal(pdf()[:200])
    assert "damaged" in refusal(b"%PDF-1.7\n" + b"[" * 50_000)
    assert "damaged" in refusal(written(PdfWriter())), "no page"
    assert "password" in refusal(written(locked))


def test_a_pdf_that_does_something_by_itself_is_refused() -> None:
    opening, page, chained, carrying = blank(), blank(), blank(), blank()
    opening.root_object[NameObject("/OpenAction")] = SCRIPT
    page.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): SCRIPT})
    chained.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject("/S"): NameObject("/GoTo"), NameObject("/Next"): SCRIPT}
    )
    carrying.add_attachment("setup.exe", b"MZ")
    for writer in (opening, page, chained, carrying):
        assert "holds a program" in refusal(written(writer))


def test_there_is_a_limit_and_something_to_send() -> None:
    assert "too large" in refusal(b"%PDF-" + bytes(MOST_BYTES))
    assert "Choose a file" in refusal(b"")
