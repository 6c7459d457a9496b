"""Laws: whatever comes when, nothing is lost, nothing goes twice, and nobody is flooded."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lending.notifications.grouping import MOST, WITHIN, Gone, Waiting, arrange
from lending.notifications.kinds import Family

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
FAMILIES = (Family.DUTIES, Family.LOANS)

messages = st.lists(
    st.tuples(
        st.integers(0, 300),  # minutes after the start
        st.sampled_from(("person:1", "person:2")),
        st.sampled_from(FAMILIES),
        st.integers(0, 20).map(lambda chance: chance == 0),  # goes alone, seldom
    ),
    max_size=60,
)


def play(arriving: list[tuple[int, str, Family, bool]]) -> list[tuple[datetime, Gone, tuple]]:
    """Arrange what arrives minute by minute; return the mails that left, with their messages."""
    due = {
        number: (START + timedelta(minutes=minute), Waiting(number, recipient, family, alone))
        for number, (minute, recipient, family, alone) in enumerate(arriving)
    }
    gone: list[tuple[datetime, Gone, tuple]] = []
    now = START
    while due:
        waiting = [each for at, each in due.values() if at <= now]
        mails = arrange(waiting, [mail for _, mail, _ in gone], now)
        told = {each.id: each for each in waiting}
        placed = [*mails.alone, *mails.held, *(i for group in mails.together for i in group.ids)]
        assert sorted(placed) == sorted(told), "each message stands in exactly one place"
        for number in mails.alone:
            each = told[number]
            if not each.goes_alone:
                gone.append((now, Gone(each.recipient, each.family, now), (number,)))
            due.pop(number)
        for group in mails.together:
            assert group.family is not None
            mail = Gone(group.recipient, group.family, now, is_digest=True)
            gone.append((now, mail, group.ids))
            for number in group.ids:
                due.pop(number)
        for number, until in mails.held.items():
            assert now < until <= now + WITHIN
            due[number] = (until, due[number][1])
        now += timedelta(minutes=1)
        assert now < START + timedelta(hours=12), "everything leaves in time"
    return gone


@given(messages)
def test_nothing_is_lost_nothing_goes_twice_and_nobody_is_flooded(arriving):
    gone = play(arriving)
    told = Counter(number for _, _, ids in gone for number in ids)
    ordinary = [number for number, (_, _, _, alone) in enumerate(arriving) if not alone]
    assert sorted(told) == ordinary
    assert set(told.values()) <= {1}
    for at, mail, _ in gone:
        beside = [
            other
            for when, other, _ in gone
            if (other.recipient, other.family) == (mail.recipient, mail.family)
            and at <= when < at + WITHIN
        ]
        assert len(beside) <= MOST + 1


def test_few_messages_go_alone_and_many_go_together():
    few = [Waiting(number, "person:1", Family.DUTIES) for number in range(MOST)]
    assert arrange(few, [], START).alone == list(range(MOST))
    many = [*few, Waiting(MOST, "person:1", Family.DUTIES)]
    mails = arrange(many, [], START)
    assert (mails.alone, [group.ids for group in mails.together]) == ([], [tuple(range(MOST + 1))])


def test_a_mail_of_the_day_has_everything_of_all_families():
    waiting = [
        Waiting(1, "person:1", Family.DUTIES, is_daily=True),
        Waiting(2, "person:1", Family.LOANS, is_daily=True),
        Waiting(3, "person:2", Family.LOANS, is_daily=True),
    ]
    mails = arrange(waiting, [], START)
    assert (mails.alone, [group.ids for group in mails.together]) == ([3], [(1, 2)])


def test_what_the_law_wants_to_be_told_goes_alone_in_any_flood():
    waiting = [Waiting(n, "person:1", Family.REQUESTS, goes_alone=n == 3) for n in range(MOST + 2)]
    assert arrange(waiting, [], START).alone == [3]
