"""The sandbox's key files: made once into a folder, the merchants' and the platforms', readable by their owner."""

import os
import secrets
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from pydantic import BaseModel, ConfigDict, SecretStr

from transactional.payments.keys import MIN_KEY_BITS, UnusableKey, read_private_key, read_public_key

PAYMENTS_FILE = "payments.toml"
SANDBOX_FILE = "sandbox.toml"

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")


class KeysExist(Exception):
    """The folder holds sandbox keys already."""


class NoSandboxKeys(Exception):
    """The folder holds no sandbox keys that can be read."""


class _Merchant(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tenant: str
    mchid: str
    appid: str
    serial: str
    api_v3_key: SecretStr
    wechat_key: str
    app_id: str
    seller_id: str
    alipay_key: str


class _Sandbox(BaseModel):
    model_config = ConfigDict(extra="forbid")

    wechat_serial: str
    wechat_key: str
    alipay_key: str
    merchants: list[_Merchant]


@dataclass(frozen=True)
class SandboxMerchant:
    """What the sandbox knows of a merchant: both accounts, public keys only."""

    tenant: str
    mchid: str
    appid: str
    serial: str
    api_v3_key: bytes
    wechat_key: RSAPublicKey
    app_id: str
    seller_id: str
    alipay_key: RSAPublicKey


@dataclass(frozen=True)
class SandboxKeys:
    """The platforms' own keys and the merchants they serve."""

    wechat_serial: str
    wechat_key: RSAPrivateKey
    alipay_key: RSAPrivateKey
    merchants: tuple[SandboxMerchant, ...]


def make_keys(folder: Path, tenants: Sequence[str], *, sandbox_url: str, notify_base_url: str) -> Path:
    """Make the keys of both platforms and of a merchant per tenant; return the accounts file for the service.

    Raises:
        KeysExist: the folder holds some; they are never overwritten.
        ValueError: a tenant's code is no code.
    """
    if not tenants or any(not code or set(code) - _SAFE for code in tenants):
        raise ValueError("name at least one tenant by its code: lower-case letters, digits, - and _")
    if (folder / SANDBOX_FILE).exists() or (folder / PAYMENTS_FILE).exists():
        raise KeysExist(f"{folder} holds keys already; remove it or choose another folder")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wechat_serial = f"PUB_KEY_ID_0{secrets.randbelow(10**30):030d}"
    _write_pair(folder, "wechat_platform")
    _write_pair(folder, "alipay_platform")
    accounts = [f'notify_base_url = "{notify_base_url}"\n']
    merchants = [
        f'wechat_serial = "{wechat_serial}"\nwechat_key = "wechat_platform.pem"\n'
        'alipay_key = "alipay_platform.pem"\n'
    ]
    for code in tenants:
        _write_pair(folder, f"{code}_wechat")
        _write_pair(folder, f"{code}_alipay")
        mchid = f"16{secrets.randbelow(10**8):08d}"
        appid = f"wx{secrets.token_hex(8)}"
        serial = secrets.token_hex(20).upper()
        api_v3_key = secrets.token_hex(16)
        app_id = f"2021{secrets.randbelow(10**12):012d}"
        seller_id = f"2088{secrets.randbelow(10**12):012d}"
        accounts.append(f"""
[tenants.{code}.wechat]
mchid = "{mchid}"
appid = "{appid}"
serial = "{serial}"
private_key = "{code}_wechat.pem"
api_v3_key = "{api_v3_key}"
base_url = "{sandbox_url}"
platform_keys = {{ "{wechat_serial}" = "wechat_platform.pub.pem" }}

[tenants.{code}.alipay]
app_id = "{app_id}"
seller_id = "{seller_id}"
private_key = "{code}_alipay.pem"
platform_key = "alipay_platform.pub.pem"
gateway_url = "{sandbox_url}/gateway.do"
""")
        merchants.append(f"""
[[merchants]]
tenant = "{code}"
mchid = "{mchid}"
appid = "{appid}"
serial = "{serial}"
api_v3_key = "{api_v3_key}"
wechat_key = "{code}_wechat.pub.pem"
app_id = "{app_id}"
seller_id = "{seller_id}"
alipay_key = "{code}_alipay.pub.pem"
""")
    _write(folder / PAYMENTS_FILE, "".join(accounts).encode())
    _write(folder / SANDBOX_FILE, "".join(merchants).encode())
    return folder / PAYMENTS_FILE


def read_keys(folder: Path) -> SandboxKeys:
    """Return the sandbox's side of the keys in a folder.

    Raises:
        NoSandboxKeys: there are none, or they cannot be read.
    """
    file = folder / SANDBOX_FILE
    try:
        found = _Sandbox.model_validate(tomllib.loads(file.read_text()))
        return SandboxKeys(
            wechat_serial=found.wechat_serial,
            wechat_key=read_private_key(folder / found.wechat_key),
            alipay_key=read_private_key(folder / found.alipay_key),
            merchants=tuple(
                SandboxMerchant(
                    tenant=merchant.tenant,
                    mchid=merchant.mchid,
                    appid=merchant.appid,
                    serial=merchant.serial,
                    api_v3_key=merchant.api_v3_key.get_secret_value().encode(),
                    wechat_key=read_public_key(folder / merchant.wechat_key),
                    app_id=merchant.app_id,
                    seller_id=merchant.seller_id,
                    alipay_key=read_public_key(folder / merchant.alipay_key),
                )
                for merchant in found.merchants
            ),
        )
    except (OSError, ValueError, UnusableKey) as error:
        raise NoSandboxKeys(
            f"{file} cannot be used; make keys with `pointmart sandbox keys` ({type(error).__name__})"
        ) from error


def _write_pair(folder: Path, name: str) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=MIN_KEY_BITS)
    _write(
        folder / f"{name}.pem",
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    _write(
        folder / f"{name}.pub.pem",
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
    )


def _write(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
