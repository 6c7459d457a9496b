"""Schemathesis reads the description and tries to catch the running application out.

All its checks are on. The phase that walks through every constraint of the description is about
parsing, which no database takes part in: it runs on SQLite alone.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.conftest import token_for
from tests.factories import approved, submitted

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


OF_LOANS = "^/(bookings|items|organisations)"
"""The paths of half of the operations: two workers share them."""


@pytest.mark.parametrize(
    ("database_url", "phases", "examples", "paths"),
    [
        ("sqlite", "coverage", 2, ("--include-path-regex", OF_LOANS)),
        ("sqlite", "coverage", 2, ("--exclude-path-regex", OF_LOANS)),
        ("postgresql", "fuzzing,stateful", 10, ()),
    ],
    indirect=["database_url"],
)
def test_no_request_breaks_what_is_promised(
    app, cast, served, live, tmp_path, phases, examples, paths
):
    approved(live, cast, {cast.chairs: 20})
    submitted(live, cast, {cast.tables: 2})
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)),
        *("run", f"{served}/api/v1/openapi.json", "--checks", "all", "--phases", phases),
        *("--header", f"Authorization: Bearer {token_for(app, cast.administrator)}"),
        *("--max-examples", str(examples), "--generation-database", "none", "--no-color"),
        *("--seed", "20260302", *paths),
    ]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=1500)
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-2000:]
    assert "No issues found" in found.stdout or "passed" in found.stdout
