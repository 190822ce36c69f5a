"""Signed calls to Alipay's gateway: a form goes out under the application's key, a signed JSON node comes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from msgspec import Struct

from transactional.clock import BUSINESS_ZONE, Clock
from transactional.payments.alipay_signing import members, signed_request
from transactional.payments.keys import is_signed
from transactional.payments.refusals import ProviderRefused, ProviderUnavailable, UntrustedAnswer

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"

_SUCCESS = "10000"
_BUSY = "20000"
_BUSY_REASONS = ("ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error", "isp.unknown-error")

T = TypeVar("T")


@dataclass(frozen=True)
class AlipayAccount:
    """A merchant's application: who it is, whose money it takes, its key and Alipay's."""

    app_id: str
    seller_id: str
    private_key: RSAPrivateKey
    platform_key: RSAPublicKey
    gateway_url: str


class _Result(Struct):
    code: str
    msg: str = ""
    sub_code: str = ""
    sub_msg: str = ""


class AlipayCalls:
    """Makes the calls of one merchant's application."""

    def __init__(self, account: AlipayAccount, client: httpx.AsyncClient, clock: Clock) -> None:
        self._account = account
        self._client = client
        self._clock = clock

    async def call(
        self, method: str, content: Mapping[str, Any], kind: type[T], notify_url: str | None = None
    ) -> T:
        """Return the signed, successful answer of a method such as `alipay.trade.query`.

        Raises:
            ProviderUnavailable: no answer, or Alipay is busy; what became of the call is not known.
            ProviderRefused: any other answer without success.
            UntrustedAnswer: a success without a good signature or in another form.
        """
        fields = {
            "app_id": self._account.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": self._clock().astimezone(BUSINESS_ZONE).strftime(TIME_FORMAT),
            "version": "1.0",
            "biz_content": msgspec.json.encode(content).decode(),
        }
        if notify_url is not None:
            fields["notify_url"] = notify_url
        try:
            answer = await self._client.post(
                self._account.gateway_url,
                params={"charset": "utf-8"},
                data=signed_request(self._account.private_key, fields),
            )
        except httpx.HTTPError as error:
            raise ProviderUnavailable(
                f"Alipay does not answer ({type(error).__name__}); ask again in a moment"
            ) from error
        if not answer.is_success:
            raise ProviderUnavailable(f"Alipay answers {answer.status_code}; ask again in a moment")
        return self._read(answer.content, method, kind)

    def _read(self, answer: bytes, method: str, kind: type[T]) -> T:
        try:
            found = members(answer.decode())
            # A request that the gateway could not attribute is answered in a node of its own, unsigned.
            node = found.get(f"{method.replace('.', '_')}_response") or found["error_response"]
            result = msgspec.json.decode(node, type=_Result)
            signature = msgspec.json.decode(found.get("sign", '""'), type=str)
        except (ValueError, KeyError, RecursionError) as error:
            raise UntrustedAnswer(f"Alipay's answer cannot be read: {error}") from error
        signed = is_signed(self._account.platform_key, node.encode(), signature)
        if result.code == _BUSY or result.sub_code in _BUSY_REASONS:
            raise ProviderUnavailable(f"Alipay is busy ({result.sub_code}); ask again in a moment")
        if result.code != _SUCCESS:
            reason = result.sub_code or result.code
            raise ProviderRefused("Alipay", reason, result.sub_msg or result.msg, is_signed=signed)
        if not signed:
            raise UntrustedAnswer("Alipay's answer is not signed with the configured platform key")
        try:
            return msgspec.json.decode(node, type=kind)
        except msgspec.MsgspecError as error:
            raise UntrustedAnswer(f"Alipay's answer cannot be read: {error}") from error
