"""Commands, configuration changes and runbooks, filled with what the evidence says."""
