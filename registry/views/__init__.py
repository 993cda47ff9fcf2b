"""Queries: search, stays, households, as values for pages and the API."""
