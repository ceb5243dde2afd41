"""What the fuzzers begin with: captured logs of the examples, tests of the packs, saved reports, and nasty texts."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
import tarfile
import tempfile
import zipfile
from datetime import datetime
from functools import cache
from pathlib import Path

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
PROGRAMS = (
    b' wrangler 4.50.0\n----\n[{"id":"a","created_on":"2026-11-20T08:02:47Z","source":"wrangler",'
    b'"resources":{"bindings":[{"type":"kv_namespace","name":"CACHE"}]},"versions":[{"version_id":"b","percentage":100}]}]',
    b'[{"name":"DATABASE_URL","type":"secret_text"}]',
    b'[{"query_count":12,"sum_rows_read":900,"sum_rows_returned":3,"sum_total_duration_millis":80.5,'
    b'"sum_total_duration_percent":40,"normalized_sql":"select 1"}]',
    b'{"state":"ready","kind":"postgresql","ready":true}',
    b'[{"active":true,"period_start":"2026-11-20T08:02:47Z","state":"open","title":"t","ddl_statement":"x"}]',
    b'{"outcome":"exception","eventTimestamp":1795500000000,"exceptions":[{"name":"Error","message":"x"}],"logs":[]}',
)
STATUS_PAGES = (
    b'{"page":{"name":"Cloudflare"},"status":{"indicator":"major","description":"x"},"components":[{"name":"Workers",'
    b'"status":"major_outage"}],"incidents":[{"name":"x","status":"investigating","impact":"major","components":[]}]}',
)
WEB_ANSWERS = (
    b'HTTP/1.1 200 OK\r\ncontent-length: 15\r\nserver: cloudflare\r\ncf-ray: 1-FRA\r\n\r\n{"status":"ok"}',
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 30\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nlocation: //[::1]:99999/\r\n\r\n",
    b"HTTP/1.0 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0",
    b'HTTP/1.1 200 OK\r\n\r\n# HELP a b\na{code="200"} 12\nup 1\n',
)
_QUESTION = b"\x04shop\x07example\0\0\x01\0\x01"
RESOLVER_ANSWERS = (
    b"\x80\0\x01\0\x01\0\0\0\0" + _QUESTION + b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01",
    b"\x83\0\x01\0\0\0\0\0\0" + _QUESTION,
    b"\x80\0\x01\0\x01\0\0\0\0" + _QUESTION + b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x02\xc0\x0c",
)
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
        case "programs":
            return PROGRAMS
        case "status_pages":
            return STATUS_PAGES
        case "web_servers":
            return WEB_ANSWERS
        case "resolvers":
            return RESOLVER_ANSWERS
        case "certificates":
            return (_certificate(),)
        case "histories":
            return (_history(),)
        case "formatting":
            return _packs()
        case "scaffolds":
            return tuple(line for log in _logs()[:60] for line in log.splitlines()[:3])
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


def _certificate() -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    key, name = Ed25519PrivateKey.generate(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(datetime(2026, 1, 1)).not_valid_after(datetime(2027, 1, 1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
    return made.sign(key, None).public_bytes(Encoding.DER)


def _history() -> bytes:
    from ghrules.history.store import open_store

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "history.db")
        with open_store(path) as store:
            store.recurrences()
        return path.read_bytes()


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
