"""Each kind of rule at its limit and one past it, and how verdicts and scores add up."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from transactional.risk.devices import DeviceMembers
from transactional.risk.domain import (
    ALLOWED,
    AccountAge,
    Assessment,
    Blocked,
    DeviceAccounts,
    Facts,
    MissingContext,
    RiskDenied,
    ScoreSum,
    Triggered,
    Velocity,
    assess,
)
from transactional.risk.recent import Recent

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
NOW = int(NOON.timestamp())
MEMBER, RULE, OTHER_RULE, SUM = (UUID(int=n) for n in (1, 10, 11, 12))
DAY = 86_400


def attempts(*ages_and_points: tuple[int, int]) -> Recent:
    recent = Recent()
    for age, points in sorted(ages_and_points, reverse=True):
        recent.record(NOW - age, points)
    return recent


def facts(**changes) -> Facts:
    calm = {
        "member_id": MEMBER,
        "registered_at": NOON - timedelta(days=60),
        "at": NOON,
        "now": NOW,
        "points": 100,
        "ip": b"i" * 16,
        "device": b"d" * 16,
        "recents": {"member": Recent(), "ip": Recent(), "device": Recent(), "tenant": Recent()},
        "device_members": DeviceMembers(),
        "blocked": frozenset(),
    }
    return Facts(**{**calm, **changes})


def seen(*ages: int, known: bool = False) -> DeviceMembers:
    return DeviceMembers([NOW - age for age in ages], [MEMBER] if known else [])


@pytest.mark.parametrize(
    ("rule", "given", "observed"),
    [
        # This attempt counts: three earlier ones and this one are the four that are allowed.
        (("count", 4, 60), {"member": attempts((1, 9), (2, 9), (60, 9))}, None),
        (("count", 3, 60), {"member": attempts((1, 9), (2, 9), (60, 9))}, 4),
        (("count", 3, 59), {"member": attempts((1, 9), (2, 9), (60, 9))}, None),
        (("points", 400, 60), {"member": attempts((1, 200), (2, 100))}, None),
        (("points", 399, 60), {"member": attempts((1, 200), (2, 100))}, 400),
        (("count", 0, 60), {"member": Recent()}, 1),
        (("count", 0, 60), {"ip": attempts((1, 9))}, None),
    ],
)
def test_velocity(rule, given, observed):
    measure, limit, window = rule
    velocity = Velocity(RULE, "deny", 5, "member", measure, limit, window)

    found = assess([velocity], facts(recents=given))

    if observed is None:
        assert found == ALLOWED
    else:
        assert found == Assessment("deny", 5, (Triggered(RULE, "velocity", "deny", 5, observed, limit),))


@pytest.mark.parametrize("dimension", ["member", "ip", "device", "tenant"])
def test_velocity_counts_its_own_dimension_only(dimension):
    busy = {dimension: attempts((1, 1), (2, 1))}
    rules = [Velocity(RULE, "deny", 0, d, "count", 2, 60) for d in ("member", "ip", "device", "tenant")]

    found = assess(
        rules, facts(recents={d: busy.get(d, Recent()) for d in ("member", "ip", "device", "tenant")})
    )

    assert [t.observed for t in found.triggered] == [3]
    assert assess([r for r in rules if r.dimension != dimension], facts(recents=busy)) == ALLOWED


@pytest.mark.parametrize(
    ("age", "observed"),
    [
        (timedelta(days=7), None),
        (timedelta(days=7, microseconds=-1), 6),
        (timedelta(0), 0),
        (timedelta(hours=-1), 0),
    ],
)
def test_account_age(age, observed):
    found = assess([AccountAge(RULE, "review", 7, 7)], facts(registered_at=NOON - age))

    expected = () if observed is None else (Triggered(RULE, "account_age", "review", 7, observed, 7),)
    assert found.triggered == expected


@pytest.mark.parametrize(
    ("members", "observed"),
    [
        (None, None),
        (seen(), None),
        (seen(1), None),  # with this member two
        (seen(1, 2), 3),
        (seen(1, 2, known=True), None),
        (seen(1, 2, 3, known=True), 3),
        (seen(1, 30 * DAY), 3),
        (seen(1, 30 * DAY + 1), None),
        (seen(1, 2, 40 * DAY, 50 * DAY, known=True), None),
    ],
)
def test_many_members_on_a_device(members, observed):
    found = assess([DeviceAccounts(RULE, "review", 40, 2, 30)], facts(device_members=members))

    expected = () if observed is None else (Triggered(RULE, "device_accounts", "review", 40, observed, 2),)
    assert found.triggered == expected


@pytest.mark.parametrize(
    ("blocked", "observed"),
    [(frozenset(), None), (frozenset({"ip"}), 1), (frozenset({"ip", "member", "device"}), 3)],
)
def test_blocked(blocked, observed):
    found = assess([Blocked(RULE, "deny", 100)], facts(blocked=blocked))

    expected = () if observed is None else (Triggered(RULE, "blocked", "deny", 100, observed, 0),)
    assert found.triggered == expected


@pytest.mark.parametrize(
    ("dimension", "told", "triggers"),
    [
        ("ip", {"ip": None}, True),
        ("ip", {"device": None}, False),
        ("device", {"device": None}, True),
        ("device", {"ip": None}, False),
    ],
)
def test_missing_context(dimension, told, triggers):
    found = assess([MissingContext(RULE, "review", 1, dimension)], facts(**told))

    assert (found.verdict == "review") is triggers


@pytest.mark.parametrize(
    ("verdicts", "scores", "sums", "expected"),
    [
        (("allow", "allow"), (30, 29), (("review", 60),), ("allow", 59)),
        (("allow", "allow"), (30, 30), (("review", 60),), ("review", 60)),
        (("allow", "allow"), (30, 30), (("review", 60), ("deny", 61)), ("review", 60)),
        (("allow", "allow"), (30, 31), (("review", 60), ("deny", 61)), ("deny", 61)),
        (("review", "allow"), (0, 0), (), ("review", 0)),
        (("review", "deny"), (1, 2), (), ("deny", 3)),
        (("deny", "allow"), (1, 59), (("review", 60),), ("deny", 60)),
    ],
)
def test_the_sternest_verdict_wins_and_scores_add_up(verdicts, scores, sums, expected):
    rules = [
        Blocked(RULE, verdicts[0], scores[0]),
        AccountAge(OTHER_RULE, verdicts[1], scores[1], 90),
        *(ScoreSum(SUM, verdict, limit) for verdict, limit in sums),
    ]

    found = assess(rules, facts(blocked=frozenset({"member"})))

    assert (found.verdict, found.score) == expected
    assert [t.rule_id for t in found.triggered if t.kind != "score_sum"] == [RULE, OTHER_RULE]


def test_every_triggered_rule_is_told_even_after_one_has_denied():
    rules = [
        Blocked(RULE, "deny", 100),
        Velocity(OTHER_RULE, "review", 40, "ip", "count", 0, 10),
        ScoreSum(SUM, "review", 120),
    ]

    found = assess(rules, facts(blocked=frozenset({"ip"})))

    assert found == Assessment(
        "deny",
        140,
        (
            Triggered(RULE, "blocked", "deny", 100, 1, 0),
            Triggered(OTHER_RULE, "velocity", "review", 40, 1, 0),
            Triggered(SUM, "score_sum", "review", 0, 140, 120),
        ),
    )


def test_no_rules_allow_everything():
    assert assess([], facts(blocked=frozenset({"member"}))) == ALLOWED


def test_the_refusal_names_the_kinds_once_and_no_thresholds():
    document = RiskDenied(["velocity", "blocked", "velocity"]).document()

    assert document["status"] == 403
    assert document["type"] == "urn:pointmart:problem:risk-denied"
    assert document["rules"] == ["velocity", "blocked"]
    assert not any(character.isdigit() for character in document["detail"].replace("/v1/", ""))
