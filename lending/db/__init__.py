"""The database: engine, unit of work, locks, column types. Contains no business logic.

SQLite and PostgreSQL differ here and nowhere else.
"""
