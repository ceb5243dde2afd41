"""Why an exchange failed: an exception becomes the component and code that signals of logs give the same failure."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpcore
import httpx

from ghrules.collect.net import Phase

_VERIFICATION = {
    9: "certificate-not-yet-valid", 10: "certificate-expired", 18: "untrusted-ca", 19: "untrusted-ca",
    20: "untrusted-ca", 21: "untrusted-ca", 62: "hostname-mismatch", 63: "hostname-mismatch", 64: "hostname-mismatch",
}  # fmt: skip
"""OpenSSL's X509_V_ERR numbers (openssl-verification-options(1), x509_vfy.h)."""
_PLAINTEXT = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"})
_CLIENT_CERTIFICATE = frozenset({"TLSV13_ALERT_CERTIFICATE_REQUIRED", "TLSV1_ALERT_CERTIFICATE_REQUIRED"})
_WEAK = frozenset({"EE_KEY_TOO_SMALL", "CA_KEY_TOO_SMALL", "CA_MD_TOO_WEAK", "DH_KEY_TOO_SMALL"})
_NO_SUCH_NAME = frozenset(
    number for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if (number := getattr(socket, name, None))
)
_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EPERM, errno.EADDRNOTAVAIL})
_RESET = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED})


@dataclass(frozen=True)
class Fault:
    """What went wrong: `component` and `code` as error facts have them, `said` in the words of the system."""

    component: str
    code: str
    said: str


def fault_of(error: BaseException, phase: Phase) -> Fault:
    """What an exception of an exchange means that was in `phase` when it came."""
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            code = _VERIFICATION.get(cause.verify_code, "untrusted-ca")
            return Fault("tls", code, f"certificate verify failed: {cause.verify_message or cause.reason}")
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "reason", None) or ""
            return Fault("tls", _tls_code(reason), reason.lower().replace("_", " ") or str(cause))
        if isinstance(cause, socket.gaierror):
            known = cause.errno in _NO_SUCH_NAME
            return Fault("dns", "name-not-found" if known else "resolver-trouble", str(cause.strerror or cause))
        if isinstance(cause, OSError) and (found := _of_number(cause.errno, phase)):
            return Fault(*found, os.strerror(cause.errno or 0))
    return _by_phase(error, phase)


def fault_of_bytes(received: bytes) -> Fault | None:
    """What answered instead of an HTTP server, going by the first bytes that came; None when it was one."""
    if not received or b"HTTP/".startswith(received[:5]):
        return None
    if received[:2] == b"\x15\x03":
        return Fault("tls", "plaintext-port", "a TLS server answered a plain request")
    begin = received.split(b"\n")[0][:60].decode("ascii", "replace").strip()
    return Fault("http-client", "protocol-error", f"this is not HTTP, the answer begins with {begin!r}")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it came from, groups included, each once."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            waiting += cause.exceptions
        waiting += [cause.__cause__, cause.__context__]


def _tls_code(reason: str) -> str:
    if reason in _PLAINTEXT:
        return "plaintext-port"
    if reason in _CLIENT_CERTIFICATE:
        return "client-certificate-required"
    return "key-too-weak" if reason in _WEAK else "handshake-failed"


def _of_number(number: int | None, phase: Phase) -> tuple[str, str] | None:
    if number == errno.ECONNREFUSED:
        return "tcp", "connection-refused"
    if number in _UNREACHABLE:
        return "tcp", "unreachable"
    if number == errno.ETIMEDOUT:
        return "tcp", "connect-timeout"
    if number in _RESET:
        return ("tls", "handshake-failed") if phase == "tls" else ("tcp", "connection-reset")
    if number in (errno.EMFILE, errno.ENFILE):
        return "process", "too-many-open-files"
    return None


def _by_phase(error: BaseException, phase: Phase) -> Fault:
    said = str(error) or type(error).__name__
    if any(isinstance(cause, TimeoutError | httpcore.TimeoutException) for cause in _chain(error)):
        if phase == "dns":
            return Fault("dns", "resolver-trouble", "no answer from the resolver within the time limit")
        if phase in ("connect", "tls"):
            what = "the TLS handshake" if phase == "tls" else "connect"
            return Fault("tcp", "connect-timeout", f"{what} took longer than the time limit")
        return Fault("http-client", "response-timeout", "no answer within the time limit")
    if phase == "tls":
        return Fault("tls", "handshake-failed", said)
    if isinstance(error, httpcore.RemoteProtocolError | httpx.RemoteProtocolError):
        early = "disconnected" in said or "closed connection" in said
        return Fault("http-client", "closed-early" if early else "protocol-error", said)
    if isinstance(error, httpcore.ProxyError):
        return Fault("http-proxy", "proxy-failed", said)
    if phase == "connect":
        return Fault("tcp", "connect-failed", said)
    return Fault("tcp", "connection-reset", said)
