"""Checks of secrets: their patterns can be searched and capture nothing but `secret`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ghrules.knowledge.models import SECRET_GROUP, Secret
from ghrules.knowledge.patterns import compile_flaw, groups
from ghrules.knowledge.positions import Keys
from ghrules.knowledge.problems import Problems
from ghrules.knowledge.sources import Source


def check_secrets(sources: Iterable[Source], problems: Problems, *, patterns: bool) -> None:
    """Check every secret of the packs; `patterns` says whether to compile the patterns."""
    for source in sources:
        for keys, secret in source.items("secret"):
            if not secret.patterns and not secret.begin:
                hint = "write at least one pattern into patterns"
                problems.add(source, (*keys, "id"), f"secret '{secret.id}' hides nothing", hint, code="no-pattern")
            if (secret.begin is None) != (secret.body is None):
                hint = "begin says where the lines start, body what each of them looks like"
                problems.add(source, (*keys, "id"), f"secret '{secret.id}' has only one of begin and body", hint)
            for at, pattern in _patterns(keys, secret) if patterns else ():
                if flaw := compile_flaw(pattern, secret.ignore_case):
                    problems.add(source, at, flaw.message, flaw.hint, part=flaw.part, code="pattern")
                    continue
                for group in groups(pattern):
                    if group != SECRET_GROUP:
                        hint = f"name the group '{SECRET_GROUP}', or leave its name out"
                        problems.add(source, at, f"a secret has no field '{group}'", hint, part=group, code="group")


def _patterns(keys: Keys, secret: Secret) -> Iterator[tuple[Keys, str]]:
    for name, listed in (("patterns", secret.patterns), ("except", secret.except_), ("require", secret.require)):
        for index, pattern in enumerate(listed):
            yield (*keys, name, index), pattern
    for name, line in (("begin", secret.begin), ("body", secret.body)):
        if line:
            yield (*keys, name), line
