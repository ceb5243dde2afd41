"""The collector for PostgreSQL 14 and later."""

from ghrules.collect.postgres.collector import Postgres

__all__ = ["Postgres"]
