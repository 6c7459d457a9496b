"""What holds for every round, whatever is asked."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lending.equity.allocation.checking import faults
from lending.equity.allocation.deciding import decide
from lending.equity.allocation.values import (
    Limit,
    Outcome,
    Part,
    Request,
    Stock,
    Want,
    commitment,
    ticket,
)
from tests.equity.allocation.naive import naive_units
from tests.equity.allocation.strategies import rounds, stocks

seeds = st.sampled_from(["mairie", "trois-rives", "2026"])


def units(outcome: Outcome) -> dict[str, list[int]]:
    """Return what is granted, without the reasons."""
    return {key: [grant.units for grant in grants] for key, grants in outcome.grants.items()}


@given(stocks(), rounds(), seeds)
def test_no_outcome_breaks_the_rule(stock, requests, seed) -> None:
    assert faults(stock, requests, seed, decide(stock, requests, seed)) == []


@given(stocks(), rounds(whole=False), seeds)
def test_shares_are_those_of_raising_everybody_piece_by_piece(stock, requests, seed) -> None:
    assert units(decide(stock, requests, seed)) == naive_units(stock, requests, seed)


@given(stocks(), rounds(), seeds, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(stock, requests, seed, random) -> None:
    mixed, shelves = list(requests), list(stock)
    random.shuffle(mixed)
    random.shuffle(shelves)
    assert decide(shelves, mixed, seed) == decide(stock, requests, seed)


@given(stocks(), rounds(ranks=3), seeds)
def test_who_comes_first_does_not_see_who_comes_after(stock, requests, seed) -> None:
    first = tuple(request for request in requests if request.rank == 1)
    alone = units(decide(stock, first, seed))
    together = units(decide(stock, requests, seed))
    assert {key: together[key] for key in alone} == alone


@given(
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 2)), min_size=1, max_size=6),
    seeds,
)
def test_at_one_moment_everybody_gets_the_share_or_what_is_asked_if_that_is_less(
    pieces, asked, seed
) -> None:
    requests = [
        Request(f"R{n}", f"O{n}", 1, served, (Want(quantity, (Part(1, 0, 5),)),))
        for n, (quantity, served) in enumerate(asked)
    ]
    outcome = units(decide([Stock(1, pieces)], requests, seed))
    granted = [outcome[f"R{n}"][0] for n in range(len(asked))]
    assert sum(granted) == min(pieces, sum(quantity for quantity, _ in asked))
    short = [
        (served, got)
        for got, (quantity, served) in zip(granted, asked, strict=True)
        if got < quantity
    ]
    for served, got in short:
        assert max(granted) <= got + 1
        # The odd pieces go to the least served.
        assert all(got >= others for more, others in short if more > served)


@given(stocks(), rounds(whole=False, ranks=1, kits=False), seeds, st.sampled_from([1, 2, 3]))
def test_one_more_piece_never_lowers_the_share_that_everybody_has(
    stock, requests, seed, item
) -> None:
    """The share: the largest number up to which everybody gets what is asked of the item."""

    def share(shelves: tuple[Stock, ...]) -> int:
        outcome = decide(shelves, requests, seed)
        short = [
            grant.units
            for request in requests
            for want, grant in zip(request.wants, outcome.grants[request.key], strict=True)
            if want.parts[0].item_id == item and grant.units < want.units
        ]
        return min(short, default=99)

    richer = tuple(
        replace(each, pieces=each.pieces + 1) if each.item_id == item else each for each in stock
    )
    assert share(richer) >= share(stock)


@given(
    st.integers(1, 30),
    st.lists(st.integers(1, 20), min_size=1, max_size=5),
    st.integers(2, 20),
    st.integers(1, 19),
    seeds,
)
def test_splitting_a_request_gains_nothing(pieces, others, mine, cut, seed) -> None:
    cut = min(cut, mine - 1)

    def received(parts: list[int]) -> int:
        requests = [
            Request(f"R{n}", f"O{n}", 1, 0, (Want(quantity, (Part(1, 0, 5),)),))
            for n, quantity in enumerate(others)
        ] + [
            Request(f"M{n}", "me", 1, 0, (Want(quantity, (Part(1, 0, 5),)),))
            for n, quantity in enumerate(parts)
        ]
        outcome = decide([Stock(1, pieces)], requests, seed)
        return sum(outcome.grants[f"M{n}"][0].units for n in range(len(parts)))

    assert received([cut, mine - cut]) <= received([mine])


def test_the_lot_can_be_drawn_again_with_any_tool() -> None:
    # printf %s 'mairie:W491001234' | sha256sum
    drawn = "137e6457e60499ac66b6600a5c4c7aa3d1f177bf134697132a15c68a2a5b3947"
    assert ticket("mairie", "W491001234") == drawn
    # printf %s mairie | sha256sum
    published = "8049ef6eb4d4542c67f25b5a5c6de7a867b80e656df249aec9d01f2cf99e414b"
    assert commitment("mairie") == published


def test_two_ask_for_300_of_400_barriers_for_the_same_weekend() -> None:
    requests = [
        Request("R1", "Chorale", 1, 0, (Want(300, (Part(1, 0, 5),)),)),
        Request("R2", "Pétanque", 1, 0, (Want(300, (Part(1, 0, 5),)),)),
    ]
    outcome = decide([Stock(1, 400)], requests, "mairie")
    assert units(outcome) == {"R1": [200], "R2": [200]}
    for (grant,) in outcome.grants.values():
        assert grant.limit is Limit.SHARE
        assert (grant.squeeze.free, grant.squeeze.asked) == (400, 600)


def test_an_odd_piece_goes_to_the_least_served_and_says_so() -> None:
    requests = [
        Request("R1", "Chorale", 1, 5_000, (Want(2, (Part(1, 0, 5),)),)),
        Request("R2", "Pétanque", 1, 1_000, (Want(2, (Part(1, 0, 5),)),)),
    ]
    outcome = decide([Stock(1, 3)], requests, "mairie")
    assert units(outcome) == {"R1": [1], "R2": [2]}
    assert outcome.grants["R1"][0].limit is Limit.SERVED


def test_between_equals_the_lot_decides_and_says_so() -> None:
    requests = [Request(f"R{n}", f"O{n}", 1, 0, (Want(2, (Part(1, 0, 5),)),)) for n in range(2)]
    outcome = decide([Stock(1, 3)], requests, "mairie")
    first, second = outcome.places
    loser = next(r for r in requests if r.organisation == second.organisation)
    assert outcome.grants[loser.key][0].limit is Limit.LOTTERY
    assert first.ticket < second.ticket


def test_all_or_nothing_never_takes_more_than_a_share() -> None:
    requests = [
        Request("R1", "Chorale", 1, 0, (Want(1, (Part(1, 0, 5),)),)),
        Request("R2", "Cirque", 1, 9, (Want(2, (Part(1, 0, 5),), whole=True),)),
    ]
    outcome = decide([Stock(1, 2)], requests, "mairie")
    assert units(outcome) == {"R1": [1], "R2": [0]}
    assert outcome.grants["R2"][0].limit is Limit.WHOLE


def test_a_kit_is_granted_in_whole_kits() -> None:
    kit = Want(5, (Part(1, 0, 5, 1), Part(2, 0, 5, 6)))
    outcome = decide([Stock(1, 10), Stock(2, 20)], [Request("R1", "O", 1, 0, (kit,))], "x")
    assert units(outcome) == {"R1": [3]}


def test_a_class_that_comes_first_leaves_what_it_leaves() -> None:
    requests = [
        Request("R1", "École", 1, 0, (Want(80, (Part(1, 0, 5),)),)),
        Request("R2", "Chorale", 2, 0, (Want(80, (Part(1, 0, 5),)),)),
        Request("R3", "Cirque", 3, 0, (Want(80, (Part(1, 0, 5),)),)),
    ]
    outcome = decide([Stock(1, 100)], requests, "x")
    assert units(outcome) == {"R1": [80], "R2": [20], "R3": [0]}
    assert outcome.grants["R3"][0].limit is Limit.RANK
    assert outcome.grants["R1"][0].limit is Limit.ENOUGH
