"""Weights by name and sha256. Nothing here is downloaded at run time."""
