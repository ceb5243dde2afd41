import pytest

from ghrules.advice.runbooks import find_runbook
from ghrules.errors import UsageError
from helpers.incident import KNOWLEDGE


@pytest.mark.parametrize("name", ["database-connection-failures", "db-too-many-connections"])
def test_a_runbook_is_found_by_its_id_and_by_its_hypothesis(name: str) -> None:
    assert find_runbook(KNOWLEDGE, name).title == "Database connection failures"


def test_a_hypothesis_without_a_runbook_says_so() -> None:
    with pytest.raises(UsageError, match="'gateway-timeout' has no runbook"):
        find_runbook(KNOWLEDGE, "gateway-timeout")


def test_a_wrong_id_names_the_one_that_was_meant() -> None:
    with pytest.raises(UsageError, match="did you mean 'database-connection-failures'"):
        find_runbook(KNOWLEDGE, "database-connection-failure")
