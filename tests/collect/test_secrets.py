"""No secret leaves the collectors: neither the values of named variables nor what looks like one."""

from __future__ import annotations

import pytest

from ghrules.collect.config import FromEnvironment
from ghrules.collect.secrets import HIDDEN, Secrets


def test_a_value_from_the_environment_is_hidden_from_then_on() -> None:
    secrets = Secrets({"TOKEN": "s3cr3t-value"})
    assert secrets.value(FromEnvironment(env="TOKEN", prefix="Bearer ")) == "Bearer s3cr3t-value"
    assert secrets.hide("sent s3cr3t-value twice: s3cr3t-value") == f"sent {HIDDEN} twice: {HIDDEN}"


@pytest.mark.parametrize("environment", [{}, {"TOKEN": ""}])
def test_an_unset_variable_gives_nothing(environment: dict[str, str]) -> None:
    assert Secrets(environment).value(FromEnvironment(env="TOKEN")) is None


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("postgres://app:hunter2@db:5432/app", "hunter2"),
        ("Authorization: Bearer abcdef123456", "abcdef123456"),
        ('{"authorization": "Basic YXBwOmg3ZjNqMnAxbQ=="}', "YXBwOmg3ZjNqMnAxbQ"),
        ("Set-Cookie: session=abcdef123; HttpOnly", "abcdef123"),
        ("password=correct-horse", "correct-horse"),
        ('"client_secret": "x9K2mQ7wL4"', "x9K2mQ7wL4"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJzdWIi"),
        ("key AKIAABCDEFGHIJKLMNOP found", "AKIAABCDEFGHIJKLMNOP"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx2\n-----END RSA PRIVATE KEY-----", "MIIEow"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, secret: str) -> None:
    assert secret not in Secrets().hide(text)


@pytest.mark.parametrize("text", ["https://api.example.com:8443/users", "token expired", "user app@db", "cookie jar"])
def test_ordinary_text_stays(text: str) -> None:
    assert Secrets().hide(text) == text
