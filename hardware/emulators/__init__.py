"""Boards on pseudo-terminals, arms and cars for tests and the demo; share no code with drivers."""
