"""The colours that treteau.css declares to stand on each other can be told apart (WCAG 2.2 AA)."""

import re
from pathlib import Path

import pytest

CSS = (
    Path(__file__).resolve().parents[2] / "lending" / "static" / "css" / "treteau.css"
).read_text(encoding="utf-8")

TOKEN = re.compile(r"(--[\w-]+):\s*(#[0-9a-f]{6});")


def block(opening: str) -> dict[str, str]:
    """Return the tokens of the first block that opens so."""
    start = CSS.index(opening)
    return dict(TOKEN.findall(CSS[start : CSS.index("}", start)]))


LIGHT = block(":root {")
DARK = block('[data-bs-theme="dark"] {')
DEVICE_DARK = block(":root:not([data-bs-theme]) {")


def declared_pairs() -> list[tuple[float, str, str]]:
    """Return (contrast needed, what stands, on what) for every pair declared in the stylesheet."""
    text = CSS[CSS.index("---- Pairs:") :]
    text = text[: text.index("*/")]
    return [
        (float(needed), front, back)
        for needed, front, backs in re.findall(
            r"(\d\.\d) (--[\w-]+) on ((?:--[\w-]+(?:, )?)+)", text
        )
        for back in backs.split(", ")
    ]


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb as WCAG defines it."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("needed", "front", "back"), declared_pairs())
def test_pair_reaches_its_contrast(
    theme: dict[str, str], needed: float, front: str, back: str
) -> None:
    found = contrast(theme[front], theme[back])
    assert found >= needed, f"{front} {theme[front]} on {back} {theme[back]}: {found:.2f}"


def test_every_colour_has_a_dark_side() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_dark_is_the_same_whether_chosen_or_followed() -> None:
    assert DEVICE_DARK == DARK


def test_every_text_colour_is_in_a_pair() -> None:
    texts = {name for name in LIGHT if name.endswith("-text") or name.startswith("--on-")}
    assert texts <= {front for _, front, _ in declared_pairs()}
    assert len(declared_pairs()) > 40


def test_no_colour_is_written_outside_the_tokens() -> None:
    widgets = (
        Path(__file__).resolve().parents[2] / "lending" / "static" / "css" / "widgets.css"
    ).read_text(encoding="utf-8")
    allowed = {"#ffffff"}
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;, )])", widgets)) <= allowed
