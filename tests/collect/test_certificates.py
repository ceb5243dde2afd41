"""Certificates that are none."""

from __future__ import annotations

from ghrules.collect.certificates import read_certificates
from seeds import found


def test_what_no_library_can_read_is_left_out() -> None:
    assert read_certificates([b"", b"no DER", *found("certificates")]) == []
