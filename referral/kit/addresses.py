"""Addresses of callers, as they are counted."""

import ipaddress


def folded_address(text: str | None) -> str:
    """Return the address that is counted: an IPv6 household changes its last 64 bits at will, so they are left out."""
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    return str(address)
