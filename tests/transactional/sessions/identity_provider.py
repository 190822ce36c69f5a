"""An OpenID Connect provider on loopback that does as it is told, well or badly."""

import base64
import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "pointmart", "a secret of the client: 100%"


def rsa_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


def ec_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


@dataclass
class IdentityProvider:
    """What the provider is and what it lets people have.

    Attributes:
        claims: what is put over the claims of a token; None takes one away.
        header: what is put over its header.
        shared_secret: signs with this text as a secret instead of the key; without_signature: with nothing.
        codes: those that were given and not used yet, with what they were given for.
    """

    url: str
    now: Any
    key: RSAKey | ECKey = field(default_factory=lambda: rsa_key("one"))
    subject: str = "subject-of-li-na"
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    shared_secret: str | None = None
    without_signature: bool = False
    is_away: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked_for_keys: int = 0

    def code_for(self, authorization_url: str) -> tuple[str, str]:
        """Log the person in who was sent here; return code and state as the browser would bring them back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()}
        assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return code, query["state"]

    def _token(self, asked: dict[str, str]) -> str:
        now = int(self.now().timestamp())
        claims = {
            "iss": self.url, "aud": CLIENT_ID, "sub": self.subject, "nonce": asked["nonce"], "iat": now, "exp": now + 300,
        }  # fmt: skip
        told = {name: value for name, value in (claims | self.claims).items() if value is not None}
        header = {"alg": self.key.get("alg"), "kid": self.key.kid} | self.header
        if self.without_signature:
            parts = ({"alg": "none", "kid": self.key.kid}, told)
            return ".".join(_base64(json.dumps(part).encode()) for part in parts) + "."
        if self.shared_secret is not None:
            # By hand: the library refuses to take a public key for a secret.
            signed = ".".join(_base64(json.dumps(part).encode()) for part in (header, told))
            digest = hmac.digest(self.shared_secret.encode(), signed.encode(), "sha256")
            return f"{signed}.{_base64(digest)}"
        return jwt.encode(header, told, self.key)

    async def describe(self, _: Request) -> Response:
        if self.is_away:
            return Response("away", 502)
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        )

    async def keys(self, _: Request) -> Response:
        self.asked_for_keys += 1
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        code, state = self.code_for(str(request.url))
        back = request.query_params["redirect_uri"]
        return RedirectResponse(f"{back}?code={code}&state={state}", 303)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        basic = request.headers["authorization"].partition(" ")[2]
        if base64.b64decode(basic).decode() != f"{CLIENT_ID}:a%20secret%20of%20the%20client%3A%20100%25":
            return JSONResponse({"error": "invalid_client"}, 401)
        # Given once.
        asked = self.codes.pop(str(form["code"]), None)
        challenge = _base64(sha256(str(form["code_verifier"]).encode()).digest())
        if (
            asked is None
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self._token(asked)})


@contextmanager
def running_provider(now: Any) -> Iterator[IdentityProvider]:
    """Serve a provider in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    provider = IdentityProvider(f"http://127.0.0.1:{port}", now)
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.describe),
            Route("/keys", provider.keys),
            Route("/authorize", provider.authorize),
            Route("/token", provider.token, methods=["POST"]),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < deadline, "the provider did not start"
            time.sleep(0.02)
        yield provider
    finally:
        server.should_exit = True
        thread.join()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
