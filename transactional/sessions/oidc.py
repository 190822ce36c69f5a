"""Logging in by an OpenID Connect provider: who we are there, and attempts that only the browser that began can end.

An attempt is kept nowhere. The browser holds its signed name; what must stay secret until the end - the nonce and the
verifier of PKCE (RFC 7636) - is derived from that name with the service's secret.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from transactional.clock import Clock
from transactional.problems import Problem

ATTEMPT_SECONDS = 600
_SALT = "pointmart.oidc"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class OidcNotConfigured(Problem):
    """No provider is configured."""

    slug = "oidc-not-configured"
    title = "There is no identity provider"
    status = 404

    def __init__(self) -> None:
        super().__init__("no identity provider is configured; log in with your password")


class OidcRefused(Problem):
    """The attempt is over or another's, or what the provider told cannot be trusted."""

    slug = "oidc-refused"
    title = "The login by the identity provider was refused"
    status = 401

    def __init__(self) -> None:
        super().__init__("what the identity provider told cannot be used; begin the login again")


class OidcUnavailable(Problem):
    """The provider does not answer, or not as it should."""

    slug = "oidc-unavailable"
    title = "The identity provider is away"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            "the identity provider does not answer; try again in a moment, or log in with your password"
        )


class LoginNotLinked(Problem):
    """The provider knows the person, and no enabled login of the tenant is linked to them."""

    slug = "login-not-linked"
    title = "No login is linked to this identity"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "the identity provider knows you, and no login of this enterprise is linked to you; ask your administrator"
        )


@dataclass(frozen=True)
class OidcClient:
    """Who we are at a provider, and where it sends people back to."""

    issuer: str
    client_id: str
    redirect_uri: str
    client_secret: str | None = field(repr=False)
    name: str


@dataclass(frozen=True)
class Attempt:
    """A login that has begun; nonce and verifier never reach the browser before the provider has them."""

    tenant_code: str
    state: str
    nonce: str
    verifier: str

    def address(self, client: OidcClient, endpoint: str) -> str:
        """Return where the provider asks the person."""
        challenge = _base64(sha256(self.verifier.encode()).digest())
        query = urlencode(
            {
                "response_type": "code",
                "client_id": client.client_id,
                "redirect_uri": client.redirect_uri,
                "scope": "openid",
                "state": self.state,
                "nonce": self.nonce,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
        )
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"


class Attempts:
    """Begins attempts and finds them again by what the browser kept."""

    def __init__(self, secret: str, clock: Clock, draw: Callable[[int], str] = secrets.token_urlsafe) -> None:
        class ClockedSigner(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock().timestamp())

        self._secret = secret.encode()
        self._serializer = URLSafeTimedSerializer(secret, salt=_SALT, signer=ClockedSigner)
        self._draw = draw

    def begin(self, tenant_code: str) -> tuple[Attempt, str]:
        """Return a new attempt, and the token that the browser keeps."""
        state = self._draw(32)
        token = self._serializer.dumps([tenant_code, state])
        return self._attempt(tenant_code, state), str(token)

    def resume(self, token: str, state: str) -> Attempt:
        """Return the attempt of a browser that the provider has sent back with a state.

        Raises:
            OidcRefused: the browser began another one or none, or it is over.
        """
        try:
            tenant_code, kept = self._serializer.loads(token, max_age=ATTEMPT_SECONDS)
        except (BadData, TypeError, ValueError) as error:
            raise OidcRefused from error
        if not hmac.compare_digest(str(kept).encode(), state.encode()):
            raise OidcRefused
        return self._attempt(str(tenant_code), str(kept))

    def _attempt(self, tenant_code: str, state: str) -> Attempt:
        return Attempt(tenant_code, state, self._derived("nonce", state), self._derived("verifier", state))

    def _derived(self, purpose: str, state: str) -> str:
        message = f"{_SALT}.{purpose}.{state}".encode()
        return _base64(hmac.digest(self._secret, message, "sha256"))


def require_safe(address: str) -> None:
    """Make sure that an address is of HTTPS, or of this machine.

    Raises:
        ValueError: it is neither.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError(f"{address} must begin with https://")


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
