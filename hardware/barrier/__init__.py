"""A barrier as a pure state machine: inputs, guards, transitions, vehicle movement."""
