"""Message catalogues: one folder per language, one JSON file per area."""
