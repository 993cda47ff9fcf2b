"""What happened: the log, a passage, charts, reports, the audit."""
