from __future__ import annotations

import pytest

from ghrules.ingest.urls import is_url, shown


@pytest.mark.parametrize("path", ["s3://b/k", "https://h/a.log", "simplecache::s3://b/k", "memory://a"])
def test_addresses(path: str) -> None:
    assert is_url(path)


@pytest.mark.parametrize("path", ["a.log", "/tmp/a:b", "C:\\logs\\a.log", "C://logs", "-", "2026://x", "./s3:/b"])
def test_paths_of_this_machine(path: str) -> None:
    assert not is_url(path)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("s3://bucket/a b.log", "s3://bucket/a b.log"),
        ("https://h/a.log?X-Amz-Signature=s3cret&x=1#f", "https://h/a.log?…"),
        ("ftp://me:s3cret@h:21/a", "ftp://…@h:21/a"),
        ("https://s3cret@h/a", "https://…@h/a"),
        ("abfs://logs@account.dfs.core.windows.net/a", "abfs://logs@account.dfs.core.windows.net/a"),
        ("403, url='https://u:s3cret@h/a?sig=s3cret' twice https://h?s3cret", "403, url='https://…@h/a?…' twice https://h?…"),
        ("simplecache::https://u:s3cret@h/a", "simplecache::https://…@h/a"),
        ("no address at all", "no address at all"),
    ],
)  # fmt: skip
def test_secrets_are_not_shown(text: str, printed: str) -> None:
    assert shown(text) == printed
    assert shown(printed) == printed
