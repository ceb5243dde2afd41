"""A live stream, diagnosed while it runs: sliding windows of facts, and news of hypotheses."""
