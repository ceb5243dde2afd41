"""Reading `ghrules.toml`: every mistake in it is found, with its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from ghrules.collect.config import Stack
from ghrules.collect.secrets import Secrets
from ghrules.errors import ConfigurationError, Problem
from ghrules.knowledge.patterns import compile_flaw
from ghrules.knowledge.positions import Keys
from ghrules.knowledge.problems import Problems
from ghrules.knowledge.shape import shaped
from ghrules.knowledge.sources import Source, parse, read_text

FILE_NAME = "ghrules.toml"
Mistake = tuple[Keys, str, str]
"""Where, what is wrong, what to do."""


def load_stack(path: Path | str = FILE_NAME) -> Stack:
    """The checked description in a file. Raises ConfigurationError with all its mistakes."""
    file = Path(path)
    try:
        text = read_text(file)
    except FileNotFoundError:
        hint = "ghrules init writes one to fill in" if file.name == FILE_NAME else "check the path"
        raise ConfigurationError([Problem(str(path), 0, 0, "no such file", hint)]) from None
    except UnicodeDecodeError:
        raise ConfigurationError([Problem(str(path), 0, 0, "this is not UTF-8 text", "save it as UTF-8")]) from None
    except OSError as error:
        raise ConfigurationError([Problem(str(path), 0, 0, f"cannot be read: {error.strerror}")]) from None
    return parse_stack(text, str(path))


def parse_stack(text: str, path: str = FILE_NAME) -> Stack:
    """The description that a text is. Relative paths in it are taken from the folder of `path`."""
    source = Source(path, Path(path).name, text)
    problems = Problems()
    stack = _shaped(source, problems) if parse(source, problems.found) else None
    for keys, message, hint in _mistakes(stack) if stack else ():
        problems.add(source, keys, message, hint)
    if stack is None or problems.found:
        hide = Secrets().hide
        raise ConfigurationError([item._replace(excerpt=hide(item.excerpt)) for item in problems.found])
    return _located(stack, Path(path).parent)


def _shaped(source: Source, problems: Problems) -> Stack | None:
    """The tables as models; None when something in them has the wrong shape."""
    databases = source.tables.get("database")
    for index, table in enumerate(databases if isinstance(databases, list) else ()):
        if isinstance(table, dict) and isinstance(table.get("url"), str):
            hint = 'name the variable that holds it: url = { env = "DATABASE_URL" }'
            problems.add(source, ("database", index, "url"), "a database URL must not stand in this file", hint)
    if problems.found:
        return None
    return shaped(source, source.tables, Stack, problems)


def _mistakes(stack: Stack) -> Iterator[Mistake]:
    """What single values do not show: URLs that are none, names used twice."""
    for index, endpoint in enumerate(stack.endpoint):
        yield from _url(("endpoint", index, "url"), endpoint.url)
        if endpoint.cors:
            yield from _url(("endpoint", index, "cors", "origin"), endpoint.cors.origin, path=False)
        if (balance := endpoint.balance) is not None:
            yield from _balance(("endpoint", index, "balance"), balance.header, balance.pattern)
        for name, value in endpoint.headers.items():
            if isinstance(value, str) and name.lower() in ("authorization", "cookie", "x-api-key"):
                hint = f'name the variable that holds it: {name} = {{ env = "API_TOKEN", prefix = "Bearer " }}'
                yield ("endpoint", index, "headers", name), f"the secret of '{name}' must not stand in this file", hint
    if stack.cloudflare:
        yield from _url(("cloudflare", "status_url"), stack.cloudflare.status_url)
    yield from _twice("endpoint", [endpoint.name or endpoint.url for endpoint in stack.endpoint])
    yield from _twice("database", [database.name for database in stack.database])


def _url(keys: Keys, url: str, *, path: bool = True) -> Iterator[Mistake]:
    try:
        parts = urlsplit(url)
        port_is_right = parts.port != 0
    except ValueError:
        parts, port_is_right = urlsplit(""), False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_right or re.search(r"\s", url):
        hint = "write it with its scheme: https://api.example.com/health"
        if not parts.scheme or "://" not in url:
            hint = f"write it with its scheme: https://{url.strip()}"
        yield keys, f"'{url}' is no http(s) URL", hint
    elif parts.username or parts.password:
        yield keys, "a password must not stand in a URL", "send it as a header whose value comes from a variable"
    elif not path and (parts.path or parts.query):
        yield keys, f"'{url}' is no origin", f"an origin ends after host and port: {parts.scheme}://{parts.netloc}"


def _balance(keys: Keys, header: str | None, pattern: str | None) -> Iterator[Mistake]:
    if (header is None) == (pattern is None):
        yield keys, "which backend answers is told by a header or by a pattern", "write one: header or pattern"
    if pattern is not None and (flaw := compile_flaw(pattern)):
        yield (*keys, "pattern"), flaw.message, flaw.hint


def _twice(table: str, names: Sequence[str]) -> Iterator[Mistake]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (table, index), f"there is a [[{table}]] '{name}' already", "give this one another name"


def _located(stack: Stack, folder: Path) -> Stack:
    """The stack with its paths made relative to the working folder instead of the file's."""

    def path(text: str) -> str:
        return str(folder / text)

    def optional(text: str | None) -> str | None:
        return None if text is None else path(text)

    cloudflare = stack.cloudflare
    return stack.model_copy(
        update={
            "packs": [path(pack) for pack in stack.packs],
            "files": stack.files.model_copy(update={"paths": [path(item) for item in stack.files.paths]}),
            "endpoint": [item.model_copy(update={"ca_file": optional(item.ca_file)}) for item in stack.endpoint],
            "tls": [item.model_copy(update={"ca_file": optional(item.ca_file)}) for item in stack.tls],
            "cloudflare": cloudflare and cloudflare.model_copy(update={"config": optional(cloudflare.config)}),
        }
    )
