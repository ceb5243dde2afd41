"""How many planted secrets are hidden, and how many look-alikes are touched.

python benchmarks/redaction.py [--each N] [--seed N] [--misses]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from ghrules import Engine
from helpers.planted import lookalikes, secrets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=50, help="lines of each form")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", action="store_true", help="show what went wrong")
    options = parser.parse_args()
    redactor = Engine().redactor()
    total, wrong = Counter[str](), Counter[str]()
    for planted in secrets(options.seed, options.each):
        seen = redactor.text(planted.line)
        total[planted.name] += 1
        if planted.secret in seen:
            wrong[planted.name] += 1
            if options.misses:
                print(f"shown   {planted.name}: {seen}")
    touched = harmless = 0
    for planted in lookalikes(options.seed, options.each):
        seen = redactor.text(planted.line)
        harmless += 1
        if seen != planted.line:
            touched += 1
            if options.misses:
                print(f"touched {planted.name}: {planted.line}  =>  {seen}")
    for name, count in sorted(total.items()):
        print(f"{name:14} {count - wrong[name]:6} of {count:6} hidden")
    shown = sum(wrong.values())
    count = total.total()
    print(f"secrets     {count - shown} of {count} hidden ({(count - shown) / count:.2%})")
    print(f"look-alikes {touched} of {harmless} touched ({touched / harmless:.2%})")


if __name__ == "__main__":
    main()
