"""In continuous integration a test that does not run is a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PLANTED = {
    "conftest.py": "from tests.conftest import pytest_configure\n",
    "test_one.py": """
import pytest

@pytest.mark.skip
def test_skipped(): pass

def test_skipped_while_running(): pytest.skip("no browser")

@pytest.mark.xfail
def test_expected_to_fail(): assert False

def test_that_runs(): pass
""",
    "test_two.py": "import pytest\npytest.importorskip('no_such_module')\n",
}


OPTIONS = ["-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"]


@pytest.mark.parametrize(
    ("ci", "summary", "fails"),
    [
        ("true", "2 failed, 1 passed, 2 errors", True),
        ("", "1 passed, 3 skipped, 1 xfailed", False),
    ],
    ids=["in CI", "elsewhere"],
)
def test_what_is_passed_over_fails_in_ci_only(
    ci: str, summary: str, fails: bool, tmp_path: Path
) -> None:
    for name, source in PLANTED.items():
        (tmp_path / name).write_text(source)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, tmp_path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CI": ci},
        check=False,
    )
    assert summary in run.stdout, run.stdout + run.stderr
    assert (run.returncode != 0) is fails
