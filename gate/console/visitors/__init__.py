"""Visitor passes: announcing, listing, their log."""
