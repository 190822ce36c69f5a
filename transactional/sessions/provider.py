"""The OpenID Connect provider over HTTP: what it says of itself, its keys, and who somebody is.

By OpenID Connect Core 1.0, sections 3.1.3.1 to 3.1.3.7, and Discovery 1.0.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from transactional.clock import Clock
from transactional.sessions.oidc import Attempt, OidcClient, OidcRefused, OidcUnavailable, require_safe

_log = logging.getLogger(__name__)

# Those of a provider's public keys; `none` and secrets shared with the client are never among them.
_ALGORITHMS = ("RS256", "ES256")
_KEY_TYPES = ("RSA", "EC")
_FRESH = timedelta(hours=1)
# An unknown key is looked for at once, but a flood of forged tokens asks the provider this often only.
_PATIENCE = timedelta(seconds=10)
_LEEWAY_SECONDS = 60
_TIMEOUT_SECONDS = 5.0
_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class _Known:
    """What the provider says of itself, and when it said so."""

    authorization_endpoint: str
    token_endpoint: str
    is_basic: bool
    keys: KeySet
    asked_at: datetime


class Provider:
    """Asks one provider; what it says of itself is remembered for an hour, its keys until one is unknown."""

    def __init__(self, client: OidcClient, http: httpx.AsyncClient, clock: Clock) -> None:
        self.client = client
        self._http = http
        self._clock = clock
        self._known: _Known | None = None

    async def address(self, attempt: Attempt) -> str:
        """Return where the person of an attempt is asked who they are.

        Raises:
            OidcUnavailable: the provider does not answer as it should.
        """
        return attempt.address(self.client, (await self._described()).authorization_endpoint)

    async def subject(self, attempt: Attempt, code: str) -> str:
        """Return by what the provider knows whoever it sent back with a code.

        Raises:
            OidcRefused: the code is none of this attempt or was used, or its ID token cannot be trusted.
            OidcUnavailable: the provider does not answer as it should.
        """
        known = await self._described()
        token = await self._exchanged(known, attempt, code)
        try:
            try:
                claims = self._verified(token, known.keys, attempt)
            except InvalidKeyIdError:
                claims = self._verified(token, (await self._renewed(known)).keys, attempt)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            _log.warning("an ID token of %s was refused: %r", self.client.issuer, error)
            raise OidcRefused from error
        return str(claims["sub"])

    def _verified(self, token: str, keys: KeySet, attempt: Attempt) -> dict[str, Any]:
        claims = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self.client.issuer},
            aud={"essential": True, "value": self.client.client_id},
            nonce={"essential": True, "value": attempt.nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        ).validate(claims)
        audience = claims["aud"]
        authorised = claims.get("azp", self.client.client_id if isinstance(audience, str) else None)
        if authorised != self.client.client_id and not (authorised is None and len(audience) == 1):
            raise ValueError(f"the token was made for {authorised!r}")
        return claims

    async def _exchanged(self, known: _Known, attempt: Attempt, code: str) -> str:
        """Return the ID token for a code, which the provider gives once."""
        client = self.client
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": attempt.verifier,
            "client_id": client.client_id,
        }
        auth: httpx.Auth = httpx.Auth()
        if client.client_secret is not None and known.is_basic:
            # RFC 6749, section 2.3.1: encoded as a form is, before they are joined.
            auth = httpx.BasicAuth(quote(client.client_id, safe=""), quote(client.client_secret, safe=""))
        elif client.client_secret is not None:
            form["client_secret"] = client.client_secret
        try:
            answer = await self._http.post(known.token_endpoint, data=form, auth=auth)
        except httpx.HTTPError as error:
            raise _away(known.token_endpoint, error) from error
        if 400 <= answer.status_code < 500:
            _log.warning("%s refused a code: %s", known.token_endpoint, answer.text[:300])
            raise OidcRefused
        told = _document(known.token_endpoint, answer)
        if not isinstance(told.get("id_token"), str):
            raise _away(known.token_endpoint, "no id_token")
        return str(told["id_token"])

    async def _described(self) -> _Known:
        known = self._known
        if known is None or self._clock() - known.asked_at > _FRESH:
            known = self._known = await self._ask()
        return known

    async def _renewed(self, known: _Known) -> _Known:
        """Return what is known with keys as they are now, for a token whose key was not among them."""
        if self._clock() - known.asked_at < _PATIENCE:
            return known
        self._known = await self._ask()
        return self._known

    async def _ask(self) -> _Known:
        issuer = self.client.issuer
        address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        told = await self._get(address)
        try:
            if told["issuer"] != issuer:
                raise ValueError(f"it calls itself {told['issuer']!r}")
            authorization, token, jwks = (
                str(told[name]) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
            )
            for endpoint in (authorization, token, jwks):
                require_safe(endpoint)
            methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            found = await self._get(jwks)
            keys = [
                key
                for key in found["keys"]
                if key.get("kty") in _KEY_TYPES and key.get("use", "sig") == "sig"
            ]
            return _Known(
                authorization,
                token,
                is_basic="client_secret_basic" in methods,
                keys=KeySet.import_key_set({"keys": keys}),
                asked_at=self._clock(),
            )
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise _away(address, error) from error

    async def _get(self, address: str) -> dict[str, Any]:
        try:
            return _document(address, await self._http.get(address))
        except httpx.HTTPError as error:
            raise _away(address, error) from error


@asynccontextmanager
async def provider_of(client: OidcClient | None, clock: Clock) -> AsyncIterator[Provider | None]:
    """Give the provider for the block, or None if none is configured; nothing is asked before the first login."""
    if client is None:
        yield None
        return
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
        yield Provider(client, http, clock)


def _document(address: str, answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json() if answer.is_success and len(answer.content) <= _MOST_BYTES else None
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise _away(address, f"{answer.status_code} {answer.text[:300]}")
    return told


def _away(address: str, why: object) -> OidcUnavailable:
    _log.error("the identity provider does not answer as it should: %s: %s", address, why)
    return OidcUnavailable()
