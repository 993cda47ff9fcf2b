"""The gate: configuration, decisions, lanes, journal, pages.

May import the other three packages; nobody imports it.
"""
