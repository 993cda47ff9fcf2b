"""Cameras: sources, frames, freshness, what is wrong with a picture."""
