"""Where webhooks may go: a tenant chooses the URL, but not a machine of our own network behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from transactional.problems import Problem

# Carriers' shared addresses (RFC 6598): neither global nor called private by the standard library.
_SHARED = ip_network("100.64.0.0/10")
_SIX_TO_FOUR = ip_network("2002::/16")
_MAX_LENGTH = 2000


class WebhookAddressRefused(Problem):
    """Messages are not sent to that URL."""

    slug = "webhook-address-refused"
    title = "Messages are not sent there"
    status = 422


@dataclass(frozen=True)
class AddressRules:
    """What beyond the public internet is allowed.

    Attributes:
        loopback: this very machine, over plain HTTP too.
        private: private networks, over HTTPS. Link-local addresses never are: clouds keep credentials there.
    """

    loopback: bool = False
    private: bool = False

    def allow(self, address: str) -> bool:
        """Tell whether an IP address may be connected to."""
        ip = ip_address(address.partition("%")[0])
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        if ip.is_loopback:
            return self.loopback
        if ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved or _carries_another(ip):
            return False
        if ip.is_private or ip in _SHARED:
            return self.private
        return ip.is_global


@dataclass(frozen=True)
class Target:
    """What a URL says about where to connect."""

    host: str
    port: int
    is_secure: bool


def target_of(url: str) -> Target:
    """Return where a URL leads.

    Raises:
        WebhookAddressRefused: it is not a plain https or http URL.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise WebhookAddressRefused(f"url: {error}; write it as https://example.com/path") from error
    if (
        parts.scheme not in ("https", "http")
        or not host
        or not url.isascii()
        or not url.isprintable()
        or " " in url
    ):
        raise WebhookAddressRefused("url: write it as https://example.com/path, in ASCII characters")
    if len(url) > _MAX_LENGTH:
        raise WebhookAddressRefused(f"url: it may have at most {_MAX_LENGTH} characters")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise WebhookAddressRefused("url: leave out user, password and fragment; messages are signed instead")
    is_secure = parts.scheme == "https"
    return Target(host, (443 if is_secure else 80) if port is None else port, is_secure)


def check_addresses(target: Target, addresses: Sequence[str], rules: AddressRules) -> None:
    """Make sure that a target with these IP addresses may be sent to.

    Raises:
        WebhookAddressRefused: with the reason.
    """
    if not addresses:
        raise WebhookAddressRefused(f"url: the host {target.host} has no address; correct it")
    if not all(rules.allow(address) for address in addresses):
        raise WebhookAddressRefused(f"url: the host {target.host} is not on the public internet")
    if not target.is_secure and not all(_is_loopback(address) for address in addresses):
        raise WebhookAddressRefused("url: use https; messages are not sent unencrypted")


def _is_loopback(address: str) -> bool:
    return ip_address(address.partition("%")[0]).is_loopback


def _carries_another(ip: IPv4Address | IPv6Address) -> bool:
    """Tell whether an IPv6 address stands for an IPv4 one that would have to be judged instead."""
    return isinstance(ip, IPv6Address) and (ip in _SIX_TO_FOUR or ip.teredo is not None)
