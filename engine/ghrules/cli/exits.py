"""What the exit codes mean, as `--help` says it."""

EXIT_CODES = """\b
Exit codes:
  0  it ran, whatever it found
  1  it ran and --fail-on was met
  2  the command line makes no sense, or the output cannot be written
  3  the knowledge of a pack is not valid
  4  the input cannot be read
"""
