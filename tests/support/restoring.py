"""A PostgreSQL database is put back to what it held: far less work than making it anew."""

from sqlalchemy import create_engine

_TABLES = """
SELECT quote_ident(relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
"""
"""Those that something was ever written to."""

_KEEP = f"""
CREATE SCHEMA kept;
DO $$
DECLARE name text;
BEGIN
  FOR name IN {_TABLES} LOOP
    EXECUTE 'CREATE TABLE kept.' || name || ' AS TABLE public.' || name;
  END LOOP;
END $$;
CREATE TABLE kept."last numbers" AS
SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
"""

_LEAVE = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""

_RESTORE = f"""
SET LOCAL session_replication_role = replica;  -- no trigger and no foreign key stands in the way
DO $$
DECLARE name text;
BEGIN
  FOR name IN {_TABLES} LOOP
    EXECUTE 'DELETE FROM public.' || name;
    IF to_regclass('kept.' || name) IS NOT NULL THEN
      EXECUTE 'INSERT INTO public.' || name || ' TABLE kept.' || name;
    END IF;
  END LOOP;
  PERFORM setval(
    quote_ident(now.sequencename)::regclass,
    coalesce(kept.last_value, now.start_value),
    kept.last_value IS NOT NULL
  )
  FROM pg_sequences now JOIN kept."last numbers" kept USING (sequencename)
  WHERE now.schemaname = 'public' AND now.last_value IS DISTINCT FROM kept.last_value;
END $$;
"""

_SHAPE = """
SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
  SELECT concat_ws(',', oid, relname, relnatts) FROM pg_class
  WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(',', oid, xmin) FROM pg_constraint
  UNION ALL SELECT concat_ws(',', oid, xmin) FROM pg_trigger
  UNION ALL SELECT concat_ws(',', oid, xmin) FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace
) AS parts (part)
"""
"""Tables, indexes and sequences, and the rules they hold to."""

TIMES = 200
"""How often at most: what is deleted still takes room."""


class Restorable:
    """A database that holds something to which it can be put back."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self._engine = create_engine(url, pool_size=1)
        self._times = 0
        with self._engine.begin() as connection:
            connection.exec_driver_sql(_KEEP)
            self._shape = connection.exec_driver_sql(_SHAPE).scalar_one()

    def restore(self) -> bool:
        """Put everything back; return whether that was done: not when the tables were changed."""
        self._times += 1
        with self._engine.begin() as connection:
            connection.exec_driver_sql(_LEAVE)
            same = connection.exec_driver_sql(_SHAPE).scalar_one() == self._shape
            if not same or self._times > TIMES:
                return False
            connection.exec_driver_sql(_RESTORE)
            return True

    def dispose(self) -> None:
        """Let go of the database."""
        self._engine.dispose()
