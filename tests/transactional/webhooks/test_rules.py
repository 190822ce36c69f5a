"""Pure rules: pauses, verdicts, addresses, signatures, filters."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactional.webhooks.addresses import (
    AddressRules,
    Target,
    WebhookAddressRefused,
    check_addresses,
    target_of,
)
from transactional.webhooks.domain import Message
from transactional.webhooks.retries import MAX_ATTEMPTS, Reply, judge, pause
from transactional.webhooks.signature import secret_text, signed_headers
from transactional.webhooks.topics import matches

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
chances = st.floats(0, 1, exclude_max=True)


def test_pauses_begin_with_ten_seconds_and_double():
    assert [pause(n, 0.5).total_seconds() for n in (1, 2, 3, 13)] == [10, 20, 40, 40960]
    assert pause(1, 0.0) == timedelta(seconds=8)


@given(st.integers(1, MAX_ATTEMPTS - 1), chances)
def test_a_pause_stays_within_a_fifth_and_never_shrinks_below_the_one_before(attempts, chance):
    seconds = pause(attempts, chance).total_seconds()
    assert 8 * 2 ** (attempts - 1) <= seconds <= 12 * 2 ** (attempts - 1)
    if attempts > 1:
        assert seconds > pause(attempts - 1, chance).total_seconds()


@given(st.lists(chances, min_size=MAX_ATTEMPTS, max_size=MAX_ATTEMPTS))
def test_failures_end_after_fourteen_attempts_in_about_a_day(spread):
    now, attempts, verdict = NOW, 0, None
    while verdict is None or verdict.status == "pending":
        attempts += 1
        verdict = judge(Reply(500), attempts=attempts, now=now, chance=spread[attempts - 1])
        assert verdict.next_attempt_at >= now
        now = verdict.next_attempt_at
    assert (verdict.status, attempts) == ("dead", 14)
    assert timedelta(hours=18) < now - NOW < timedelta(hours=27.5)


@pytest.mark.parametrize(
    ("reply", "attempts", "status"),
    [
        (Reply(200), 1, "delivered"), (Reply(299), 14, "delivered"), (Reply(300), 1, "pending"),
        (Reply(199), 1, "pending"), (Reply(None, "no answer"), 13, "pending"), (Reply(None, "no answer"), 14, "dead"),
        (Reply(410), 1, "dead"),
    ],
)  # fmt: skip
def test_a_verdict_follows_from_the_reply(reply, attempts, status):
    assert judge(reply, attempts=attempts, now=NOW, chance=0.5).status == status


@pytest.mark.parametrize(
    ("address", "public", "with_private", "with_loopback"),
    [
        ("8.8.8.8", True, True, True),
        ("2606:4700::1111", True, True, True),
        ("10.0.0.1", False, True, False),
        ("192.168.1.1", False, True, False),
        ("172.16.0.1", False, True, False),
        ("100.64.0.1", False, True, False),
        ("fd00::1", False, True, False),
        ("::ffff:10.0.0.1", False, True, False),
        ("127.0.0.1", False, False, True),
        ("127.8.8.8", False, False, True),
        ("::1", False, False, True),
        ("::ffff:127.0.0.1", False, False, True),
        ("169.254.169.254", False, False, False),
        ("fe80::1%eth0", False, False, False),
        ("0.0.0.0", False, False, False),
        ("::", False, False, False),
        ("224.0.0.1", False, False, False),
        ("ff02::1", False, False, False),
        ("255.255.255.255", False, False, False),
        ("240.0.0.1", False, False, False),
        ("64:ff9b::a00:1", False, False, False),
        ("2002:a00:1::", False, False, False),
        ("2001:0:1234::1", False, False, False),
        ("::127.0.0.1", False, False, False),
    ],
)
def test_only_the_public_internet_is_sent_to_unless_allowed(address, public, with_private, with_loopback):
    assert AddressRules().allow(address) is public
    assert AddressRules(private=True).allow(address) is with_private
    assert AddressRules(loopback=True).allow(address) is with_loopback


@given(st.ip_addresses())
def test_without_settings_nothing_but_global_addresses_is_allowed(address):
    if AddressRules().allow(str(address)):
        assert address.is_global
        assert not address.is_multicast


def test_one_forbidden_address_among_several_forbids_the_host():
    with pytest.raises(WebhookAddressRefused, match="public internet"):
        check_addresses(Target("two.example", 443, True), ["8.8.8.8", "10.0.0.1"], AddressRules())


@pytest.mark.parametrize(
    "url",
    [
        "", "shop.example", "//shop.example/", "https://", "https:///hook", "file:///etc/passwd", "https://a b/",
        "https://shop.example:99999/", "https://shop.example:x/", "https://[::1/", "https://shop.example/\n",
        "https://积分.example/", "https://shop.example/#part", "https://me@shop.example/",
        "https://shop.example/" + "x" * 2000,
    ],
)  # fmt: skip
def test_a_url_that_is_not_plain_is_refused(url):
    with pytest.raises(WebhookAddressRefused):
        target_of(url)


def test_a_url_says_where_to_connect():
    assert target_of("https://shop.example/hook?x=1") == Target("shop.example", 443, True)
    assert target_of("http://localhost:8080/") == Target("localhost", 8080, False)


def test_a_signature_is_the_published_example_of_the_convention():
    # The test vector of the Standard Webhooks reference libraries.
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers(
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        sent_at=datetime.fromtimestamp(1614265330, UTC),
        body=b'{"test": 2432232314}',
        secret=secret,
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert secret_text(secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_a_body_says_what_happened_when_and_to_what():
    message = Message(UUID(int=1), "points.earn", UUID(int=2), '{"points": 7}', NOW)
    assert message.body() == (
        b'{"id":"00000000-0000-0000-0000-000000000001","type":"points.earn","timestamp":"2026-03-01T04:00:00Z",'
        b'"subject_id":"00000000-0000-0000-0000-000000000002","data":{"points": 7}}'
    )


@pytest.mark.parametrize(
    ("topic", "chosen", "is_chosen"),
    [
        ("redemption.created", ["*"], True), ("redemption.created", ["redemption.*"], True),
        ("redemption.created", ["redemption.created"], True), ("redemption.created", ["redemption"], False),
        ("redemptions.created", ["redemption.*"], False), ("points.earn", ["hold.*", "redemption.*"], False),
        ("redemption", ["redemption.*"], False),
    ],
)  # fmt: skip
def test_filters_choose_topics(topic, chosen, is_chosen):
    assert matches(topic, chosen) is is_chosen
