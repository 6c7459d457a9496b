"""Alembic's revisions. Law: a revision works with the code of the release before it."""
