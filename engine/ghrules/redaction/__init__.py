"""Hides secrets: from reports, from case files, and from whole dumps."""
