"""What papers say of people goes with the contacts of their organisation."""

from typing import cast

from sqlalchemy import Table, update

from lending.attachments.kinds import CURRENT, PaperState
from lending.attachments.models import Attachment
from lending.db.database import UnitOfWork

NOBODY = "–"
"""What stands in place of a name."""


def forget_papers(uow: UnitOfWork, organisation_id: int) -> None:
    """Drop the files of an organisation's papers, and who handed them in.

    What stays is that there was a paper: its kind, its dates and the hash of its content. What a
    decision read of them stands in its record. The files themselves go with the next tidying.
    """
    table = cast(Table, Attachment.__table__)
    of_it = table.c.organisation_id == organisation_id
    uow.session.execute(
        update(table)
        .where(of_it, table.c.state.in_(CURRENT))
        .values(state=PaperState.WITHDRAWN, ended_at=uow.now)
    )
    uow.session.execute(
        update(table)
        .where(of_it)
        .values(
            is_kept=False,
            label="",
            issuer="",
            number="",
            reason="",
            handed_in_by=NOBODY,
            handed_in_by_id=None,
        )
    )
