"""What one authority lends in place of what was asked of another."""

from hypothesis import given
from hypothesis import strategies as st

from lending.equity.routing.mapping import Asked, Likeness, Thing, carry_over

CHAIR = Thing(1, "CHA-PLI", "Chaise pliante", 1, "chair", 100)
SHELL = Thing(11, "CHA-COQ", "Chaise coque", 1, "chair", 50)
BENCH = Thing(12, "BAN-2M", "Banc de 2 m", 1, "", 30)
BARRIER = Thing(2, "BAR-VAU", "Barrière Vauban 2 m", 3, "", 60)
OTHER_BARRIERS = Thing(13, "BAR-10", "Barrières de police", 3, "", 200)


def test_the_group_comes_first_and_the_largest_stock_in_it() -> None:
    more = Thing(14, "CHA-BOIS", "Chaise en bois", 1, "chair", 80)
    over = carry_over([Asked(CHAIR, 100)], [SHELL, more, BENCH])
    assert [(part.item_id, part.quantity) for part in over.carried] == [(14, 80), (11, 20)]
    assert {part.likeness for part in over.carried} == {Likeness.GROUP}
    assert over.left_out == ()


def test_without_a_group_the_same_code_stands_in() -> None:
    same = Thing(15, "bar-vau", "Séparateur", 9, "", 10)
    (part,) = carry_over([Asked(BARRIER, 4)], [OTHER_BARRIERS, same]).carried
    assert (part.item_id, part.likeness) == (15, Likeness.CODE)


def test_without_a_code_the_same_family_and_a_shared_word_stand_in() -> None:
    (part,) = carry_over([Asked(BARRIER, 40)], [OTHER_BARRIERS, SHELL]).carried
    assert (part.item_id, part.quantity, part.likeness) == (13, 40, Likeness.NAME)


def test_a_number_or_a_short_word_shared_says_nothing() -> None:
    over = carry_over([Asked(BENCH, 5)], [Thing(16, "PRA", "Podium de 2 m", 1, "", 40)])
    assert over.carried == ()
    assert [(left.name, left.quantity) for left in over.left_out] == [("Banc de 2 m", 5)]


def test_what_is_more_than_the_stock_or_the_limit_is_left_out_in_figures() -> None:
    limited = Thing(17, "CHA", "Chaise", 1, "chair", 500, limit=60)
    over = carry_over([Asked(CHAIR, 100)], [limited])
    assert over.totals == {17: 60}
    assert [left.quantity for left in over.left_out] == [40]


NAMES = st.sampled_from(["Chaise pliante", "Chaise coque", "Table ronde", "Banc", "Tente 3x3"])


def _things(ids: st.SearchStrategy[int]) -> st.SearchStrategy[Thing]:
    return st.builds(
        Thing,
        id=ids,
        code=st.sampled_from(["A", "a", "B", "C"]),
        name=NAMES,
        category_id=st.integers(1, 3),
        group=st.sampled_from(["", "chair", "table"]),
        stock=st.integers(-5, 60),
        limit=st.none() | st.integers(1, 40),
    )


ASKED = st.lists(
    st.builds(Asked, _things(st.integers(1, 50)), st.integers(1, 90)),
    unique_by=lambda asked: asked.thing.id,
    max_size=6,
)
OFFERED = st.lists(_things(st.integers(100, 150)), unique_by=lambda thing: thing.id, max_size=8)


@given(ASKED, OFFERED)
def test_every_piece_is_carried_once_or_told(asked: list[Asked], offered: list[Thing]) -> None:
    over = carry_over(asked, offered)
    for one in asked:
        carried = sum(p.quantity for p in over.carried if p.asked_id == one.thing.id)
        left = sum(p.quantity for p in over.left_out if p.item_id == one.thing.id)
        assert carried + left == one.quantity


@given(ASKED, OFFERED)
def test_nothing_is_asked_beyond_what_there_is(asked: list[Asked], offered: list[Thing]) -> None:
    room = {thing.id: thing.most for thing in offered}
    for item_id, quantity in carry_over(asked, offered).totals.items():
        assert 0 < quantity <= room[item_id]


@given(ASKED, OFFERED)
def test_what_stands_in_is_alike_in_the_way_it_says(
    asked: list[Asked], offered: list[Thing]
) -> None:
    wanted = {one.thing.id: one.thing for one in asked}
    lent = {thing.id: thing for thing in offered}
    for part in carry_over(asked, offered).carried:
        one, other = wanted[part.asked_id], lent[part.item_id]
        match part.likeness:
            case Likeness.GROUP:
                assert one.group == other.group != ""
            case Likeness.CODE:
                assert one.code.casefold() == other.code.casefold()
            case Likeness.NAME:
                assert one.category_id == other.category_id


@given(ASKED, OFFERED, st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_given_does_not_matter(
    asked: list[Asked], offered: list[Thing], chance: object
) -> None:
    expected = carry_over(asked, offered)
    chance.shuffle(asked)  # type: ignore[attr-defined]
    chance.shuffle(offered)  # type: ignore[attr-defined]
    assert carry_over(asked, offered) == expected
