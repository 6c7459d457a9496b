"""Small rounds in which much is scarce."""

from hypothesis import strategies as st

from lending.equity.allocation.values import Part, Request, Stock, Want

ITEMS = (1, 2, 3)


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    """Return a time of a few units among eight."""
    starts = draw(st.integers(0, 7))
    return starts, draw(st.integers(starts + 1, 8))


@st.composite
def stocks(draw: st.DrawFn) -> tuple[Stock, ...]:
    """Return a little of each item, some of it promised."""
    return tuple(
        Stock(
            item,
            draw(st.integers(0, 12)),
            tuple(draw(st.lists(st.tuples(st.integers(1, 7), st.integers(-3, 3)), max_size=2))),
            tuple(
                (*draw(spans()), draw(st.integers(1, 4))) for _ in range(draw(st.integers(0, 2)))
            ),
        )
        for item in ITEMS
    )


@st.composite
def wants(draw: st.DrawFn, *, kits: bool = True, whole: bool = True) -> Want:
    """Return pieces of one item, or kits."""
    items = draw(st.permutations(ITEMS))[: draw(st.integers(1, 2)) if kits else 1]
    starts, ends = draw(spans())
    several = st.integers(1, 3) if kits else st.just(1)
    return Want(
        draw(st.integers(1, 10)),
        tuple(Part(item, starts, ends, draw(several)) for item in items),
        whole=whole and draw(st.sampled_from([False, False, True])),
    )


@st.composite
def rounds(
    draw: st.DrawFn,
    *,
    kits: bool = True,
    whole: bool = True,
    ranks: int = 2,
    organisations: int = 4,
    alone: bool = False,
) -> tuple[Request, ...]:
    """Return up to six requests; `alone`: each of another organisation, for one item."""
    count = draw(st.integers(1, 6))
    served = [draw(st.integers(0, 2)) for _ in range(max(count, organisations))]
    found = []
    for number in range(count):
        name = number if alone else draw(st.integers(0, organisations - 1))
        found.append(
            Request(
                f"R{number}",
                f"O{name}",
                draw(st.integers(1, ranks)),
                served[name],
                tuple(
                    draw(
                        st.lists(
                            wants(kits=kits, whole=whole), min_size=1, max_size=1 if alone else 2
                        )
                    )
                ),
                whole=whole and draw(st.sampled_from([False, False, False, True])),
            )
        )
    return tuple(found)
