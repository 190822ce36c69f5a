"""Addresses and devices become 16 bytes that tell nothing without the key."""

import pytest

from transactional.risk.subjects import InvalidSubject, subject_hash, subject_key

KEY = subject_key("a secret of this test")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("203.0.113.7", " 203.0.113.7 "),
        ("203.0.113.7", "::ffff:203.0.113.7"),
        ("2001:db8:0:1::1", "2001:0DB8:0000:0001:ffff:1:2:3"),
        ("fe80::1%eth0", "fe80::2"),
    ],
)
def test_an_address_is_the_same_however_it_is_written_and_ipv6_counts_by_its_64(one, other):
    assert subject_hash(KEY, "ip", one) == subject_hash(KEY, "ip", other)


@pytest.mark.parametrize(
    ("one", "other"), [("203.0.113.7", "203.0.113.8"), ("2001:db8:0:1::1", "2001:db8:0:2::1")]
)
def test_different_addresses_differ(one, other):
    assert subject_hash(KEY, "ip", one) != subject_hash(KEY, "ip", other)


def test_a_hash_is_sixteen_bytes_and_depends_on_key_and_dimension():
    found = subject_hash(KEY, "device", "203.0.113.7")

    assert len(found) == 16
    assert found != subject_hash(KEY, "ip", "203.0.113.7")
    assert found != subject_hash(subject_key("another secret"), "device", "203.0.113.7")
    assert found == subject_hash(subject_key("a secret of this test"), "device", "203.0.113.7")


@pytest.mark.parametrize("text", ["", "localhost", "300.1.1.1", "203.0.113.0/24", "1" * 500])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(InvalidSubject, match="give one IPv4 or IPv6 address"):
        subject_hash(KEY, "ip", text)


@pytest.mark.parametrize("text", ["", "d" * 201])
def test_a_device_needs_one_to_two_hundred_characters(text):
    with pytest.raises(InvalidSubject, match="1 to 200"):
        subject_hash(KEY, "device", text)
