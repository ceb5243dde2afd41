"""Everything that can be said of a pack without a log: errors, warnings, mechanical corrections."""
