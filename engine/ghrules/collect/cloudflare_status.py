"""What Cloudflare says of itself: the summary of its status page. The signals read it."""

from __future__ import annotations

import json
import ssl

from ghrules.collect.collector import Limits
from ghrules.collect.config import Stack
from ghrules.collect.fetch import fetch
from ghrules.collect.findings import Findings

FORMAT = "statuspage"
_WELL = frozenset({"none", "maintenance"})


class CloudflareStatus:
    """The collector `cloudflare-status`. A status page that cannot be read is a gap, never a fault of the stack."""

    name = "cloudflare-status"

    def concerns(self, stack: Stack) -> bool:
        return bool(stack.cloudflare and stack.cloudflare.status)

    async def collect(self, stack: Stack, limits: Limits, found: Findings) -> None:
        if stack.cloudflare is None:
            return
        url = stack.cloudflare.status_url
        answer = await fetch(url, limits=limits, trust=ssl.create_default_context())
        if answer.fault:
            timed_out = "timeout" in answer.fault.code or "timed out" in answer.fault.said
            found.gap(self.name, url, "timed out" if timed_out else "unreachable", answer.fault.said)
            return
        try:
            if answer.status != 200 or not answer.complete:
                raise ValueError(f"status {answer.status}" if answer.complete else "the answer is too large")
            summary = json.loads(answer.body)
            indicator, said = str(summary["status"]["indicator"]), str(summary["status"]["description"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            found.gap(self.name, url, "not understood", f"it is no Statuspage summary: {error}")
            return
        found.check("cloudflare", "status page", indicator in _WELL, said)
        found.text(url, answer.text, FORMAT)
