"""The documentation as a static site: `make site`."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]

project = "ghrules"
author = "the ghrules maintainers"
version = re.search(r'__version__ = "(.+)"', (ROOT / "engine/ghrules/__init__.py").read_text(encoding="utf-8"))[1]
release = version
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 2
html_theme = "furo"
html_title = f"ghrules {version}"
html_copy_source = False
html_show_sourcelink = False
html_extra_path = ["report.schema.json"]
suppress_warnings = ["myst.xref_missing"]
