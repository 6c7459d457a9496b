"""The places, lenders and borrowers of the demonstration: none of them exists."""

from dataclasses import dataclass

from stdnum import luhn

from lending.authorities.models import AuthorityKind, Competence

C = Competence


@dataclass(frozen=True)
class DemoDepot:
    """A depot and when it is open: weekday, from, to, in minutes of the day."""

    code: str
    name: str
    address: str
    position: tuple[float, float]
    hours: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class DemoDepartment:
    """A department, the causes it carries and the families of equipment it keeps."""

    code: str
    name: str
    competences: tuple[Competence, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True)
class DemoAuthority:
    """A lender of the demonstration."""

    code: str
    name: str
    kind: AuthorityKind
    communes: tuple[str, ...]
    departments: tuple[DemoDepartment, ...]
    depots: tuple[DemoDepot, ...]
    siret: str


# Codes of communes begin with the number of a department; there is no department 00.
COMMUNES = {
    "00001": ("Rivemont", "00100"),
    "00002": ("Saint-Aubin-des-Ponts", "00110"),
    "00003": ("La Chapelle-aux-Saules", "00120"),
    "00004": ("Valserre", "00130"),
    "00005": ("Montbrillant", "00140"),
    "00006": ("Les Trois-Moulins", "00150"),
    "00007": ("Belleroche", "00160"),
    "00008": ("Sainte-Foy-la-Plaine", "00170"),
}
CENTRES = {
    "00001": (46.050, -3.020),
    "00002": (46.105, -3.085),
    "00003": (46.012, -3.118),
    "00004": (46.092, -2.948),
    "00005": (46.158, -3.004),
    "00006": (45.984, -2.962),
    "00007": (46.031, -2.871),
    "00008": (45.941, -3.071),
}
"""Where the communes are, in the open sea: nobody lives there."""

_WEEKDAYS = tuple(
    hours for day in range(5) for hours in ((day, 8 * 60, 12 * 60), (day, 13 * 60 + 30, 17 * 60))
)


def siret_of(number: int) -> str:
    """Return a SIRET that adds up; nobody's begins with so many zeros."""
    siren = f"{number:08d}"
    siren += luhn.calc_check_digit(siren)
    return f"{siren}0001" + luhn.calc_check_digit(f"{siren}0001")


AGGLOMERATION = DemoAuthority(
    code="trois-rives",
    name="Agglomération fictive des Trois-Rives",
    kind=AuthorityKind.AGGLOMERATION,
    communes=tuple(COMMUNES),
    departments=(
        DemoDepartment(
            "evenementiel",
            "Événementiel et logistique",
            (C.LOCAL_LIFE, C.ECONOMY),
            ("tentes", "barrieres", "mobilier", "exposition", "vaisselle"),
        ),
        DemoDepartment(
            "culture", "Régie culturelle", (C.CULTURE, C.HERITAGE), ("scene", "son", "image")
        ),
        DemoDepartment("sports", "Sports et jeunesse", (C.SPORT, C.YOUTH), ("gradins",)),
        DemoDepartment(
            "cadre-de-vie",
            "Cadre de vie",
            (C.ENVIRONMENT, C.SOCIAL),
            ("electricite", "proprete", "voirie"),
        ),
    ),
    depots=(
        DemoDepot(
            "nord", "Dépôt Nord", "12 rue des Ateliers, Valserre", (46.088, -2.961), _WEEKDAYS
        ),
        DemoDepot(
            "rives", "Halle des Rives", "3 quai du Halage, Rivemont", (46.046, -3.008), _WEEKDAYS
        ),
    ),
    siret=siret_of(1),
)

TOWN = DemoAuthority(
    code="rivemont",
    name="Ville fictive de Rivemont",
    kind=AuthorityKind.TOWN,
    communes=("00001",),
    departments=(
        DemoDepartment(
            "vie-associative",
            "Vie associative",
            (C.LOCAL_LIFE, C.SOCIAL, C.YOUTH, C.SPORT),
            ("mobilier", "vaisselle", "exposition", "barrieres", "tentes"),
        ),
        DemoDepartment(
            "fetes",
            "Fêtes et cérémonies",
            (C.CULTURE, C.HERITAGE, C.ECONOMY, C.ENVIRONMENT),
            ("scene", "son", "image", "electricite", "proprete", "voirie", "gradins"),
        ),
    ),
    depots=(
        DemoDepot(
            "municipal",
            "Magasin municipal",
            "45 avenue de la Gare, Rivemont",
            (46.057, -3.033),
            (*_WEEKDAYS, (5, 9 * 60, 12 * 60)),
        ),
    ),
    siret=siret_of(2),
)

AUTHORITIES = (AGGLOMERATION, TOWN)

# name, commune, cause, what its events are called, how large they are (1 small to 3 large)
ASSOCIATIONS: tuple[tuple[str, str, Competence, tuple[str, ...], int], ...] = (
    ("Les Lampions de Rivemont", "00001", C.CULTURE, ("Festival des Lampions", "Bal d'été"), 3),
    ("Comité des fêtes de Rivemont", "00001", C.LOCAL_LIFE, ("Fête de la ville", "14 Juillet"), 3),
    ("Jazz sur le Quai", "00001", C.CULTURE, ("Jazz sur le Quai",), 2),
    ("Amicale du quartier des Tanneurs", "00001", C.LOCAL_LIFE, ("Repas de quartier",), 1),
    ("Rivemont Handball Club", "00001", C.SPORT, ("Tournoi de Pâques", "Fête du club"), 2),
    ("Parents de l'école des Tilleuls", "00001", C.YOUTH, ("Kermesse de l'école",), 1),
    ("Chorale Voix d'Eau", "00001", C.CULTURE, ("Concert de printemps", "Concert de Noël"), 1),
    ("Les Jardins Partagés du Quai", "00001", C.ENVIRONMENT, ("Troc de plantes",), 1),
    ("Secours aux Voisins", "00001", C.SOCIAL, ("Grande collecte", "Noël solidaire"), 2),
    ("Théâtre du Bateau Ivre", "00001", C.CULTURE, ("Scènes au fil de l'eau",), 2),
    ("Union cycliste des Trois-Rives", "00002", C.SPORT, ("Course des Trois-Rives",), 2),
    ("Comité des fêtes de Saint-Aubin", "00002", C.LOCAL_LIFE, ("Fête de la Saint-Aubin",), 2),
    ("Patrimoine des Ponts", "00002", C.HERITAGE, ("Journées des vieux ponts",), 1),
    ("École de cirque La Roulotte", "00002", C.YOUTH, ("Sous le chapiteau",), 2),
    ("Les Saules en Fête", "00003", C.LOCAL_LIFE, ("Fête des Saules", "Vide-grenier"), 2),
    ("Rando Saules", "00003", C.SPORT, ("Randonnée gourmande",), 1),
    ("Foyer rural de la Chapelle", "00003", C.LOCAL_LIFE, ("Soirée théâtre", "Loto"), 1),
    ("Amis de la Chapelle", "00003", C.HERITAGE, ("Nuit de la chapelle",), 1),
    ("Valserre Rock", "00004", C.CULTURE, ("Valserre Rock Festival",), 3),
    ("Football Club de Valserre", "00004", C.SPORT, ("Tournoi des jeunes",), 2),
    ("Association des commerçants de Valserre", "00004", C.ECONOMY, ("Marché de Noël",), 3),
    ("Ludothèque Mille Dés", "00004", C.YOUTH, ("Fête du jeu",), 1),
    ("Croix des Champs", "00004", C.SOCIAL, ("Bourse aux vêtements",), 1),
    ("Montbrillant en Scène", "00005", C.CULTURE, ("Rencontres de théâtre",), 2),
    ("Les Vignes de Montbrillant", "00005", C.ECONOMY, ("Fête des vendanges",), 2),
    ("Club des aînés de Montbrillant", "00005", C.SOCIAL, ("Banquet des aînés",), 1),
    ("Judo Montbrillant", "00005", C.SPORT, ("Challenge de judo",), 1),
    ("Trois-Moulins Nature", "00006", C.ENVIRONMENT, ("Fête de la rivière",), 1),
    ("Fanfare des Moulins", "00006", C.CULTURE, ("Fanfares en fête",), 2),
    ("Comité des fêtes des Trois-Moulins", "00006", C.LOCAL_LIFE, ("Fête des Moulins",), 2),
    ("Moto-club des Moulins", "00006", C.SPORT, ("Rassemblement de printemps",), 2),
    ("Belleroche Escalade", "00007", C.SPORT, ("Open de bloc",), 1),
    ("Les Médiévales de Belleroche", "00007", C.HERITAGE, ("Les Médiévales",), 3),
    ("Parents d'élèves de Belleroche", "00007", C.YOUTH, ("Fête de fin d'année",), 1),
    ("Cinéma de plein air", "00007", C.CULTURE, ("Toiles d'été",), 1),
    ("La Plaine en Couleurs", "00008", C.CULTURE, ("Festival de peinture",), 1),
    ("Solidarité Plaine", "00008", C.SOCIAL, ("Journée des familles",), 1),
    ("Hippique de la Plaine", "00008", C.SPORT, ("Concours de la Plaine",), 2),
    ("Comice agricole de la Plaine", "00008", C.ECONOMY, ("Comice agricole",), 3),
    ("Radio des Rives", "00008", C.CULTURE, ("La Nuit de la radio",), 2),
    ("Les Nouveaux Voisins", "00002", C.SOCIAL, ("Pique-nique des voisins",), 1),
)

UNVERIFIED = ("Les Nouveaux Voisins", "La Plaine en Couleurs")
"""Associations that the front desk has yet to check."""

WITH_LETTERS = "Fanfare des Moulins"
"""Was declared overseas: its RNA number has a letter, which not every format knows."""
WITHOUT_SIRET = frozenset(
    ("Rando Saules", "Croix des Champs", "Amicale du quartier des Tanneurs", "Judo Montbrillant")
)
