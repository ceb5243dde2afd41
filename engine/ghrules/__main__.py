"""`python -m ghrules` is the command `ghrules`."""

import sys

from ghrules.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
