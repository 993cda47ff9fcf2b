"""Serial and TCP lines, shared by boards and signs."""
