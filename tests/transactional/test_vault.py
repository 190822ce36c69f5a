"""What is sealed opens with its key and for its context only."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from transactional.settings import WorkerSettings
from transactional.vault import SealBroken, Vault, key_of

KEY = bytes(range(32))


@given(st.binary(max_size=100), st.binary(max_size=40))
def test_what_was_sealed_opens(plain, context):
    vault = Vault(KEY)
    sealed = vault.seal(plain, context=context)
    assert Vault(KEY).open(sealed, context=context) == plain
    assert vault.seal(plain, context=context) != sealed


def test_a_seal_does_not_open_elsewhere_or_changed():
    sealed = Vault(KEY).seal(b"code", context=b"row 1")
    assert b"code" not in sealed
    with pytest.raises(SealBroken):
        Vault(KEY).open(sealed, context=b"row 2")
    with pytest.raises(SealBroken):
        Vault(bytes(32)).open(sealed, context=b"row 1")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(SealBroken):
            Vault(KEY).open(bytes(changed), context=b"row 1")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            Vault(KEY).open(sealed[:length], context=b"row 1")


def test_a_key_is_read_in_every_form_of_base64():
    key = bytes([251, 255]) * 16
    for text in (base64.b64encode(key), base64.urlsafe_b64encode(key), base64.b64encode(key).rstrip(b"=")):
        assert key_of(text.decode() + "\n") == key


@pytest.mark.parametrize("text", ["", "short", "A" * 42, "A" * 50, "é" * 43, "!" * 43])
def test_what_is_not_a_key_is_refused_with_the_settings(text):
    with pytest.raises(ValidationError, match="32 bytes in base64"):
        WorkerSettings(database_url="postgresql://", vault_key=text)
