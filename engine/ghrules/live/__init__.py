"""Working on a running stack: checks that test hypotheses, and the proof that a fix has worked."""
