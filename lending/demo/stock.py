"""Which of the catalogue's items each lender of the demonstration owns, and how it lends them."""

import csv
from dataclasses import dataclass
from importlib.resources import files

from lending.skills import Skill, read_skills

HALF_DAY = 12 * 60
DAY = 24 * 60


@dataclass(frozen=True)
class DemoCategory:
    """A family of equipment: its item codes begin with one of the prefixes."""

    code: str
    name: str
    name_en: str
    pictogram: str
    prefixes: tuple[str, ...]
    turnaround_minutes: int
    preparation_minutes: int = 120


CATEGORIES = (
    DemoCategory(
        "mobilier",
        "Tables, bancs et chaises",
        "Tables, benches and chairs",
        "table",
        ("CHA-COQ", "CHA-PLI", "BAN", "TAB", "PLA", "TRE", "MAN"),
        HALF_DAY,
    ),
    DemoCategory(
        "tentes",
        "Tentes et barnums",
        "Tents and gazebos",
        "tent",
        ("BAM", "VIT", "LES", "KIT", "TEN", "CHA-10X20", "CHL"),
        2 * DAY,
        240,
    ),
    DemoCategory("barrieres", "Barrières", "Barriers", "barrier", ("BAR", "PLO"), HALF_DAY),
    DemoCategory(
        "scene", "Scènes et praticables", "Stages", "stage", ("POD-REM", "PRA", "TAP"), DAY, 240
    ),
    DemoCategory(
        "gradins", "Gradins et sport", "Stands and sport", "sport", ("TRI", "POD-123"), DAY
    ),
    DemoCategory("son", "Sonorisation", "Sound", "sound", ("SON", "MIC", "PUP"), HALF_DAY),
    DemoCategory("image", "Image", "Video", "video", ("VID", "ECR"), HALF_DAY),
    DemoCategory(
        "electricite",
        "Électricité et éclairage",
        "Power and lighting",
        "electricity",
        ("COF", "RAL", "PAS", "GRO", "GUI", "PRO", "CHA-AIR"),
        HALF_DAY,
    ),
    DemoCategory(
        "exposition", "Exposition", "Exhibition", "exhibition", ("GRI", "PAN-EXP", "URN"), HALF_DAY
    ),
    DemoCategory(
        "voirie",
        "Voirie et signalisation",
        "Roads and signs",
        "sign",
        ("GBA", "PAN-B6"),
        HALF_DAY,
    ),
    DemoCategory(
        "vaisselle",
        "Vaisselle et buvette",
        "Crockery and bar",
        "crockery",
        ("GOB", "VAI", "PER", "REF"),
        DAY,
    ),
    DemoCategory("proprete", "Propreté", "Waste and toilets", "waste", ("POU", "TOI"), DAY),
)

SHARED = {
    "CHA-COQ": 0.3,
    "CHA-PLI": 0.4,
    "TAB-220": 0.3,
    "TAB-183": 0.4,
    "BAN-220": 0.3,
    "BAR-200": 0.25,
    "BAM-3X3": 0.3,
    "GRI-EXP": 0.4,
    "LES-015": 0.3,
    "RAL-25": 0.4,
    "GOB-200": 0.5,
}
"""Items that both lenders own, and the part of the stock that the town has."""

TOWN_ONLY = {
    "TAB-090",
    "PLA-200",
    "TRE-PAI",
    "MAN-DEB",
    "PUP-001",
    "SON-BAT",
    "PER-100",
    "VAI-050",
    "URN-ISO",
    "ECR-PIE",
    "VID-PRO",
    "POD-123",
}

GROUPS = {
    "CHA-COQ": "chaises",
    "CHA-PLI": "chaises",
    "TAB-220": "tables",
    "TAB-183": "tables",
    "PLA-200": "tables",
    "BAR-200": "barrieres",
    "BAR-250": "barrieres",
    "BAM-3X3": "abris-9",
    "VIT-3X3": "abris-9",
    "BAM-345": "abris-9",
    "BAM-4X4": "abris-16",
    "BAM-3X6": "abris-16",
    "SON-BAT": "sono",
    "SON-KIT": "sono",
    "GRI-EXP": "grilles",
    "PAN-EXP": "grilles",
}
"""Items that can stand in for each other; the others only for the same item elsewhere."""

USUAL_NAMES = {
    "CHA-COQ": "siège, chaise plastique",
    "CHA-PLI": "siège",
    "BAN-220": "banc de kermesse",
    "TAB-220": "table de kermesse, table bois",
    "TAB-183": "table rectangulaire, buffet",
    "MAN-DEB": "table haute",
    "BAR-200": "barrière de police, barrière de ville",
    "BAR-250": "barrière de police, barrière de ville",
    "BAR-HER": "grillage, clôture de chantier",
    "BAM-3X3": "tente pliante, tonnelle, stand",
    "BAM-345": "tente pliante, tonnelle, stand",
    "BAM-4X4": "tente pliante, tonnelle",
    "BAM-3X6": "tente pliante, tonnelle",
    "VIT-3X3": "tente pliante, tonnelle, stand",
    "TEN-5X12": "marabout, tente de réception",
    "CHA-10X20": "chapiteau",
    "POD-REM": "scène mobile, estrade",
    "PRA-2X1": "estrade, scène",
    "TRI-012": "tribune",
    "SON-BAT": "enceinte, haut-parleur",
    "SON-KIT": "enceintes, sonorisation",
    "MIC-HF": "micro sans fil",
    "VID-PRO": "projecteur, rétroprojecteur",
    "COF-32": "armoire électrique, prise de courant",
    "COF-63": "armoire électrique",
    "GRO-6": "groupe, générateur",
    "GUI-50": "guirlande lumineuse, ampoules",
    "CHA-AIR": "chauffage",
    "GOB-200": "verres, écocups",
    "VAI-050": "assiettes, couverts",
    "PER-100": "cafetière",
    "REF-VIT": "frigo",
    "POU-SAC": "poubelle",
    "TOI-SEC": "WC, sanitaires",
    "URN-ISO": "cabine de vote",
    "TRE-PAI": "tréteau",
    "GBA-200": "bloc béton, plot",
}


@dataclass(frozen=True)
class DemoItem:
    """One row of the catalogue."""

    code: str
    name: str
    name_en: str
    weight_g: int
    volume_l: int
    quantity: int
    replacement_value_cents: int
    setup_seconds: int
    min_crew: int
    skills: frozenset[Skill]

    @property
    def category(self) -> DemoCategory:
        """Return the family whose prefix fits the code best."""
        fitting = [
            (len(prefix), category.code)
            for category in CATEGORIES
            for prefix in category.prefixes
            if self.code.startswith(prefix)
        ]
        best = max(fitting)[1]
        return next(category for category in CATEGORIES if category.code == best)


def items() -> list[DemoItem]:
    """Return the catalogue's rows."""
    text = (files("lending.demo") / "data" / "catalogue.csv").read_text(encoding="utf-8")
    return [
        DemoItem(
            code=row["code"],
            name=row["name_fr"],
            name_en=row["name_en"][:1].upper() + row["name_en"][1:],
            weight_g=round(float(row["weight_kg"]) * 1000),
            volume_l=round(float(row["volume_m3"]) * 1000),
            quantity=int(row["typical_quantity"]),
            replacement_value_cents=round(float(row["replacement_eur"]) * 100),
            setup_seconds=round(float(row["setup_person_minutes"]) * 60),
            min_crew=int(row["min_crew"]),
            skills=read_skills(row["skills"]),
        )
        for row in csv.DictReader(text.splitlines())
    ]


def shares(item: DemoItem) -> dict[str, int]:
    """Return how many pieces each lender owns, by the lender's code."""
    if item.code in TOWN_ONLY:
        return {"rivemont": item.quantity}
    part = round(item.quantity * SHARED.get(item.code, 0))
    return {"trois-rives": item.quantity - part} | ({"rivemont": part} if part else {})
