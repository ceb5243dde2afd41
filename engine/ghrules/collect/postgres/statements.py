"""What the collector asks a server, kept as data in `statements.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from ghrules.facts.model import Model
from ghrules.knowledge.models import Scalar

COLLECTOR = "postgres"
EXPLAIN = f"{COLLECTOR}.explain"
"""The step that asks for the plans of the statements that the stack names."""
_CLIENTS = (
    "(backend_type = 'client backend' or backend_type is null and usesysid is not null and datid is not null)"
    " and pid <> pg_backend_pid()"
)


class RowFact(Model):
    """What a row becomes: a fact of `kind`, seen by `signal`, that says `said`.

    `set` are constant fields, `take` fills a field from a column of another name, `when` leaves out rows that do not
    have these values.
    """

    kind: str
    signal: str
    set: dict[str, Scalar] = {}
    when: dict[str, str | list[str]] = {}
    take: dict[str, str] = {}
    said: str


class Statement(Model):
    """A statement for the major versions from `min` to `max`.

    `needs` is the predefined role without which rows of other roles are hidden; `view` is a view that must exist.
    """

    id: str
    sql: str
    facts: list[RowFact]
    min: int = 14
    max: int = 99
    needs: str | None = None
    view: str | None = None

    @property
    def step(self) -> str:
        """The name under which checks and verify steps ask for it."""
        return f"{COLLECTOR}.{self.id}"


@cache
def statements() -> tuple[Statement, ...]:
    """All statements, in the order in which they are asked."""
    text = files(__package__).joinpath("statements.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text.replace("{clients}", _CLIENTS))["statement"]
    return tuple(Statement.model_validate(table) for table in tables)


def for_version(major: int) -> list[Statement]:
    """The statements that a server of this major version understands."""
    return [statement for statement in statements() if statement.min <= major <= statement.max]


def steps() -> tuple[str, ...]:
    """The names of all that can be asked for by itself."""
    return tuple(dict.fromkeys((*(statement.step for statement in statements()), EXPLAIN)))
