"""The one root of everything that `hardware` raises.

Expected outcomes are values; a HardwareError means that a wire or a device is broken, missing or
not the one that the configuration names. Its message names the place and the remedy.
"""


class HardwareError(Exception):
    """A wire or device that does not do what the site needs."""
