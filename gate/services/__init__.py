"""Use cases: what pages and the API both do to the registry, visits and presence."""
