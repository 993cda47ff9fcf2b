"""The gate itself: configuration, decisions, lanes, journal, pages. May import the other three; nobody imports it."""
