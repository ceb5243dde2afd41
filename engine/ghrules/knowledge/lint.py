"""`python -m ghrules.knowledge.lint PATH...`: print every error of packs that are checked together.

For build scripts; `ghrules rules lint` also warns, mends and writes for machines.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ghrules.errors import KnowledgeError
from ghrules.knowledge.loader import load


def main(arguments: Sequence[str]) -> int:
    """Check the packs at these paths together; returns the exit code."""
    try:
        knowledge = load([Path(argument) for argument in arguments])
    except KnowledgeError as error:
        print(error)
        return error.exit_code
    print(
        f"no problems: {len(knowledge.signals)} signals, {len(knowledge.rules)} rules, "
        f"{len(knowledge.hypotheses)} hypotheses, {len(knowledge.tests)} tests"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
