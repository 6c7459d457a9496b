"""What has to be carried is cut into trips: nothing is left behind, nothing too heavy leaves."""

from hypothesis import given
from hypothesis import strategies as st

from lending.logistics.loads import Pieces, trips, volume_of, weight_of

PIECES = st.builds(
    Pieces,
    item_id=st.integers(1, 5),
    quantity=st.integers(1, 60),
    weight_g=st.integers(0, 900),
    volume_l=st.integers(0, 300),
)
LOADS = st.lists(PIECES, max_size=5, unique_by=lambda pieces: pieces.item_id)
LIMIT = st.integers(1, 2_000)


@given(LOADS, LIMIT, LIMIT)
def test_every_piece_travels_once(load: list[Pieces], weight_g: int, volume_l: int) -> None:
    carried = [pieces for trip in trips(load, weight_g, volume_l) for pieces in trip]
    for pieces in load:
        assert sum(p.quantity for p in carried if p.item_id == pieces.item_id) == pieces.quantity


@given(LOADS, LIMIT, LIMIT)
def test_no_trip_is_over_a_limit_unless_one_piece_is(
    load: list[Pieces], weight_g: int, volume_l: int
) -> None:
    for trip in trips(load, weight_g, volume_l):
        too_much = weight_of(trip) > weight_g or volume_of(trip) > volume_l
        assert not too_much or sum(pieces.quantity for pieces in trip) == 1
        assert trip


@given(LOADS)
def test_what_fits_goes_in_one_trip(load: list[Pieces]) -> None:
    whole = trips(load, weight_of(load), volume_of(load))
    assert whole == ([tuple(load)] if load else [])


def test_a_load_is_cut_where_the_vehicle_is_full() -> None:
    chairs, tables = Pieces(1, 250, 4_000, 20), Pieces(2, 40, 18_000, 100)
    assert trips([chairs, tables], 1_000_000, 30_000) == [
        (chairs,),
        (tables,),
    ]
