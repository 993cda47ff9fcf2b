"""One file per step, forward and back, in the order of their numbers."""
