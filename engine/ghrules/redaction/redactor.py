"""Secrets in text become stable pseudonyms; what a secret looks like stands in the packs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property, lru_cache

import re2
from msgspec import Struct

from ghrules.knowledge.models import SECRET_GROUP, Secret

PSEUDONYM = "REDACTED-{kind}-{number}"
"""Made of letters, digits and hyphens: it reads the same in a shell, in JSON, in a URL, in HTML and in Markdown."""

_ALREADY = rb"REDACTED-[a-z0-9-]+-\d+"
_MEMORY = 4096


class Redactor:
    """Replaces the secrets in texts. The same secret has the same pseudonym in all texts of one redactor.

    Pseudonyms are numbered by kind in the order in which their secrets appear, so they tell nothing of the secret.
    `optional` names the kinds that are hidden besides those that always are. Not for several threads at once.
    """

    def __init__(self, secrets: Sequence[Secret], optional: frozenset[str] = frozenset()) -> None:
        hidden = [secret for secret in secrets if not secret.optional or secret.kind in optional]
        self._looks = [_Look(secret) for secret in hidden]
        self._blocks = [_Block.of(secret) for secret in hidden if secret.begin and secret.body]
        self._owners = [number for number, secret in enumerate(hidden) for _ in secret.patterns]
        self._prefilter = _set_of(hidden)
        self._numbers: dict[tuple[str, bytes], int] = {}
        self.counts: dict[str, int] = {}
        """How many different secrets were hidden, by kind."""
        self._remembered = lru_cache(_MEMORY)(self._text)

    def text(self, text: str) -> str:
        """`text` without its secrets."""
        return self._remembered(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def _text(self, data: bytes) -> bytes:
        return b"\n".join(self.lines(data.split(b"\n")))

    def lines(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Each of the lines without its secrets, in any encoding that agrees with ASCII; there stay as many lines."""
        block, pseudonym = None, b""
        for line in lines:
            if block and block.body.search(line):
                pseudonym = pseudonym or self._pseudonym(block.kind, line)
                yield pseudonym
                continue
            begun = next((look for look in self._blocks if look.begin.search(line)), None)
            block, pseudonym = begun, b""
            yield self._line(line)

    def _line(self, line: bytes) -> bytes:
        parts, end = [], 0
        for start, stop, number in sorted(self._spans(line)):
            if start >= end:
                parts += [line[end:start], self._pseudonym(self._looks[number].kind, line[start:stop])]
                end = stop
        return b"".join([*parts, line[end:]]) if parts else line

    def _spans(self, data: bytes) -> Iterator[tuple[int, int, int]]:
        if self._prefilter:
            for number in {self._owners[index] for index in self._prefilter.Match(data) or ()}:
                for start, stop in self._looks[number].find(data):
                    yield start, stop, number

    def _pseudonym(self, kind: str, secret: bytes) -> bytes:
        key = kind, hashlib.blake2b(secret, digest_size=16).digest()
        if key not in self._numbers:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self._numbers[key] = self.counts[kind]
        return PSEUDONYM.format(kind=kind, number=self._numbers[key]).encode()


class _Look:
    """One secret, compiled at first use. Text is searched as bytes, so that broken encodings hide nothing."""

    def __init__(self, secret: Secret) -> None:
        self.kind = secret.kind
        self._secret = secret

    @cached_property
    def patterns(self) -> tuple[re2._Regexp, ...]:
        return self._compiled(self._secret.patterns)

    @cached_property
    def exceptions(self) -> tuple[re2._Regexp, ...]:
        return self._compiled(self._secret.except_)

    @cached_property
    def required(self) -> tuple[re2._Regexp, ...]:
        return self._compiled(self._secret.require)

    def _compiled(self, patterns: Sequence[str]) -> tuple[re2._Regexp, ...]:
        return tuple(re2.compile(pattern.encode(), _options(self._secret.ignore_case)) for pattern in patterns)

    def find(self, data: bytes) -> Iterator[tuple[int, int]]:
        for pattern in self.patterns:
            for match in pattern.finditer(data):
                start, stop = match.span(pattern.groupindex.get(SECRET_GROUP.encode(), 0))
                if 0 <= start < stop and self._is_secret(data[start:stop]):
                    yield start, stop

    def _is_secret(self, value: bytes) -> bool:
        if re2.search(_ALREADY, value) or any(pattern.fullmatch(value) for pattern in self.exceptions):
            return False
        return all(pattern.search(value) for pattern in self.required) and (
            self._secret.check != "luhn" or passes_luhn(value)
        )


class _Block(Struct, frozen=True):
    """A secret of several lines, compiled."""

    kind: str
    begin: re2._Regexp
    body: re2._Regexp

    @classmethod
    def of(cls, secret: Secret) -> _Block:
        begin, body = (
            re2.compile(str(text).encode(), _options(secret.ignore_case)) for text in (secret.begin, secret.body)
        )
        return cls(secret.kind, begin, body)


def passes_luhn(value: bytes) -> bool:
    """Are the digits of `value` a number with a valid check digit? (ISO/IEC 7812-1, annex B)"""
    digits = [byte - 48 for byte in value if 48 <= byte <= 57]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return bool(digits) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _set_of(secrets: Sequence[Secret]) -> re2.Set | None:
    """All patterns as one pass that says which of them are worth a closer look."""
    patterns = [(f"(?i){text}" if secret.ignore_case else text) for secret in secrets for text in secret.patterns]
    found = re2.Set.SearchSet(_options())
    for pattern in patterns:
        found.Add(pattern.encode())
    found.Compile()
    return found if patterns else None


@cache
def _options(ignore_case: bool = False) -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.case_sensitive = not ignore_case
    options.log_errors = False
    return options
