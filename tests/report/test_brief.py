from ghrules.report.brief import brief, headline
from helpers.incident import report


def test_a_hypothesis_in_a_few_lines() -> None:
    top = report().hypotheses[0]
    assert headline(top) == "PostgreSQL has no connection slot left (94 %, SEV2)"
    assert brief(top).split("\n") == [
        "Every slot that max_connections allows is taken, mostly by clients that do not pool or do not let go.",
        "because: the server itself says that every slot is taken",
        "  412 x FATAL: sorry, too many clients already (db.log:1873)",
        "because: it began after deployment 7f3c91aa of 2026-11-02T09:11:00Z",
        "  1 x deployment 7f3c91aa at 2026-11-02T09:11:00Z (deployments.json:41)",
        "fix: Send clients through the pooler (port 6432) [changes]",
        "  psql -h db-1.internal -p 6432 -U <role>",
        "fix: Lower the pool [changes]",
        "  in wrangler.jsonc:",
        '  {"host": "db-1.internal", "max": 5}',
        "runbook: ghrules runbook database-connection-failures",
        "escalate: incident-responder (SEV1, outage)",
    ]
