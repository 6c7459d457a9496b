"""`treteau plan-benchmark` measures the planner on instances in Solomon's format."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from lending.cli_planning import plan_benchmark
from lending.errors import InvalidInput

SQUARE = """SQUARE

VEHICLE
NUMBER     CAPACITY
  2           10

CUSTOMER
CUST NO.   XCOORD.   YCOORD.   DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0       0         0         0        0            1000       0
    1       0         10        4        0            900        10
    2       10        10        4        0            900        10
    3       10        0         2        0            900        10
    4       -10       0         10       0            900        10
    5       -10       10        11       0            900        10
"""


def test_it_prints_distance_routes_and_what_is_left_over(tmp_path: Path) -> None:
    file = tmp_path / "square.txt"
    file.write_text(SQUARE)
    found = CliRunner().invoke(
        plan_benchmark, [str(file), "--seconds", "0.2", "--seed", "3"], catch_exceptions=False
    )
    # the square of side 10, there and back to the fourth; the fifth is more than a van holds
    assert found.output.splitlines()[:3] == ["distance\t60.0", "routes\t2", "unserved\t1"]
    assert found.exit_code == 0


def test_it_refuses_another_format(tmp_path: Path) -> None:
    file = tmp_path / "other.txt"
    file.write_text("NAME : A-n32-k5\nDIMENSION : 32\n")
    with pytest.raises(InvalidInput):
        CliRunner().invoke(plan_benchmark, [str(file)], catch_exceptions=False)
