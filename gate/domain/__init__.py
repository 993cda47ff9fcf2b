"""What everybody speaks of: entries, decisions, passages, identifiers, ports. No I/O, no clock."""
