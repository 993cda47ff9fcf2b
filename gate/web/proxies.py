"""Which addresses are the site's own reverse proxies: one of them stands for many people."""

from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network


def known(addresses: Iterable[str]) -> Callable[[str], bool]:
    """Return who answers whether an address is one of these addresses or networks.

    Raises ValueError for one that is neither.
    """
    networks = tuple(ip_network(address, strict=False) for address in addresses)

    def is_known(host: str) -> bool:
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return False
        return any(address in network for network in networks)

    return is_known
