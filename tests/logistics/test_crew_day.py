"""A crew on a day: who is there, what they may do, what they drive, and what is lacking."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendars.intervals import Interval
from lending.logistics.means.crew_day import (
    CrewDay,
    Outage,
    Person,
    Presence,
    Rig,
    Team,
    Trouble,
    crew_day,
)
from lending.logistics.means.kinds import Skill, VehicleClass, with_included

DAY = date(2026, 6, 4)
INES = Person(1, "Inès", {Skill.LICENCE_BE: None, Skill.ELECTRICAL: date(2026, 6, 3)})
MARC = Person(2, "Marc", {Skill.LICENCE_B: date(2026, 6, 4)})
VAN = Rig(1, "Fourgon", VehicleClass.LIGHT, Skill.LICENCE_B, 1_100_000, 12_000)
TOWING = replace(
    VAN, trailer_licence=Skill.LICENCE_BE, trailer_payload_g=950_000, trailer_volume_l=4_000
)
CREW = Team(1, "Équipe A", (INES, MARC), VAN)


def there(person: Person, starts: int = 8, ends: int = 16, pause: int = 60) -> Presence:
    start = datetime(2026, 6, 4, starts, tzinfo=UTC)
    end = datetime(2026, 6, 4, ends, tzinfo=UTC)
    return Presence(person, Interval(start, end), timedelta(minutes=pause))


def troubles(found: CrewDay) -> list[Trouble]:
    return [problem.trouble for problem in found.problems]


def test_a_crew_is_those_who_are_there_while_all_are_there() -> None:
    found = crew_day(CREW, DAY, [there(INES, 7, 15), there(MARC, 8, 16, 45)])
    assert (found.size, found.agents) == (2, ("Inès", "Marc"))
    assert found.start == datetime(2026, 6, 4, 8, tzinfo=UTC)
    assert found.end == datetime(2026, 6, 4, 15, tzinfo=UTC)
    assert found.pause == timedelta(hours=1)
    assert (found.vehicle, found.payload_g) == (VAN, 1_100_000)


def test_a_skill_that_ended_the_day_before_does_not_count_and_is_told() -> None:
    found = crew_day(CREW, DAY, [there(INES), there(MARC)])
    assert found.skills == {Skill.LICENCE_B, Skill.LICENCE_B96, Skill.LICENCE_BE}
    assert troubles(found) == [Trouble.EXPIRED]
    assert dict(found.problems[0].data)["day"] == date(2026, 6, 3)


def test_a_skill_counts_on_its_last_day() -> None:
    alone = crew_day(CREW, DAY, [there(MARC)])
    assert (alone.skills, alone.vehicle) == ({Skill.LICENCE_B}, VAN)
    later = crew_day(CREW, DAY + timedelta(days=1), [there(MARC)])
    assert troubles(later) == [Trouble.EXPIRED, Trouble.NO_DRIVER]
    assert (later.vehicle, later.payload_g) == (None, 0)


def test_somebody_who_is_away_is_told() -> None:
    found = crew_day(CREW, DAY, [there(MARC)], absent={INES.id})
    assert troubles(found) == [Trouble.ABSENT]
    assert found.size == 1


def test_a_trailer_goes_out_with_somebody_who_may_tow_and_drive() -> None:
    towing = replace(CREW, vehicle=TOWING)
    fit = replace(INES, skills={Skill.LICENCE_BE: None})
    assert crew_day(towing, DAY, [there(fit)]).payload_g == 2_050_000
    without = crew_day(towing, DAY, [there(MARC)])
    assert (without.payload_g, troubles(without)) == (1_100_000, [Trouble.NO_TOWING])


def test_one_person_holds_both_licences() -> None:
    lorry = replace(TOWING, licence=Skill.LICENCE_C, trailer_licence=Skill.LICENCE_BE)
    driver = Person(3, "Lou", {Skill.LICENCE_C: None})
    tower = Person(1, "Inès", {Skill.LICENCE_BE: None})
    found = crew_day(replace(CREW, vehicle=lorry), DAY, [there(driver), there(tower)])
    assert troubles(found) == [Trouble.NO_TOWING]


def test_a_vehicle_out_of_service_carries_nothing() -> None:
    broken = replace(VAN, outages=(Outage(date(2026, 6, 1), None, "Freins"),))
    found = crew_day(replace(CREW, vehicle=broken), DAY, [there(MARC)])
    assert (found.vehicle, troubles(found)) == (None, [Trouble.OUT_OF_SERVICE])
    before = crew_day(replace(CREW, vehicle=broken), date(2026, 5, 31), [there(MARC)])
    assert before.vehicle == broken


def test_a_vehicle_that_another_crew_takes_is_told() -> None:
    found = crew_day(CREW, DAY, [there(MARC)], taken_by=["Équipe B"])
    assert troubles(found) == [Trouble.SHARED]


def test_shifts_that_do_not_meet_make_no_crew() -> None:
    found = crew_day(CREW, DAY, [there(MARC, 6, 10), there(replace(INES, skills={}), 10, 15)])
    assert (found.start, troubles(found)) == (None, [Trouble.NOT_TOGETHER])


def test_nobody_and_nothing() -> None:
    found = crew_day(CREW, DAY, [])
    assert (found.size, found.start, found.problems) == (0, None, ())
    walking = crew_day(replace(CREW, vehicle=None), DAY, [there(MARC)])
    assert troubles(walking) == [Trouble.NO_VEHICLE]


SKILLS = st.dictionaries(
    st.sampled_from(Skill),
    st.none() | st.dates(date(2026, 6, 1), date(2026, 6, 8)),
)


@given(st.lists(SKILLS, min_size=1, max_size=4), st.sampled_from(sorted(Skill)))
def test_the_crew_may_drive_exactly_when_one_of_them_may_that_day(
    held: list[dict[Skill, date | None]], licence: Skill
) -> None:
    people = [Person(number, f"P{number}", skills) for number, skills in enumerate(held)]
    rig = replace(VAN, licence=licence)
    found = crew_day(replace(CREW, vehicle=rig), DAY, [there(person) for person in people])
    valid = [
        with_included(s for s, last in skills.items() if last is None or last >= DAY)
        for skills in held
    ]
    assert found.skills == frozenset().union(*valid)
    assert (found.vehicle is not None) == any(licence in skills for skills in valid)
    assert (Trouble.NO_DRIVER in troubles(found)) == (found.vehicle is None)
