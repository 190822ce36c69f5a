"""Looks hosts up, and lets nothing through that the address rules refuse."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from transactional.webhooks.addresses import AddressRules, Target, check_addresses, target_of

Lookup = Callable[[str, int], Awaitable[list[str]]]

_LOOKUP_SECONDS = 5.0


async def system_lookup(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host; none if it is not known."""
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class AddressGuard:
    """Knows the addresses of a URL's host that may be connected to."""

    def __init__(self, rules: AddressRules, lookup: Lookup = system_lookup) -> None:
        self._rules = rules
        self._lookup = lookup

    async def check(self, url: str) -> None:
        """Make sure that a URL may be sent to, as far as can be said now.

        Raises:
            WebhookAddressRefused: with the reason.
        """
        target = target_of(url)
        check_addresses(target, await self._lookup(target.host, target.port), self._rules)

    async def addresses(self, host: str, port: int) -> list[str]:
        """Return the IP addresses of a host that is about to be connected to.

        Asked anew for each connection, as a name can be pointed elsewhere after it was registered.

        Raises:
            WebhookAddressRefused: with the reason.
        """
        target = Target(host, port, is_secure=True)
        addresses = await self._lookup(host, port)
        check_addresses(target, addresses, self._rules)
        return addresses
