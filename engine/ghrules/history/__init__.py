"""Remembers finished diagnoses, so that the next one knows what was there before and what helped."""
