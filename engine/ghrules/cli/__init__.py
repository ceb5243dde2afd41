"""The command line: arguments in, one call of the library, a report out."""
