"""Merge two crews for a day, or let somebody go with another one; asked before it is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField

from lending.accounts.permissions import Action
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.logistics.means.queries import means_of
from lending.logistics.means.rows import CrewRow, ShiftRow
from lending.logistics.means.week import week_of
from lending.logistics.queries import tasks_by_number
from lending.logistics.rounds.regrouping import Regrouped, lend_agent, merge_crews
from lending.web.context import allowed, database, principal
from lending.web.dates import asked_day
from lending.web.form_errors import tell_errors
from lending.web.means import authority_of
from lending.web.planning import blueprint
from lending.web.planning.board import Span, shown_url, zone_of
from lending.web.planning.words import task_words


class MergeForm(FlaskForm):  # type: ignore[misc]
    """Which crew works with which."""

    from_crew = SelectField(_l("This crew"))
    into_crew = SelectField(
        _l("works with"), description=_l("With its vehicle; the tasks of both become one round.")
    )


class LendForm(FlaskForm):  # type: ignore[misc]
    """Who works with another crew."""

    shift_id = SelectField(_l("This agent"))
    to_crew = SelectField(
        _l("works with"), description=_l("A crew of which nobody works yet is then at work.")
    )


@dataclass(frozen=True)
class _Day:
    """Who works with whom on a day."""

    shifts: tuple[ShiftRow, ...]
    crews: Mapping[int, CrewRow]

    @property
    def working(self) -> dict[int, list[str]]:
        """The agents of each crew at work, in the order of the crews."""
        found = {
            number: [shift.agent for shift in self.shifts if shift.crew_id == number]
            for number in self.crews
        }
        return {number: agents for number, agents in found.items() if agents}


@blueprint.route("/collectivites/<int:authority_id>/planification/equipes", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def regroup(authority_id: int) -> ResponseReturnValue:
    """Offer other crews for a day, ask whether it is meant, do it."""
    authority = authority_of(authority_id)
    g.zone = zone_of(authority)
    with database().read() as uow:
        day = asked_day() or uow.now.astimezone(g.zone).date()
        known = _read(uow, authority_id, day)
    merge, lend = _forms(known)
    offered: dict[str, MergeForm | LendForm] = {"merge": merge, "lend": lend}
    form = offered.get(request.form.get("what", ""))
    question = ""
    status = 200
    if form is not None:
        status = 422
        if form.validate():
            if request.form.get("sure"):
                try:
                    return _done(authority_id, day, form)
                except InvalidInput as error:
                    tell_errors(form, error, {"day": "from_crew"})
            else:
                question, status = _question(known, form), 200
    page = render_template(
        "planning/regroup.html",
        authority=authority,
        day=day,
        known=known,
        merge=merge,
        lend=lend,
        form=form,
        question=question,
        sent={**_typed(form), "day": day.isoformat(), "sure": "yes"},
        board_url=shown_url(authority_id, day, Span.DAY),
    )
    return page, status


def _read(uow: UnitOfWork, authority_id: int, day: date) -> _Day:
    crews = means_of(uow, principal(), authority_id).crews
    week = week_of(uow, principal(), authority_id, day)
    shifts = (
        shift
        for agent in week.agents
        for cell in agent.cells
        if cell.day == day
        for shift in cell.shifts
    )
    return _Day(tuple(shifts), {crew.id: crew for crew in crews})


def _forms(known: _Day) -> tuple[MergeForm, LendForm]:
    sent = request.form.get("what")
    second = next(iter(list(known.working)[1:]), "")
    merge = MergeForm(request.form if sent == "merge" else None, into_crew=str(second))
    lend = LendForm(request.form if sent == "lend" else None)
    working = [
        (str(number), f"{known.crews[number].name} ({', '.join(agents)})")
        for number, agents in known.working.items()
    ]
    merge.from_crew.choices = merge.into_crew.choices = working
    lend.shift_id.choices = [
        (str(shift.id), f"{shift.agent} ({shift.crew or gettext('no crew')})")
        for shift in known.shifts
    ]
    lend.to_crew.choices = [(str(crew.id), crew.name) for crew in known.crews.values()]
    return merge, lend


def _typed(form: MergeForm | LendForm | None) -> dict[str, str]:
    names = ("what", "from_crew", "into_crew", "shift_id", "to_crew")
    return {name: request.form[name] for name in names if form and name in request.form}


def _question(known: _Day, form: MergeForm | LendForm) -> str:
    if isinstance(form, MergeForm):
        gone, into = int(form.from_crew.data), int(form.into_crew.data)
        who, crew = ", ".join(known.working[gone]), known.crews[into]
    else:
        shift = next(each for each in known.shifts if str(each.id) == form.shift_id.data)
        who, crew = shift.agent, known.crews[int(form.to_crew.data)]
    told = gettext("%(who)s: with %(crew)s on this day.", who=who, crew=crew.name)
    if crew.vehicle:
        told += " " + gettext("They drive %(vehicle)s.", vehicle=crew.vehicle)
    return str(told)


def _done(authority_id: int, day: date, form: MergeForm | LendForm) -> ResponseReturnValue:
    def service(uow: UnitOfWork) -> Regrouped:
        if isinstance(form, MergeForm):
            crews = int(form.from_crew.data), int(form.into_crew.data)
            return merge_crews(uow, principal(), authority_id, day, *crews)
        chosen = int(form.shift_id.data), int(form.to_crew.data)
        return lend_agent(uow, principal(), authority_id, day, *chosen)

    done = database().write(service)
    who = {"who": ", ".join(done.agents), "crew": done.crew}
    flash(str(gettext("%(who)s: with %(crew)s on this day.", **who)), "good")
    if done.dropped:
        with database().read() as uow:
            tasks = tasks_by_number(uow, done.dropped)
        left = ngettext(
            "%(num)d task no longer fits and waits again: %(tasks)s.",
            "%(num)d tasks no longer fit and wait again: %(tasks)s.",
            len(done.dropped),
            tasks=", ".join(task_words(tasks[each]) for each in done.dropped if each in tasks),
        )
        flash(str(left), "warn")
    return redirect(shown_url(authority_id, day, Span.DAY), 303)
