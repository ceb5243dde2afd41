"""What the fuzzers begin with: captured logs of the examples, tests of the packs, saved reports, and nasty texts."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
import tarfile
import zipfile
from functools import cache

from targets import ROOT, engine

FOUND = ROOT / "tests" / "fuzz" / "found"
"""Inputs that were findings once: a folder for each target."""
_LONGEST = 20_000

TIMES = (
    b"2026-11-23T12:00:00.123Z", b"2026-11-23 12:00:00,123 +0200", b"23/Nov/2026:12:00:00 +0000", b"Nov 23 12:00:00",
    b"Mon, 23 Nov 2026 12:00:00 GMT", b"11/23/2026, 3:04:05 PM", b"1795500000.123", b"20261123T120000Z",
    b"1123 12:00:00",
)  # fmt: skip
PATTERNS = (rb'a(?P<x>[^"]+)"(?i:b)\d{1,3}$', rb"[[:alpha:]]\b.x|\Qa.b\E", rb"(?s)a.*?b[^\n]", rb"[]a]|[^]a]")
TEMPLATES = (
    b'psql "$URL" -c \'select {pid}\'\nx; touch owned', b"kill {a.pid} # {b}\n$(id)", b"echo {x}{y} {{z}} \\\n'",
    b"{x.__class__} {0!r:>99999999} {x!r} {x[0]}\nvalue",
)  # fmt: skip
NASTY = (
    b"", b"\0", b"\n" * 100, b"\xff" * 50, b"{" * 500, b"[" * 2000, b'{"a":' * 300, b'{"n":' + b"9" * 5000 + b"}",
    b"[1," * 1500, b'{"time":NaN,"level":"error","msg":"x"}', b"\\" * 2000 + b"u001b[0m", b"<999>1 - - - - - -",
    b'[\n{"a":1},\n{"a":' + b"[" * 1200, b"level=error msg=" + b"'" * 500, b"a = " + b"[" * 1500,
)  # fmt: skip


@cache
def seeds_of(name: str) -> tuple[bytes, ...]:
    """The seeds of a target, findings of earlier days first."""
    return (*found(name), *_of(name), *NASTY)


def found(name: str) -> tuple[bytes, ...]:
    """What was a finding of a target once."""
    return tuple(path.read_bytes() for path in sorted((FOUND / name).glob("*"))) if (FOUND / name).is_dir() else ()


def _of(name: str) -> tuple[bytes, ...]:
    match name:
        case "times":
            return TIMES
        case "levels":
            return (b"error", b"WARN:", b"<34>", b"7", b"E")
        case "patterns":
            known = [pattern.encode() for signal in engine().knowledge.signals for pattern in signal.patterns]
            return (*PATTERNS, *known[::7])
        case "templates":
            return TEMPLATES + _commands()
        case "packs" | "pack_folders":
            return _packs()
        case "stacks":
            return (
                _read("engine/ghrules/collect/template.toml"),
                b'[[suppress]]\nhypothesis = "a"\nexpires = 2026-01-01\nreason = "x"\n',
            )
        case "reports":
            return (engine().infer(lines=_logs()[0].decode("utf-8", "replace")[:3000]).to_json().encode(),)
        case "cases":
            return (_case(),)
        case "files":
            return _packed(_logs()[0][:2000])
        case "archives":
            return (b"a/b.log\nx\0../../c\ny\0/etc/passwd\nzz\0dev\n1234", b"\0\0", b"a\nb\0a\nc")
        case "metrics":
            return (b'# HELP a b\na{code="200",x="\\""} 12 1795500000\nb 1e9\n',)
        case "redaction":
            return (
                b"password=hunter2hunter2 postgres://a:secret@h/db Bearer abcdefghijklmnop a@b.example",
                b"card 4111111111111111 cookie: session=abcdefghijklmnop",
                *_logs()[:20],
            )
        case _:
            return _logs()


def _read(path: str) -> bytes:
    return (ROOT / path).read_bytes()


@cache
def _logs() -> tuple[bytes, ...]:
    files = sorted(
        path for path in (ROOT / "examples" / "incidents").rglob("*") if path.is_file() and path.suffix != ".md"
    )
    texts = [test.table.log.encode() for test in engine().knowledge.tests if test.table.log]
    return tuple([path.read_bytes()[:_LONGEST] for path in files if path.suffix not in (".gz", ".zst")] + texts[::3])


@cache
def _packs() -> tuple[bytes, ...]:
    files = [*sorted((ROOT / "examples" / "packs").rglob("*.toml")), *sorted((ROOT / "rules").rglob("*.toml"))[::12]]
    return tuple(path.read_bytes()[:_LONGEST] for path in files)


@cache
def _commands() -> tuple[bytes, ...]:
    hypotheses = engine().knowledge.hypotheses.values()
    commands = {text for one in hypotheses for fix in one.fixes for text in (fix.command, fix.snippet, fix.do) if text}
    return tuple(f"{text.splitlines()[0]}\n'; touch owned #".encode() for text in sorted(commands) if "{" in text)


def _case() -> bytes:
    lines: list[dict[str, object]] = [
        {"ghrules_case": "1", "collected_at": "2026-11-23T12:00:00+00:00", "collectors": ["dns"]},
        {"fact": "error", "component": "postgres", "code": "53300", "count": 3, "first_seen": "2026-11-23T12:00:00Z"},
        {"text": "FATAL:  sorry, too many clients already\n", "origin": "db.log", "format": None},
    ]
    return "\n".join(json.dumps(line, separators=(",", ":")) for line in lines).encode()


def _packed(text: bytes) -> tuple[bytes, ...]:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    tar, zipped = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("a.log", "x/" * 60 + "b.log", "ü.log"):
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as other:
        other.writestr("a.log", text)
        other.writestr("b/c.log", text)
    whole = (gzip.compress(text, mtime=0), bz2.compress(text), lzma.compress(text), zstd.compress(text))
    tars = (tar.getvalue(), gzip.compress(tar.getvalue(), mtime=0), lzma.compress(tar.getvalue()))
    return (*whole, *tars, zipped.getvalue(), gzip.compress(whole[3], mtime=0), text.decode("latin-1").encode("utf-16"))
