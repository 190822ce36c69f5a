"""One attempt after another on a state in memory: rules begin and end, and every attempt counts."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from transactional.risk.devices import DeviceMembers
from transactional.risk.domain import ALLOWED, AccountAge, Blocked, DeviceAccounts, MissingContext, Velocity
from transactional.risk.judge import Attempt, Block, DatedRule, RiskState, RuleBook
from transactional.risk.recent import Recent

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=60)
TENANT, MEMBER, OTHER, RULE = (UUID(int=n) for n in (1, 2, 3, 4))
DEVICE = b"d" * 16
SECOND = timedelta(seconds=1)


def state(*rules, **more) -> RiskState:
    dated = [rule if isinstance(rule, DatedRule) else DatedRule(rule, LONG_AGO) for rule in rules]
    return RiskState(books={TENANT: RuleBook(dated)}, **more)


def recents(*dimensions):
    subjects = {"member": MEMBER.bytes, "tenant": TENANT.bytes, "device": DEVICE}
    return {(TENANT, d, subjects[d]): Recent() for d in dimensions}


def verdict(state, at=NOON, member=MEMBER, **more):
    return state.judge(Attempt(TENANT, member, at, **more), registered_at=LONG_AGO, points=100).verdict


def test_refused_attempts_count_so_that_hammering_does_not_help():
    risk = state(Velocity(RULE, "deny", 0, "member", "count", 2, 10), recents=recents("member"))

    told = [verdict(risk, NOON + n * SECOND) for n in range(14)]

    assert told == ["allow"] * 2 + ["deny"] * 12
    # Eleven quiet seconds later nothing of it is left.
    assert verdict(risk, NOON + 24 * SECOND) == "allow"


def test_without_a_device_only_its_rules_are_skipped():
    risk = state(
        Velocity(RULE, "deny", 0, "device", "count", 0, 10),
        DeviceAccounts(RULE, "deny", 0, 0, 30),
        MissingContext(RULE, "review", 0, "device"),
        recents=recents("device"),
        device_members={(TENANT, DEVICE): DeviceMembers()},
    )

    assert verdict(risk) == "review"
    assert verdict(risk, device=DEVICE) == "deny"


def test_members_of_one_batch_on_one_device_see_each_other():
    third = UUID(int=5)
    risk = state(DeviceAccounts(RULE, "deny", 0, 2, 30), device_members={(TENANT, DEVICE): DeviceMembers()})

    told = [verdict(risk, member=m, device=DEVICE) for m in (MEMBER, OTHER, MEMBER, third, MEMBER)]

    assert told == ["allow", "allow", "allow", "deny", "deny"]
    assert risk.device_members[TENANT, DEVICE].added == {
        m: int(NOON.timestamp()) for m in (MEMBER, OTHER, third)
    }


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOON - timedelta(microseconds=1), "allow"),
        (NOON, "review"),
        (NOON + timedelta(hours=1, microseconds=-1), "review"),
        (NOON + timedelta(hours=1), "allow"),
    ],
)
def test_a_rule_counts_from_its_first_moment_until_just_before_its_last(at, expected):
    rule = DatedRule(AccountAge(RULE, "review", 0, 366), NOON, NOON + timedelta(hours=1))

    assert verdict(state(rule), at) == expected


def test_attempts_of_one_batch_on_both_sides_of_a_change_meet_their_own_rules():
    risk = state(
        DatedRule(AccountAge(RULE, "review", 0, 366), LONG_AGO, NOON),
        DatedRule(AccountAge(RULE, "deny", 0, 366), NOON),
    )

    assert [verdict(risk, NOON + n * SECOND) for n in (-1, 0, 1, -1)] == ["review", "deny", "deny", "review"]


def test_a_block_counts_while_it_lasts():
    blocks = {(TENANT, "member", MEMBER.bytes): [Block(NOON, NOON + SECOND)]}
    risk = state(Blocked(RULE, "deny", 100), blocks=blocks)

    assert [verdict(risk, NOON + n * SECOND) for n in (-1, 0, 1)] == ["allow", "deny", "allow"]
    assert verdict(risk, member=OTHER) == "allow"


def test_a_tenant_without_rules_is_neither_judged_nor_counted():
    risk = RiskState()

    assert risk.judge(Attempt(TENANT, MEMBER, NOON), registered_at=LONG_AGO, points=1) is ALLOWED
    assert risk.touched == {}


def test_only_dimensions_with_a_rule_are_counted_and_kept_as_long_as_it_looks_back():
    book = RuleBook(
        DatedRule(rule, LONG_AGO)
        for rule in (
            Velocity(RULE, "deny", 0, "ip", "count", 0, 31 * 86_400),
            Velocity(RULE, "deny", 0, "ip", "count", 0, 10),
            DeviceAccounts(RULE, "deny", 0, 4, 7),
            DeviceAccounts(RULE, "deny", 0, 3, 30),
        )
    )

    assert book.kept_seconds == {"ip": 31 * 86_400, "device": 172_800}
    assert (book.device_days, book.device_limit, book.reads_blocks) == (30, 4, False)
