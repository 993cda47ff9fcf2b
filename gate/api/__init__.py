"""REST and event stream for other programs."""
