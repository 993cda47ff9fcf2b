"""Configuration: config.yaml, its reference, and what may be changed while the gate runs."""
