"""Balances of any past moment, as known at any past moment: by hand, and against a slow model."""

from datetime import datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transactional.engine.committer import commit_batch
from transactional.identifiers import uuid7
from transactional.ledger.balances import balance_at, database_time, present_of
from transactional.ledger.commands import (
    Adjust,
    CaptureHold,
    Earn,
    ExpireLots,
    PlaceHold,
    ReleaseHold,
    SweepHold,
    TakeBack,
)
from transactional.ledger.lots import active_from, expiry_of
from transactional.redemption.commands import Redeem, Refund
from transactional.tenants.domain import Program
from transactional.tenants.operations import change_program

from .conftest import NOON, open_shop, run
from .slow_ledger import SlowHold, SlowLedger, shanghai_day

DAY = timedelta(days=1)


async def test_what_was_known_then_is_told_as_it_was_known_then(client, shop, owner, clock):
    start = clock.now
    await client.earn(shop.member, 100, "e1")
    monday = await database_time(owner)
    clock.now = start + 30 * DAY
    await client.command(
        "/v1/points/adjustments",
        "a1",
        member_id=shop.member,
        points=-40,
        reason="audit",
        effective_at=start + 10 * DAY,
    )
    tuesday = await database_time(owner)
    at = start + 20 * DAY
    assert await client.buckets(shop.member, at=at) == {"available": 60, "balance": 60}
    assert await client.buckets(shop.member, at=at, known_at=tuesday) == {"available": 60, "balance": 60}
    assert await client.buckets(shop.member, at=at, known_at=monday) == {"available": 100, "balance": 100}
    assert await client.buckets(shop.member, known_at=monday) == {"available": 100, "balance": 100}
    assert await client.buckets(shop.member, at=at, known_at=monday - timedelta(hours=1)) == {}


async def test_the_end_of_a_hold_was_not_known_before_it_was_recorded(client, shop, owner, clock):
    await client.earn(shop.member, 100, "e1")
    hold = await client.command("/v1/holds", "h1", member_id=shop.member, points=70, expires_in_seconds=3600)
    placed = await database_time(owner)
    clock.now += timedelta(minutes=20)
    await client.command(f"/v1/holds/{hold.json()['hold_id']}/capture", "c1", points=50)
    clock.now += timedelta(minutes=20)
    assert await client.buckets(shop.member) == {"available": 50, "spent": 50, "balance": 50}
    assert await client.buckets(shop.member, known_at=placed) == {"available": 30, "held": 70, "balance": 100}
    clock.now += timedelta(minutes=20)
    assert await client.buckets(shop.member, known_at=placed) == {"available": 100, "balance": 100}


async def test_odd_moments_are_refused(client, shop, owner):
    url = f"/v1/members/{shop.member}/balance"
    later = (await database_time(owner) + timedelta(hours=1)).isoformat()
    for params in ({"known_at": later}, {"known_at": "5"}, {"at": "0001-01-01T00:00:00+14:00"}):
        assert (await client.get(url, params=params)).status_code == 422


# What is asked at one moment: (kind, which of what is there, points, days back).
ASKED = st.tuples(
    st.sampled_from(
        ["earn", "earn", "grant", "adjust", "adjust", "hold", "hold", "capture", "release", "redeem", "redeem",
         "refund", "return", "expire", "sweep"]
    ),
    st.integers(0, 5),
    st.integers(1, 250),
    st.sampled_from([0, 0, 0, 1, 5, 20, 45]),
)  # fmt: skip
HOURS = st.sampled_from([0, 0, 1, 7, 24, 24 * 6, 24 * 15, 24 * 33, -1, -30])
STEPS = st.lists(st.tuples(HOURS, st.lists(ASKED, min_size=1, max_size=4)), min_size=5, max_size=25)
PROGRAMS = st.builds(
    Program,
    lot_validity_months=st.sampled_from([None, 1, 2]),
    pending_days=st.sampled_from([0, 3]),
    expiry_rounding=st.sampled_from(["day", "quarter"]),
    refund_grace_days=st.sampled_from([0, 10]),
    return_policy=st.just("unlimited"),
)
HOLD_LASTS = timedelta(days=2)

_numbers = count()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(PROGRAMS, STEPS)
def test_every_bucket_of_every_moment_agrees_with_the_slow_model(database_url, program, steps):
    run(compare(database_url, program, steps))


async def compare(database_url, program, steps):
    owner = await asyncpg.connect(database_url)
    committer = await asyncpg.connect(database_url, server_settings={"role": "pointmart_committer"})
    try:
        shop = await open_shop(owner, f"acorn{next(_numbers)}")
        await owner.execute("update mall.stock set on_hand = 1000000 where tenant_id = $1", shop.tenant_id)
        await change_program(owner, tenant_id=shop.tenant_id, program=program)
        game = Game(shop.tenant_id, shop.member, shop.tea, program)
        known = []
        for hours, asked in steps:
            game.now += timedelta(hours=hours)
            game.slow.step += 1
            planned = [plan for one in asked if (plan := game.plan(*one)) is not None]
            answers = await commit_batch(committer, [command for command, _ in planned])
            for (command, expect), answer in zip(planned, answers, strict=True):
                assert (answer.status < 400) == expect(), (command, answer)
            known.append(await database_time(owner))
            now = await present_of(
                owner, tenant_id=shop.tenant_id, member_id=shop.member, clock_says=game.now
            )
            assert now == max(game.now, game.slow.changed)
        happened = game.slow.moments()
        moments = sorted(happened | {moment - timedelta(microseconds=1) for moment in happened})
        for at in moments:
            for step, recorded in [
                (10**9, None),
                *list(enumerate(known, start=1))[:: max(1, len(known) // 3)],
            ]:
                told = await balance_at(
                    owner, tenant_id=shop.tenant_id, member_id=shop.member, moment=at, known_at=recorded
                )
                assert told == game.slow.buckets(at, step), (at, step)
                assert told["available"] + told["held"] + told["pending"] + told["unswept"] == told["balance"]
                if recorded is None:
                    assert min(told.values()) >= 0, (at, told)
        sums = await owner.fetchrow(
            "select sum(e.amount), sum(e.amount) filter (where e.account_id = $2), max(a.balance), max(a.owed_points) "
            "from mall.entry e left join mall.account a on a.tenant_id = e.tenant_id and a.account_id = $2 "
            "where e.tenant_id = $1",
            shop.tenant_id,
            shop.member,
        )
        if moments:
            last = game.slow.buckets(max(moments[-1], game.slow.changed) + 999 * DAY)
            assert [int(n or 0) for n in sums] == [0, last["balance"], last["balance"], last["owed_points"]]
    finally:
        await owner.close()
        await committer.close()


class Game:
    """Turns what is asked into commands, and tells what the slow model makes of them."""

    def __init__(self, tenant_id: UUID, member: UUID, tea: UUID, program: Program) -> None:
        self.about = {"tenant_id": tenant_id, "body_hash": bytes(32)}
        self.member, self.tea, self.program = member, tea, program
        self.now = NOON
        self.slow = SlowLedger(NOON - 1000 * DAY, program.refund_grace_days)

    def plan(self, kind, which, points, days_back):
        """A command, and a function that does the same to the model, to be called in order."""
        now, slow = self.now, self.slow
        new = uuid7(now)
        about = {**self.about, "key": str(uuid4()), "at": now}
        back = now - days_back * DAY if days_back else None

        def moment() -> datetime:
            return max(now, slow.changed)

        def pick(things):
            things = sorted(things)
            return things[which % len(things)] if things else None

        def lot(at, pending):
            begins = active_from(at, pending)
            return begins, expiry_of(begins, self.program.lot_validity_months, self.program.expiry_rounding)

        match kind:
            case "earn" | "grant":

                def earn():
                    at = back or moment()
                    pending = self.program.pending_days if kind == "earn" else 0
                    slow.credit(new, points, at, *lot(at, pending), kind)
                    return True

                command = Earn(
                    **about,
                    member_id=self.member,
                    transfer_id=new,
                    points=points,
                    kind=kind,
                    effective_at=back,
                )
                return command, earn
            case "adjust":
                signed = points if which == 0 else -points

                def adjust():
                    at = back or moment()
                    if signed > 0:
                        slow.credit(new, signed, at, *lot(at, 0), "adjust")
                        return True
                    shares = slow.spend_from(-signed, at, since=back is not None)
                    if shares is not None:
                        slow.move(shares, at, "adjust")
                    return shares is not None

                command = Adjust(
                    **about,
                    member_id=self.member,
                    transfer_id=new,
                    points=signed,
                    reason="x",
                    effective_at=back,
                )
                return command, adjust
            case "hold":

                def hold():
                    at = moment()
                    shares = slow.spend_from(points, at)
                    if shares is not None:
                        slow.holds[new] = SlowHold(shares, at, at + HOLD_LASTS, slow.step)
                        slow.changed = at
                    return shares is not None

                return PlaceHold(
                    **about, member_id=self.member, hold_id=new, points=points, lasts=HOLD_LASTS
                ), hold
            case "capture" | "release":
                held_id = pick(slow.holds)
                if held_id is None:
                    return None

                def resolve():
                    at, held = moment(), slow.holds[held_id]
                    total = sum(part for _, part in held.shares)
                    if held.resolved or at >= held.ends or (kind == "capture" and points > total):
                        return False
                    held.resolved = (at, slow.step)
                    slow.changed = at
                    left = points if kind == "capture" else 0
                    for lot_id, part in held.shares:
                        taken = min(left, part)
                        if taken:
                            slow.move([(lot_id, taken)], at, "redeem")
                            left -= taken
                    return True

                if kind == "release":
                    return ReleaseHold(**about, hold_id=held_id), resolve
                return CaptureHold(**about, hold_id=held_id, transfer_id=new, points=points), resolve
            case "redeem":

                def redeem():
                    at = moment()
                    shares = slow.spend_from(100, at)
                    if shares is not None:
                        slow.move(shares, at, "redeem")
                        slow.redemptions[new] = shares
                    return shares is not None

                command = Redeem(**about, member_id=self.member, redemption_id=new, asked=((self.tea, 1),))
                return command, redeem
            case "refund":
                redemption = pick(slow.redemptions)
                if redemption is None:
                    return None
                command = Refund(
                    **about, redemption_id=redemption, transfer_id=new, lines=None, points=None, restock=True,
                    reason="x",
                )  # fmt: skip
                return command, lambda: slow.refund(redemption, new, moment())
            case "return":
                credit = pick(slow.credits)
                if credit is None:
                    return None
                command = TakeBack(**about, transfer_id=new, reversed_id=credit, points=points, reason="x")
                return command, lambda: slow.take_back(credit, points, moment())
            case "expire":

                def expire():
                    slow.sweep(moment())
                    return True

                oldest = shanghai_day(NOON - 1000 * DAY)
                about["key"] = None
                return ExpireLots(**about, member_id=self.member, transfer_id=new, oldest=oldest), expire
            case "sweep":
                swept_id = pick(slow.holds)
                if swept_id is None:
                    return None

                def sweep():
                    held = slow.holds[swept_id]
                    if held.resolved is None and moment() >= held.ends:
                        held.resolved = (held.ends, slow.step)
                        slow.changed = max(slow.changed, held.ends)
                    return True

                about["key"] = None
                return SweepHold(**about, hold_id=swept_id), sweep
