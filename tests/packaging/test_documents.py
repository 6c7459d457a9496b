"""What the documents say of the tree is true."""

import re
from pathlib import Path

import pytest

from tools import states

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    dead = [
        target
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert dead == []


def test_the_map_names_every_package_and_nothing_that_is_not_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = text.split("```")[1]
    named = set(re.findall(r"^  (\w+)/", drawn, re.MULTILINE))
    there = {path.parent.name for path in (ROOT / "lending").glob("*/__init__.py")}
    assert named - {"static", "translations"} == there
    modules = set(re.findall(r"^  (\w+\.py)|(?<=  )(\w+\.py)", drawn, re.MULTILINE))
    for module in {name for pair in modules for name in pair if name}:
        assert list((ROOT / "lending").rglob(module)), module


def test_the_diagram_of_states_is_the_table() -> None:
    assert states.PAGE.read_text(encoding="utf-8") == states.page(), "run python -m tools.states"


def test_every_make_target_that_documents_name_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        for name in re.findall(r"(?:`|^)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE):
            assert name in targets, f"{page.name}: make {name}"
