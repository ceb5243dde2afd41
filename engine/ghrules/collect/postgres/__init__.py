"""The collector for PostgreSQL 14 and later."""
