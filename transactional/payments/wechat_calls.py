"""Signed calls to WeChat Pay: a request carries the merchant's signature, an answer counts only with the platform's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from msgspec import Struct

from transactional.clock import Clock
from transactional.payments.refusals import (
    BadSignature,
    ProviderRefused,
    ProviderUnavailable,
    StaleNotice,
    UntrustedAnswer,
)
from transactional.payments.wechat_signing import authorization, check_platform_signature

T = TypeVar("T")


@dataclass(frozen=True)
class WeChatAccount:
    """A merchant's account: who it is, its key, and the platform keys it trusts, by serial or public key id."""

    mchid: str
    appid: str
    serial: str
    private_key: RSAPrivateKey
    api_v3_key: bytes
    platform_keys: Mapping[str, RSAPublicKey]
    base_url: str


class _Refusal(Struct):
    code: str = "UNKNOWN"
    message: str = "no reason given"


class WeChatCalls:
    """Makes the calls of one merchant."""

    def __init__(
        self, account: WeChatAccount, client: httpx.AsyncClient, clock: Clock, nonce: Callable[[], str]
    ) -> None:
        self._account = account
        self._client = client
        self._clock = clock
        self._nonce = nonce

    async def call(self, method: str, path: str, payload: dict[str, Any] | None = None) -> bytes:
        """Return the body of a signed, successful answer.

        Raises:
            ProviderUnavailable: no answer, an answer of 5xx, or too many calls; what became of it is not known.
            ProviderRefused: any other answer without success.
            UntrustedAnswer: a success without a good signature.
        """
        body = b"" if payload is None else msgspec.json.encode(payload)
        request = self._client.build_request(
            method,
            self._account.base_url.rstrip("/") + path,
            content=body,
            headers={"Accept": "application/json", "Content-Type": "application/json"},
        )
        request.headers["Authorization"] = authorization(
            self._account.private_key,
            mchid=self._account.mchid,
            serial=self._account.serial,
            method=method,
            target=request.url.raw_path.decode(),
            timestamp=str(int(self._clock().timestamp())),
            nonce=self._nonce(),
            body=body,
        )
        try:
            answer = await self._client.send(request)
        except httpx.HTTPError as error:
            raise ProviderUnavailable(
                f"WeChat Pay does not answer ({type(error).__name__}); ask again in a moment"
            ) from error
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> bytes:
        if answer.status_code >= 500 or answer.status_code == 429:
            raise ProviderUnavailable(f"WeChat Pay answers {answer.status_code}; ask again in a moment")
        # WeChat Pay does not sign the answer to a request whose own signature was wrong.
        is_signed = "Wechatpay-Signature" in answer.headers
        if is_signed or answer.is_success:
            try:
                check_platform_signature(
                    self._account.platform_keys, answer.headers, answer.content, self._clock()
                )
            except (BadSignature, StaleNotice) as problem:
                raise UntrustedAnswer(f"WeChat Pay's answer does not count: {problem.detail}") from problem
        if not answer.is_success:
            try:
                refusal = msgspec.json.decode(answer.content, type=_Refusal)
            except msgspec.MsgspecError:
                refusal = _Refusal(f"HTTP_{answer.status_code}")
            raise ProviderRefused("WeChat Pay", refusal.code, refusal.message, is_signed=is_signed)
        return answer.content


def decoded(answer: bytes, kind: type[T]) -> T:
    """Return a signed answer as the documented structure.

    Raises:
        UntrustedAnswer: it is not.
    """
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.MsgspecError as error:
        raise UntrustedAnswer(f"WeChat Pay's answer cannot be read: {error}") from error
