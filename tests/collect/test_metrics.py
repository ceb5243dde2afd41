"""Prometheus text: what is there is read, what is none is left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ghrules.collect.metrics import answers_by_status, parse_metrics, totals

PAGE = r"""# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9
metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320
rpc_duration_seconds{quantile="0.99"} 76656
"""


def test_the_page_of_the_documentation() -> None:
    samples = list(parse_metrics(PAGE))
    assert {sample.name for sample in samples} == {
        "http_requests_total", "msdos_file_access_time_seconds", "metric_without_timestamp_and_labels",
        "http_request_duration_seconds_bucket", "http_request_duration_seconds_sum",
        "http_request_duration_seconds_count", "rpc_duration_seconds",
    }  # fmt: skip
    assert samples[2].labels["error"] == r"Cannot find file:\n\"FILE.TXT\""


def test_totals_are_over_labels_and_without_buckets_and_quantiles() -> None:
    sums = totals(parse_metrics(PAGE))
    assert sums["http_requests_total"] == 1030
    assert "http_request_duration_seconds_bucket" not in sums
    assert "rpc_duration_seconds" not in sums


def test_answers_by_status() -> None:
    assert answers_by_status(parse_metrics(PAGE)) == {200: 1027, 400: 3}


@given(st.text(max_size=300))
def test_no_page_is_too_strange(text: str) -> None:
    totals(parse_metrics(text))
    answers_by_status(parse_metrics(text))
