"""setup.cfg names every package of the tree, and none that is not there.

A forgotten one would be left out of the wheel without a word.
"""

from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TREES = ("calendars", "lending")


def listed() -> list[str]:
    """Return the packages that setup.cfg names."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config["options"]["packages"].split()


def present(root: Path) -> set[str]:
    """Return the folders below a root that hold Python modules, as dotted names."""
    modules = (path for tree in TREES for path in (root / tree).rglob("*.py"))
    return {".".join(path.parent.relative_to(root).parts) for path in modules}


def test_setup_cfg_lists_every_package_and_the_templates() -> None:
    assert sorted(listed()) == sorted(present(ROOT) | {"lending.templates"})


def test_a_forgotten_package_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "lending" / "web" / "forgotten").mkdir(parents=True)
    (tmp_path / "lending" / "web" / "forgotten" / "views.py").touch()
    assert present(tmp_path) - set(listed()) == {"lending.web.forgotten"}


def test_every_package_has_an_init_module() -> None:
    missing = [
        name
        for name in present(ROOT)
        if not (ROOT / name.replace(".", "/") / "__init__.py").is_file()
    ]
    assert missing == []
