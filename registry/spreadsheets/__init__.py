"""Import and export of spreadsheets: rows, faults, plan, undo."""
