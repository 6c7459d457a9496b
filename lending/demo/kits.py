"""Kits of the demonstration, and what goes with what."""

from collections.abc import Mapping

from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.catalogue.companions import CompanionRule, set_companions
from lending.catalogue.kits import KitDetails, create_kit
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork

KITS: tuple[tuple[str, str, str, Mapping[str, int]], ...] = (
    (
        "KIT-SCENE-43",
        "Scène 4×3 m avec garde-corps et escalier",
        "Stage 4×3 m with rails and steps",
        {"PRA-2X1": 6, "PRA-GC": 6, "PRA-ESC": 1},
    ),
    (
        "KIT-BARNUM",
        "Barnum 3×3 m lesté",
        "Gazebo 3×3 m with weights",
        {"BAM-3X3": 1, "LES-015": 4},
    ),
    (
        "KIT-TABLEE",
        "Tablée de 8 personnes",
        "Table and benches for eight",
        {"TAB-220": 1, "BAN-220": 2},
    ),
    (
        "KIT-SONO",
        "Sono de fête avec deux micros",
        "Party sound with two microphones",
        {"SON-KIT": 1, "MIC-HF": 2, "RAL-25": 2},
    ),
)
COMPANIONS = (
    ("BAM-3X3", 1, "LES-015", 4, True),
    ("BAM-345", 1, "LES-015", 6, True),
    ("BAM-4X4", 1, "LES-015", 8, True),
    ("BAM-3X6", 1, "LES-015", 8, True),
    ("VIT-3X3", 1, "LES-015", 4, True),
    ("BAM-3X3", 1, "KIT-HAU", 1, False),
    ("BAM-345", 1, "KIT-HAU", 1, False),
    ("BAM-4X4", 1, "KIT-HAU", 1, False),
    ("BAM-3X6", 1, "KIT-HAU", 1, False),
    ("VIT-3X3", 1, "KIT-HAU", 1, False),
    ("TAB-220", 1, "BAN-220", 2, False),
    ("TAB-183", 1, "CHA-PLI", 6, False),
    ("PLA-200", 1, "TRE-PAI", 1, True),
    ("BAR-HER", 1, "PLO-HER", 1, True),
    ("PRA-2X1", 6, "PRA-GC", 6, False),
    ("PRA-2X1", 6, "PRA-ESC", 1, False),
    ("SON-KIT", 1, "RAL-25", 1, False),
)
"""So many of the first take so many of the second; whether it is not safe without."""


def write_kits(uow: UnitOfWork) -> None:
    """Write the kits that a lender owns all parts of, and what goes with what."""
    rows = uow.session.execute(select(Item.authority_id, Item.code, Item.id).order_by(Item.id))
    owned: dict[int, dict[str, int]] = {}
    for authority_id, code, item_id in rows:
        owned.setdefault(authority_id, {})[code] = item_id
    for authority_id, items in owned.items():
        for code, name, name_en, recipe in KITS:
            if recipe.keys() <= items.keys():
                parts = {items[part]: pieces for part, pieces in recipe.items()}
                create_kit(uow, SYSTEM, authority_id, KitDetails(code, name, parts, name_en))
        for code in dict.fromkeys(row[0] for row in COMPANIONS):
            rules = [
                CompanionRule(items[code], items[other], per, pieces, is_required)
                for one, per, other, pieces, is_required in COMPANIONS
                if one == code and code in items and other in items
            ]
            if rules:
                set_companions(uow, SYSTEM, items[code], rules)
