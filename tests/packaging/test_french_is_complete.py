"""French is whole: each text of the sources has its translation, with the same placeholders."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
FRENCH = ROOT / "lending" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}")
Id = str | tuple[str | None, str]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Extract the texts of the sources, as `make texts` does."""
    template = tmp_path_factory.mktemp("texts") / "messages.pot"
    command = ["make", "--no-print-directory", "-s", "extract", f"POT={template}"]
    subprocess.run([*command, f"BIN={Path(sys.executable).parent}"], cwd=ROOT, check=True)
    with template.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def french() -> Catalog:
    """Read the French catalogue."""
    with FRENCH.open("rb") as file:
        return read_po(file, locale="fr")


def texts(catalog: Catalog) -> set[tuple[str, ...]]:
    """Return every text with its context and, if it has one, its plural."""
    return {(message.context or "", *_forms(message.id)) for message in catalog if message.id}


def _forms(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def placeholders(text: str) -> list[str]:
    """Return what is filled into a text, in any order."""
    return sorted(PLACEHOLDER.findall(text))


def test_the_catalogue_holds_the_texts_of_the_sources_and_no_others(
    written: Catalog, french: Catalog
) -> None:
    assert texts(written) - texts(french) == set(), "not in the catalogue: run `make texts`"
    assert texts(french) - texts(written) == set(), "no longer used: run `make texts`"


def test_every_text_is_translated_and_none_is_doubtful(french: Catalog) -> None:
    missing = [m.id for m in french if m.id and not all(_forms(m.string) or [""])]
    assert missing == []
    assert [message.id for message in french if message.id and message.fuzzy] == []


def test_translations_fill_in_the_same_values(french: Catalog) -> None:
    differing = [message.id for message in french if message.id and not _same_values(message)]
    assert differing == []


def _same_values(message: Message) -> bool:
    """Compare placeholders; a plural text may leave the number out where it says "one"."""
    wanted = [placeholders(form) for form in _forms(message.id)]
    found = [placeholders(form) for form in _forms(message.string)]
    return all(form in wanted for form in found) and wanted[-1] == found[-1]
