"""The accounts file: what it gives, and what it says when it cannot."""

import stat
from uuid import UUID

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.transactional.payments.conftest import KNOWN
from transactional.clock import system_clock
from transactional.payments.keys import UnusableKey, is_signed, read_private_key, read_public_key, sign
from transactional.payments.refusals import UnknownMerchant
from transactional.payments.sandbox.key_files import KeysExist, NoSandboxKeys, make_keys, read_keys
from transactional.payments.settings import UnusablePaymentSettings, no_providers, open_providers

SECRET = "0123456789abcdef0123456789abcdef"
ACCOUNTS = f"""
notify_base_url = "https://mall.example/"
[tenants.acorn.wechat]
mchid = "1900000001"
appid = "wx0000000000000001"
serial = "5A9C"
private_key = "merchant.pem"
api_v3_key = "{SECRET}"
platform_keys = {{ PUB_KEY_ID_01 = "platform.pub.pem" }}
"""


@pytest.fixture
def accounts(tmp_path):
    """Write an accounts file beside the fixed keys and open it."""
    for name in ("merchant.pem", "platform.pub.pem"):
        (tmp_path / name).write_bytes((KNOWN / name).read_bytes())

    def opened(text):
        file = tmp_path / "payments.toml"
        file.write_text(text)
        return open_providers(file, httpx.AsyncClient(verify=False), system_clock)

    return opened


def test_a_tenant_has_the_providers_it_has_accounts_at(accounts):
    providers = accounts(ACCOUNTS)
    assert providers.names("acorn") == ["wechat"]
    assert providers.of("acorn", "wechat").name == "wechat"
    assert providers.names("birch") == []
    for code, name in (("acorn", "alipay"), ("birch", "wechat"), ("acorn", "paypal")):
        with pytest.raises(UnknownMerchant):
            providers.of(code, name)
    assert providers.notify_url("wechat", UUID(int=1)) == (
        "https://mall.example/v1/payments/wechat/notifications/00000000-0000-0000-0000-000000000001"
    )


def test_without_a_file_nobody_can_pay():
    assert no_providers().names("acorn") == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('mchid = "1900000001"', "", "mchid"),
        (SECRET, SECRET[:-1], "api_v3_key"),
        (SECRET, SECRET[:-1] + "é", "api_v3_key"),
        ("mchid", "mchld", "mchld"),
        ('"merchant.pem"', '"nothing.pem"', "nothing.pem"),
        ('"merchant.pem"', '"platform.pub.pem"', "platform.pub.pem"),
        ('"platform.pub.pem"', '"merchant.pem"', "merchant.pem"),
        ("https://mall", "ftp://mall", "notify_base_url"),
        ("[tenants", "[[tenants", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained_without_its_secrets(accounts, old, new, said):
    with pytest.raises(UnusablePaymentSettings) as refused:
        accounts(ACCOUNTS.replace(old, new))
    assert said in str(refused.value)
    assert SECRET[:16] not in str(refused.value)


def test_a_missing_file_is_explained(tmp_path):
    with pytest.raises(UnusablePaymentSettings, match=r"none\.toml"):
        open_providers(tmp_path / "none.toml", httpx.AsyncClient(verify=False), system_clock)


@pytest.mark.parametrize(
    "key",
    [rsa.generate_private_key(public_exponent=65537, key_size=1024), ec.generate_private_key(ec.SECP256R1())],
    ids=["short", "not RSA"],
)
def test_a_weak_or_foreign_key_is_refused(tmp_path, key):
    private, public = tmp_path / "key.pem", tmp_path / "key.pub.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    with pytest.raises(UnusableKey, match="2048"):
        read_private_key(private)
    with pytest.raises(UnusableKey, match="2048"):
        read_public_key(public)


def test_a_certificate_will_do_as_a_public_key():
    # openssl req -x509 -key platform.pem -subj /CN=platform -days 36500
    key = read_public_key(KNOWN / "platform.crt.pem")
    assert is_signed(key, b"news", sign(read_private_key(KNOWN / "platform.pem"), b"news"))


def test_the_sandbox_s_keys_are_private_new_and_never_overwritten(tmp_path):
    folder = tmp_path / "keys"
    make_keys(folder, ["acorn"], sandbox_url="http://127.0.0.1:1", notify_base_url="http://127.0.0.1:2")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    before = {file: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(KeysExist):
        make_keys(folder, ["birch"], sandbox_url="http://127.0.0.1:1", notify_base_url="http://127.0.0.1:2")
    assert {file: file.read_bytes() for file in folder.iterdir()} == before
    assert [merchant.tenant for merchant in read_keys(folder).merchants] == ["acorn"]


@pytest.mark.parametrize("tenants", [[], [""], ['a"]\n'], ["../a"]])
def test_a_code_that_is_none_makes_no_keys(tmp_path, tenants):
    with pytest.raises(ValueError, match="code"):
        make_keys(tmp_path / "keys", tenants, sandbox_url="http://s", notify_base_url="http://n")
    assert not (tmp_path / "keys").exists()


def test_a_folder_without_keys_is_explained(tmp_path):
    with pytest.raises(NoSandboxKeys, match="pointmart sandbox keys"):
        read_keys(tmp_path)
