"""What safety needs to know of the demonstration's items: tents, stages, power."""

from typing import Any

from lending.catalogue.plugs import Plug

_ALU_40 = 55
"""Kilometres an hour that a gazebo with legs of 40 mm stands."""


def _tent(area_dm2: int, wind_max_kmh: int = _ALU_40) -> dict[str, Any]:
    return {"tent_area_dm2": area_dm2, "can_be_closed": True, "wind_max_kmh": wind_max_kmh}


def _power(watts: int, plug: Plug = Plug.A16) -> dict[str, Any]:
    return {"power_w": watts, "plug": plug}


SAFETY: dict[str, dict[str, Any]] = {
    "BAM-3X3": _tent(900),
    "BAM-345": _tent(1350),
    "BAM-4X4": _tent(1600),
    "BAM-3X6": _tent(1800),
    "VIT-3X3": _tent(900, 70),
    "BAM-MUR": {"can_be_closed": True},
    "TEN-5X12": _tent(6000, 80),
    "CHA-10X20": _tent(20_000, 100),
    "POD-REM": {"deck_area_dm2": 4200, "drop_max_cm": 110},
    "PRA-2X1": {"deck_area_dm2": 200, "drop_max_cm": 100},
    "SON-KIT": _power(2000),
    "VID-PRO": _power(350),
    "PRO-LED": _power(150),
    "GUI-50": _power(500),
    "PER-100": _power(2000),
    "REF-VIT": _power(600),
    "COF-32": {"plug": Plug.A32},
    "COF-63": {"plug": Plug.A63},
}
"""By code; estimates, as the rest of the catalogue."""
