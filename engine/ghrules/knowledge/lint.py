"""`python -m ghrules.knowledge.lint [--partial] PATH...`: print every problem of packs; exit code 3 when there is one.

`--partial`: the paths are a part of a pack, so names that are not found in them may be elsewhere and are no problem.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ghrules.errors import KnowledgeError
from ghrules.knowledge.check import ECHOES
from ghrules.knowledge.loader import load


def main(arguments: Sequence[str]) -> int:
    """Lint the packs at these paths together, so that they may refer to each other."""
    paths = [Path(argument) for argument in arguments if argument != "--partial"]
    if not paths:
        print("usage: python -m ghrules.knowledge.lint [--partial] PATH...  (pack folders or files, checked together)")
        return 2
    try:
        knowledge = load(paths)
    except KnowledgeError as error:
        partial = len(paths) < len(arguments)
        found = [problem for problem in error.problems if not (partial and problem.code in ECHOES)]
        print("\n".join(str(problem) for problem in found))
        print(f"{len(found)} problem{'s' if len(found) != 1 else ''}", file=sys.stderr)
        return error.exit_code if found else 0
    print(
        f"no problems: {len(knowledge.signals)} signals, {len(knowledge.rules)} rules, "
        f"{len(knowledge.hypotheses)} hypotheses, {len(knowledge.tests)} tests"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
