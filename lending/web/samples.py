"""Invented values for the page of widgets; real French words, long ones too, none translated."""

from datetime import UTC, date, datetime, timedelta

from wtforms import (
    BooleanField,
    DateField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # stubs lag behind
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lending.web.widgets import (
    AccountBadge,
    Alternative,
    CalendarDay,
    Conflict,
    HistoryEntry,
    ItemCard,
    ListLine,
    NavEntry,
    Pager,
    RunningList,
    Shell,
    Task,
    Timeline,
    TimelineStep,
    month_of,
)

HERE = "#"
START = datetime(2026, 6, 6, 6, tzinfo=UTC)
END = datetime(2026, 6, 7, 10, tzinfo=UTC)
NOW = datetime(2026, 6, 2, 9, 30, tzinfo=UTC)


class SampleForm(Form):
    """A form with a field of each kind."""

    name = StringField(
        "Nom de la manifestation",
        [InputRequired("Donnez le nom de la manifestation."), Length(max=80)],
        description="Celui que le public lira, par exemple « Fête de la Saint-Jean ».",
    )
    attendance = IntegerField(
        "Public attendu",
        [InputRequired("Indiquez combien de personnes vous attendez."), NumberRange(1)],
    )
    day = DateField("Jour", [InputRequired("Choisissez le jour.")])
    competence = SelectField(
        "De quoi s'agit-il ?",
        choices=[
            SelectChoice("culture", "Culture et spectacles"),
            SelectChoice("sport", "Sport"),
            SelectChoice("social", "Solidarité"),
        ],
    )
    logistics = RadioField(
        "Comment recevez-vous le matériel ?",
        [InputRequired("Choisissez comment vous recevez le matériel.")],
        choices=[
            SelectChoice("pickup", "Nous venons le chercher au dépôt"),
            SelectChoice("delivery", "Livraison sur place"),
            SelectChoice("delivery_setup", "Livraison et montage"),
        ],
    )
    remarks = TextAreaField("Précisions", [Optional()], description="Accès, horaires du gardien…")
    agree = BooleanField(
        "Nous avons lu le règlement de prêt",
        [InputRequired("Lisez le règlement de prêt, puis cochez la case.")],
    )


SHELL = Shell(
    authority_name="Agglomération du Val d'Aubrière",
    navigation=(
        NavEntry("Accueil", HERE, "house"),
        NavEntry("Matériel", HERE, "grid", current=True),
        NavEntry("Vos demandes", HERE, "card-checklist", count=2),
        NavEntry("Votre association", HERE, "people"),
    ),
    account=AccountBadge("Jeanne Le Tallec", "Comité des fêtes de Saint-Aubin", HERE, HERE),
    rules_url=HERE,
    accessibility_url=HERE,
    source_url=HERE,
    contact="Service des fêtes : 02 41 00 00 00",
    demo=True,
)

CARDS = (
    ItemCard(
        1,
        "Chaise coque empilable",
        HERE,
        "chair",
        "Chaises et bancs",
        "Pile de 20",
        "Val d'Aubrière",
        free=840,
        stock=1500,
        quantity=0,
        field_name="quantity-1",
    ),
    ItemCard(
        2,
        "Barrière Vauban 2,00 × 1,10 m",
        HERE,
        "barrier",
        "Barrières",
        "2 m de long, 15 kg",
        "Ville de Saint-Aubin",
        free=80,
        stock=600,
        quantity=120,
        field_name="quantity-2",
        maximum=300,
    ),
    ItemCard(
        3,
        "Table brasserie 220 × 70 cm",
        HERE,
        "table",
        "Tables",
        "20 kg, à deux personnes",
        "Val d'Aubrière",
        free=12,
        stock=200,
        quantity=10,
        field_name="quantity-3",
        note="Plus que quelques-unes pour ces dates",
    ),
    ItemCard(
        4,
        "Tente de réception 5 × 12 m sur remorque",
        HERE,
        "tent",
        "Tentes",
        "60 m²",
        "Val d'Aubrière",
        free=0,
        stock=4,
        field_name="quantity-4",
    ),
    ItemCard(5, "Podium remorque 7 × 6 m", HERE, "stage", "Scènes", "42 m²", stock=2),
)

LIST = RunningList(
    (
        ListLine("Barrière Vauban 2,00 × 1,10 m", 120, HERE, free=80, remove_url=HERE),
        ListLine("Table brasserie 220 × 70 cm", 10, HERE, free=12, remove_url=HERE),
        ListLine("Chaise coque empilable", 80, HERE, free=840, remove_url=HERE),
    ),
    weight_g=2_280_000,
    volume_l=16_800,
    period="sam. 6 juin, 8 h → dim. 7 juin, 12 h",
    continue_url=HERE,
    continue_label="Continuer la demande",
)
EMPTY_LIST = RunningList(())

TASKS = (
    Task(
        "Votre manifestation",
        HERE,
        "done",
        "Fête de la Saint-Jean, 6 et 7 juin, 800 personnes",
    ),
    Task("Le matériel", HERE, "problem", "Il manque 40 barrières"),
    Task("L'attestation d'assurance", HERE, "todo"),
    Task(
        "L'avis du service technique",
        HERE,
        "waiting",
        "Réponse attendue le jeudi 4 juin 2026",
    ),
    Task("Vérifier et envoyer", HERE, "later"),
)

HISTORY = (
    HistoryEntry(
        datetime(2026, 5, 28, 14, 5, tzinfo=UTC),
        "Accord partiel",
        "Service des fêtes",
        "80 barrières sur 120 : le reste est déjà promis au marché nocturne.",
        "part",
        "circle-half",
    ),
    HistoryEntry(
        datetime(2026, 5, 20, 7, tzinfo=UTC),
        "Prise en instruction",
        "Service des fêtes",
        tone="info",
        icon="hourglass-split",
    ),
    HistoryEntry(
        datetime(2026, 5, 1, 19, 42, tzinfo=UTC),
        "Demande envoyée",
        "Jeanne Le Tallec",
        tone="plain",
        icon="send",
    ),
)

_LOCAL_MIDNIGHT = datetime(2026, 6, 2, 22, tzinfo=UTC)


def _step(first_hours: int, last_hours: int, free: int) -> TimelineStep:
    return TimelineStep(
        _LOCAL_MIDNIGHT + timedelta(hours=first_hours),
        _LOCAL_MIDNIGHT + timedelta(hours=last_hours),
        free,
    )


CONFLICT = Conflict(
    "Barrière Vauban 2,00 × 1,10 m",
    "Il manque 40 barrières du samedi 6 juin à 8 h au dimanche 7 juin à 12 h.",
    asked=120,
    free=80,
    explanation=(
        "D'autres demandes, que personne n'a encore décidées, portent sur les mêmes dates. "
        "Si elles n'aboutissent pas, tout sera libre."
    ),
    timeline=Timeline(
        _LOCAL_MIDNIGHT,
        _LOCAL_MIDNIGHT + timedelta(days=8),
        START,
        END,
        (
            _step(0, 40, 420),
            _step(40, 80, 210),
            _step(80, 112, 80),
            _step(112, 140, 300),
            _step(140, 192, 560),
        ),
        600,
        120,
    ),
    alternatives=(
        Alternative(
            "Tout le matériel, une semaine plus tard",
            "Du samedi 13 juin à 8 h au dimanche 14 juin à 12 h, les 120 barrières sont libres.",
            "Prendre ces dates",
            HERE,
            (("start", "2026-06-13T08:00"),),
        ),
        Alternative(
            "40 barrières de 2,50 m en complément",
            "Elles font le même usage ; 160 sont libres à vos dates.",
            "Ajouter ces barrières",
            HERE,
            icon="arrow-left-right",
        ),
        Alternative(
            "80 barrières seulement",
            "La part possible, réservée tout de suite.",
            "Demander 80 barrières",
            HERE,
            icon="pie-chart",
        ),
        Alternative(
            "La liste d'attente",
            "Vous êtes servis dans l'ordre des demandes si du matériel se libère.",
            "S'inscrire sur la liste d'attente",
            HERE,
            icon="list-ol",
        ),
    ),
)


def _day(day: date) -> CalendarDay:
    free = (840, 840, 600, 320, 84, 12, 0)[(day.day * 5 + day.day // 7) % 7]
    return CalendarDay(
        day,
        free,
        900,
        holiday={
            8: "Victoire 1945",
            14: "Ascension",
            25: "Lundi de Pentecôte",
            1: "Fête du Travail",
        }.get(day.day, ""),
        closed=day.day == 15,
        url=HERE,
        selected=day.day in (22, 23, 24),
        note="4 en entretien" if day.day == 27 else "",
    )


MONTH = month_of(
    date(2026, 5, 1),
    {date(2026, 5, number): _day(date(2026, 5, number)) for number in range(1, 32)},
    previous_url=HERE,
    next_url=HERE,
    today=date(2026, 5, 19),
)

INBOX = (
    (
        "late",
        "in_review",
        "Comité des fêtes de Saint-Aubin",
        "Fête de la Saint-Jean",
        "6 juin",
        210,
    ),
    (
        "today",
        "submitted",
        "Les Amis de l'Orgue de Notre-Dame-de-Bonne-Nouvelle",
        "Concert",
        "7 juin",
        84,
    ),
    (
        "soon",
        "incomplete",
        "Union sportive aubriéroise",
        "Tournoi de pétanque",
        "13 juin",
        1_240,
    ),
    ("normal", "waitlisted", "École Jacques-Prévert", "Kermesse", "20 juin", 36),
)

PAGER = Pager(7, 25, 412)
