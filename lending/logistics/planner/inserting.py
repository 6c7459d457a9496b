"""Where one more task costs least in a route. This is where the search spends its time."""

from bisect import bisect_left, bisect_right

from lending.logistics.planner.loads import Loads, Measure
from lending.logistics.planner.model import NEVER, Model, first_from
from lending.logistics.planner.route import Insertion, Route, fit

PLAIN, RELOAD_BEFORE, RELOAD_AFTER = 0, 1, 2


def cheapest(
    model: Model, route: Route, task: int, low: int, high: int, begin: int = 0
) -> Insertion | None:
    """Return the cheapest way to do a task in a route, starting from `low` to `high`.

    The legs before `begin` are left as they are.
    """
    fits: list[bool] | None = None
    if model.loaded[task]:
        loads = route.loads
        if loads is None:
            loads = route.loads = Loads(model, route.crewed, route.nodes)
        if not route.crewed.reloads and _is_full(model, loads, task):
            return None
        fits = _fitting(model, loads, task)
    scan = _scan if route.crewed.lunch is None else _scan_with_break
    found = scan(model, route, task, low, high, begin, fits)
    if fits is not None and route.crewed.reloads:
        found = _scan_reloads(model, route, task, (low, high), begin, fits, found)
    if found is not None and model.replans and model.was_published[task]:
        moved = model.published[task] != route.crewed.number
        found = (found[0] + moved * model.problem.weights.moved, found[1], found[2])
    return found


def _is_full(model: Model, loads: Loads, task: int) -> bool:
    """Tell whether there is no leg at all where the vehicle has room."""
    return (
        model.out_kg[task] > loads.kg.room_out
        or model.in_kg[task] > loads.kg.room_in
        or model.out_litres[task] > loads.litres.room_out
        or model.in_litres[task] > loads.litres.room_in
    )


def _fitting(model: Model, loads: Loads, task: int) -> list[bool] | None:
    """Return on which legs the vehicle has room; None: on all of them."""
    kg = _room(loads.kg, model.out_kg[task], model.in_kg[task])
    litres = _room(loads.litres, model.out_litres[task], model.in_litres[task])
    if kg is None:
        return litres
    if litres is None:
        return kg
    return [both and also for both, also in zip(kg, litres, strict=True)]


def _room(measure: Measure, out: int, back: int) -> list[bool] | None:
    before, after = measure.limit - out, measure.limit - back
    if measure.highest <= before and measure.highest <= after:
        return None
    return [
        done <= before and todo <= after
        for done, todo in zip(measure.before, measure.after, strict=True)
    ]


def _scan(
    model: Model,
    route: Route,
    task: int,
    low: int,
    high: int,
    begin: int,
    fits: list[bool] | None,
) -> Insertion | None:
    """Find the cheapest place in a route without a break."""
    rows, nodes, legs = route.crewed.rows, route.nodes, route.legs
    fed, late = route.fed, route.late_fed
    service, away = model.service[task], rows[task]
    windows = model.windows[task] if model.several[task] else None
    best, place = NEVER, 0
    first = max(bisect_left(late, low + service) - 1, begin)
    for leg in range(first, min(bisect_right(fed, high), len(legs))):
        to, on = rows[nodes[leg]][task], away[nodes[leg + 1]]
        extra = to + on - legs[leg]
        if extra >= best or (fits is not None and not fits[leg]):
            continue
        start = fed[leg] + to
        if start < low:
            start = low
        if windows is not None:
            start = first_from(windows, start)
        if start <= high and start + service + on <= late[leg + 1]:
            best, place = extra, leg + 1
    return (best, place, PLAIN) if place else None


def _scan_with_break(  # noqa: C901 - one loop: calls would double what it costs
    model: Model,
    route: Route,
    task: int,
    low: int,
    high: int,
    begin: int,
    fits: list[bool] | None,
) -> Insertion | None:
    """Find the cheapest place in a route with a break before, beside or after it."""
    lunch = route.crewed.lunch
    assert lunch is not None  # noqa: S101 - the caller asked
    earliest, latest, minutes = lunch
    rows, nodes, legs = route.crewed.rows, route.nodes, route.legs
    fed, fasting, late_fed, late_fasting = (
        route.fed,
        route.fasting,
        route.late_fed,
        route.late_fasting,
    )
    service, away = model.service[task], rows[task]
    windows = model.windows[task] if model.several[task] else None
    best, place = NEVER, 0
    for leg in range(max(bisect_left(late_fed, low + service) - 1, begin), len(legs)):
        to, on = rows[nodes[leg]][task], away[nodes[leg + 1]]
        extra = to + on - legs[leg]
        if extra >= best or (fits is not None and not fits[leg]):
            continue
        deadline = late_fed[leg + 1] - on - service
        start = max(fed[leg] + to, low)
        if windows is not None:
            start = first_from(windows, start)
        if start <= high and start <= deadline:  # the break was before
            best, place = extra, leg + 1
            continue
        hungry = fasting[leg] + to
        if hungry > high:
            continue
        start = max(max(hungry, earliest) + minutes, low)
        if windows is not None:
            start = first_from(windows, start)
        if start <= high and start <= deadline:  # the break is on the way there
            best, place = extra, leg + 1
            continue
        start = max(hungry, low)
        if windows is not None:
            start = first_from(windows, start)
        if start > high:
            continue
        start += service
        if start + on <= late_fasting[leg + 1] or (  # later, or on the way on
            start <= latest and max(start + on, earliest) + minutes <= late_fed[leg + 1]
        ):
            best, place = extra, leg + 1
    return (best, place, PLAIN) if place else None


def _scan_reloads(
    model: Model,
    route: Route,
    task: int,
    bounds: tuple[int, int],
    begin: int,
    fits: list[bool],
    found: Insertion | None,
) -> Insertion | None:
    """Look where coming by the depot makes room, on the legs that have none."""
    best = found[0] if found else NEVER
    rows, nodes, depot = route.crewed.rows, route.nodes, route.crewed.depot
    for leg, enough in enumerate(fits):
        if enough or leg < begin:
            continue
        here, there = nodes[leg], nodes[leg + 1]
        base = rows[depot][task] - route.legs[leg]
        extra = base + rows[here][depot] + rows[task][there]
        if (
            here != depot
            and extra < best
            and _room_after_reload(model, route, leg, task)
            and _in_time(model, route, leg, (depot, task), bounds)
        ):
            best, found = extra, (extra, leg + 1, RELOAD_BEFORE)
        extra = rows[here][task] + rows[task][depot] + rows[depot][there] - route.legs[leg]
        if (
            there != depot
            and extra < best
            and _room_before_reload(model, route, leg, task)
            and _in_time(model, route, leg, (task, depot), bounds)
        ):
            best, found = extra, (extra, leg + 1, RELOAD_AFTER)
    return found


def _room_after_reload(model: Model, route: Route, leg: int, task: int) -> bool:
    loads = route.loads
    assert loads is not None  # noqa: S101 - legs without room were found with them
    return loads.kg.fits_after_reload(
        leg, model.out_kg[task], model.in_kg[task]
    ) and loads.litres.fits_after_reload(leg, model.out_litres[task], model.in_litres[task])


def _room_before_reload(model: Model, route: Route, leg: int, task: int) -> bool:
    loads = route.loads
    assert loads is not None  # noqa: S101 - legs without room were found with them
    return loads.kg.fits_before_reload(
        leg, model.out_kg[task], model.in_kg[task]
    ) and loads.litres.fits_before_reload(leg, model.out_litres[task], model.in_litres[task])


def _in_time(
    model: Model, route: Route, leg: int, between: tuple[int, int], bounds: tuple[int, int]
) -> bool:
    """Tell whether two stops fit in time on a leg, one of them the depot."""
    rows, lunch = route.crewed.rows, route.crewed.lunch
    fed = route.fed[leg]
    fasting = route.fasting[leg] if lunch else NEVER
    here = route.nodes[leg]
    for turn, node in enumerate((*between, route.nodes[leg + 1])):
        road = rows[here][node]
        fed += road
        fasting += road
        if lunch and fasting < NEVER:
            fed = min(fed, max(fasting, lunch[0]) + lunch[2])
        if turn == len(between):
            break
        narrow = bounds if node < model.count else (model.low[node], model.high[node])
        fed = fit(model, node, fed, *narrow) + model.service[node]
        fasting = fit(model, node, fasting, *narrow) + model.service[node]
        if lunch and fasting > lunch[1]:
            fasting = NEVER
        here = node
    return fed <= route.late_fed[leg + 1] or bool(lunch and fasting <= route.late_fasting[leg + 1])


def inserted(route: Route, task: int, place: int, how: int) -> list[int]:
    """Return the stops of a route with one more."""
    depot = route.crewed.depot
    new = {PLAIN: [task], RELOAD_BEFORE: [depot, task], RELOAD_AFTER: [task, depot]}[how]
    return [*route.nodes[:place], *new, *route.nodes[place:]]
