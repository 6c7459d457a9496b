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


@pytest.mark.parametrize(
    ("database_url", "phases", "examples"),
    [("sqlite", "coverage,stateful", 2), ("postgresql", "fuzzing,stateful", 10)],
    indirect=["database_url"],
)
def test_no_request_breaks_what_is_promised(app, cast, served, live, tmp_path, phases, examples):
    approved(live, cast, {cast.chairs: 20})
    submitted(live, cast, {cast.tables: 2})
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)),
        *("run", f"{served}/api/v1/openapi.json", "--checks", "all", "--phases", phases),
        *("--header", f"Authorization: Bearer {token_for(app, cast.administrator)}"),
        *("--max-examples", str(examples), "--generation-database", "none", "--no-color"),
        *("--seed", "20260302"),
    ]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-2000:]
    assert "No issues found" in found.stdout or "passed" in found.stdout
