"""The tables of the history, the same in SQLite and in PostgreSQL, and how they came about.

Times are ISO 8601 texts in UTC, which sort by time.
"""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE ghrules_diagnosis (
            id TEXT PRIMARY KEY,
            fingerprint TEXT NOT NULL UNIQUE,
            at TEXT NOT NULL,
            sources TEXT NOT NULL,
            report TEXT NOT NULL
        )""",
        """CREATE TABLE ghrules_finding (
            diagnosis TEXT NOT NULL REFERENCES ghrules_diagnosis (id),
            hypothesis TEXT NOT NULL,
            confidence REAL NOT NULL,
            PRIMARY KEY (diagnosis, hypothesis)
        )""",
        """CREATE TABLE ghrules_note (
            id TEXT PRIMARY KEY,
            diagnosis TEXT NOT NULL REFERENCES ghrules_diagnosis (id),
            hypothesis TEXT,
            at TEXT NOT NULL,
            author TEXT NOT NULL,
            text TEXT NOT NULL
        )""",
        "CREATE INDEX ghrules_diagnosis_at ON ghrules_diagnosis (at)",
        "CREATE INDEX ghrules_finding_hypothesis ON ghrules_finding (hypothesis)",
        "CREATE INDEX ghrules_note_diagnosis ON ghrules_note (diagnosis)",
    ),
)
"""One entry for each version, the oldest first; entries are only ever added. A note with a hypothesis is what resolved
it."""
