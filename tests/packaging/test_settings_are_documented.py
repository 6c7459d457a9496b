"""docs/administration/settings.md describes every setting, and none that does not exist."""

import re
from pathlib import Path

import lending.settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "administration" / "settings.md"
NAME = re.compile(r"\b(?:TRETEAU_[A-Z][A-Z_]*|DATABASE_URL(?:_FILE)?)\b")


def test_every_setting_has_a_row_and_every_row_a_setting() -> None:
    source = Path(lending.settings.__file__).read_text(encoding="utf-8")
    secrets = re.findall(r'_secret\("([A-Z_]+)"\)', source)
    known = {n for n in NAME.findall(source) if n != "TRETEAU_DATABASE_URL"}
    known |= {f"{name}_FILE" for name in secrets}
    rows = re.findall(r"^\| `([A-Z_]+)`(?: or `([A-Z_]+)`)? \|", PAGE.read_text("utf-8"), re.M)
    assert {name for row in rows for name in row if name} == known


def test_the_page_gives_the_defaults_that_the_code_has() -> None:
    page = PAGE.read_text(encoding="utf-8")
    fields = lending.settings.Settings.__dataclass_fields__
    for name in ("behind_proxies", "web_workers", "web_threads", "session_days"):
        row = re.search(rf"^\| `TRETEAU_{name.upper()}` \| ([^|]*) \|", page, re.M)
        assert row is not None, name
        assert row[1].strip() == f"`{fields[name].default}`", name
