"""Training of the plate detector."""
