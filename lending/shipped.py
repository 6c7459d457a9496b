"""Where the files lie that come with the program. Contains no business logic."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def template_folder() -> Path:
    """Return the first of the two places templates/ can lie in: the wheel or the checkout."""
    for candidate in (PACKAGE / "templates", PACKAGE.parent / "templates"):
        if (candidate / "base.html").is_file():
            return candidate
    raise RuntimeError("templates/ is missing: the package was built wrongly")
