"""Exceptions become the codes that logs of the same failure give, whatever they are wrapped in."""

from __future__ import annotations

import errno
import socket
import ssl

import httpcore
import pytest

from ghrules.collect.faults import fault_of, fault_of_bytes
from ghrules.collect.net import Phase


def wrapped(cause: BaseException) -> BaseException:
    """As httpcore wraps what its network raises."""
    try:
        try:
            raise cause
        except BaseException as inner:
            raise httpcore.ConnectError("All connection attempts failed") from inner
    except httpcore.ConnectError as outer:
        return outer


@pytest.mark.parametrize(
    ("error", "phase", "code"),
    [
        (OSError(errno.ECONNREFUSED, ""), "connect", "connection-refused"),
        (OSError(errno.EHOSTUNREACH, ""), "connect", "unreachable"),
        (OSError(errno.ENETUNREACH, ""), "connect", "unreachable"),
        (OSError(errno.ETIMEDOUT, ""), "connect", "connect-timeout"),
        (OSError(errno.ECONNRESET, ""), "first-byte", "connection-reset"),
        (OSError(errno.ECONNRESET, ""), "tls", "handshake-failed"),
        (OSError(errno.EMFILE, ""), "connect", "too-many-open-files"),
        (socket.gaierror(socket.EAI_NONAME, ""), "dns", "name-not-found"),
        (socket.gaierror(socket.EAI_AGAIN, ""), "dns", "resolver-trouble"),
        (TimeoutError(), "dns", "resolver-trouble"),
        (TimeoutError(), "connect", "connect-timeout"),
        (TimeoutError(), "tls", "connect-timeout"),
        (TimeoutError(), "first-byte", "response-timeout"),
        (TimeoutError(), "body", "response-timeout"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "tls", "handshake-failed"),
        (ExceptionGroup("several", [OSError(errno.ECONNREFUSED, "")]), "connect", "connection-refused"),
    ],
)
def test_each_exception_has_its_code_alone_and_wrapped(error: BaseException, phase: Phase, code: str) -> None:
    assert fault_of(error, phase).code == code
    assert fault_of(wrapped(error), phase).code == code


@pytest.mark.parametrize(
    ("number", "code"),
    [(10, "certificate-expired"), (9, "certificate-not-yet-valid"), (18, "untrusted-ca"), (19, "untrusted-ca"),
     (20, "untrusted-ca"), (21, "untrusted-ca"), (62, "hostname-mismatch"), (64, "hostname-mismatch"),
     (1, "untrusted-ca")],
)  # fmt: skip
def test_the_number_of_a_failed_verification_decides(number: int, code: str) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = number, "said"
    assert fault_of(error, "tls").code == code


@pytest.mark.parametrize(
    ("received", "code"),
    [(b"", None), (b"HTTP/1.1 200 OK\r\n", None), (b"HTT", None), (b"SSH-2.0-OpenSSH\r\n", "protocol-error"),
     (b"\x15\x03\x01\x00\x02\x02\x46", "plaintext-port"), (b"\xff\xfe\x00", "protocol-error")],
)  # fmt: skip
def test_the_first_bytes_tell_what_answered(received: bytes, code: str | None) -> None:
    found = fault_of_bytes(received)
    assert (found.code if found else None) == code
