"""What authors of packs work with: lists, pages and graphs of what is known, scaffolds, coverage, mining."""
