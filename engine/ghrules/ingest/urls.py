"""Addresses as inputs: what is one, and how it is shown without the secrets that it may carry."""

from __future__ import annotations

import re

_URL = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]+::)*[A-Za-z][A-Za-z0-9+.-]+://")
_SHOWN = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?:(?P<user>[^\s/?#@'\"]*)@)?(?P<rest>[^\s?#'\"]*)(?P<query>[?#][^\s'\"]*)?"
)
_CONTAINER_AT_ACCOUNT = ("abfs://", "abfss://", "az://", "adl://", "wasb://", "wasbs://")
"""Schemes in which what stands before the @ is the name of a container."""


def is_url(path: str) -> bool:
    """Whether an input is an address (`s3://bucket/key`), and no path of this machine."""
    return _URL.match(path) is not None


def shown(text: str) -> str:
    """The text with all addresses in it as they may be printed: no user, password, query or fragment."""
    return _SHOWN.sub(_without_secrets, text) if "://" in text else text


def _without_secrets(match: re.Match[str]) -> str:
    user = match["user"]
    if user is None:
        before = ""
    elif match["scheme"].lower() in _CONTAINER_AT_ACCOUNT and ":" not in user:
        before = f"{user}@"
    else:
        before = "…@"
    return match["scheme"] + before + match["rest"] + ("?…" if match["query"] else "")
