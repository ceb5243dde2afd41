"""The report as one HTML page: a template with its style and script, and the pictures and tables put into it."""
