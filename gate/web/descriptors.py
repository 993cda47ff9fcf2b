"""File descriptors: raised to what the system allows, and shared between the web and the lanes."""

import resource

WANTED = 8192
KEPT_BACK = 160
"""For boards, cameras, the database, pictures and exports: a site of four lanes uses 90."""
LEAST = 32


def raise_limit() -> int:
    """Allow this process as many open files as it may; return how many that are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return soft if soft != resource.RLIM_INFINITY else WANTED


def for_the_web(limit: int, wanted: int) -> int:
    """Return how many connections the web may hold where the process may have `limit` files."""
    return max(LEAST, min(wanted, limit - KEPT_BACK))
