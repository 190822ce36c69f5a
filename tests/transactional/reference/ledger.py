"""Credits, adjustments, returns, corrections, holds and expiry, point by point.

Every method returns the reasons to refuse, any of which will do; none means that it was done.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor
from uuid import UUID

from tests.transactional.reference.campaigns import best_extra
from tests.transactional.reference.days import beginning_of
from tests.transactional.reference.movements import Act, Movements
from tests.transactional.reference.wallet import Hold, Lot, Place, Point, Wallet, spending_order

Reasons = frozenset[str] | set[str]
DONE: Reasons = frozenset()


@dataclass
class Ledger(Movements):
    """What tenants ask of their members' points."""

    def earn(
        self, *, name: UUID, extra: UUID, member: UUID, points: int, kind: str, at: datetime,
        effective_at: datetime | None,
    ) -> Reasons:  # fmt: skip
        now = self.moment(member, at)
        moment = now if effective_at is None else effective_at
        pending_days = self.rules.pending_days if kind == "earn" else 0
        best = best_extra(self.campaigns, member, points, earned=moment, now=now) if kind == "earn" else None
        self.credit(name, member, points, kind, "issuance", moment, pending_days)
        if best is not None:
            campaign, more = best
            self.credit(extra, member, more, "grant", "issuance", moment, pending_days)
            self.acts[extra].campaign, self.acts[name].extra = campaign, self.acts[extra]
            campaign.uses.append((member, more))
        return DONE

    def adjust(
        self, *, name: UUID, member: UUID, points: int, at: datetime, effective_at: datetime | None
    ) -> Reasons:
        wallet = self.wallets[member]
        moment = wallet.moment(at) if effective_at is None else effective_at
        if points > 0:
            self.credit(name, member, points, "adjust", "adjustment", moment, 0)
            return DONE
        good = wallet.spendable(moment)
        if effective_at is not None:
            good = self._free_ever_since(wallet, moment, wallet.moment(at))
        if len(good) < -points:
            return {"insufficient-points"}
        taken = good[:-points]
        wallet.swap_in_holds(taken, wallet.moment(moment))
        wallet.move(taken, Place.WITHDRAWN, moment)
        self.program["adjustment"] += len(taken)
        self.acts[name] = Act("adjust", member, taken, is_credit=False)
        return DONE

    def take_back(self, *, name: UUID, points: int, at: datetime) -> Reasons:
        """Return points of a credit: its own first, then what of it expired, then others, then owed."""
        act = self.acts.get(name)
        if act is None:
            return {"unknown-transfer"}
        if act.kind not in ("earn", "grant"):
            return {"not-reversible"}
        assert act.lot is not None
        reasons: set[str] = set()
        moment = self.moment(act.member, at)
        if points > len(act.points) - act.reversed:
            reasons.add("return-too-large")
        if self.rules.policy == "only_pending" and act.lot.begun(moment):
            reasons.add("return-not-pending")
        if reasons:
            return reasons
        may_owe = self.rules.policy == "unlimited"
        return self._withdraw_with_extra(
            act, points, len(act.points) - act.reversed - points, moment, may_owe=may_owe
        )

    def correct(self, *, name: UUID, at: datetime, correction: UUID) -> Reasons:
        """Take a credit or an adjustment back as a whole, however much of it was used."""
        act = self.acts.get(name)
        if act is None:
            return {"unknown-transfer"}
        if act.kind not in ("earn", "grant", "adjust"):
            return {"not-reversible"}
        if act.reversed:
            return {"already-reversed"}
        moment = self.moment(act.member, at)
        account = "adjustment" if act.kind == "adjust" else "issuance"
        if act.is_credit and account == "issuance":
            return self._withdraw_with_extra(act, len(act.points), 0, moment, may_owe=False)
        if act.is_credit:
            return self._withdraw(act, len(act.points), account, moment, may_owe=False)
        act.reversed = len(act.points)
        self.program[account] -= len(act.points)
        self.bring_back(act.points, act.member, moment, correction)
        return DONE

    def place_hold(self, *, name: UUID, member: UUID, points: int, lasts: timedelta, at: datetime) -> Reasons:
        moment = self.moment(member, at)
        good = self.wallets[member].spendable(moment)
        if len(good) < points:
            return {"insufficient-points"}
        self.hold(name, member, good[:points], moment, moment + lasts)
        return DONE

    def capture_hold(self, *, name: UUID, points: int | None, at: datetime) -> Reasons:
        hold, moment, reasons = self._own_hold(name, at)
        if hold is None or reasons:
            return reasons
        wanted = len(hold.points) if points is None else points
        if wanted > len(hold.points):
            return {"capture-too-large"}
        self.capture(hold, wanted, moment)
        return DONE

    def release_hold(self, *, name: UUID, at: datetime) -> Reasons:
        hold, moment, reasons = self._own_hold(name, at)
        if hold is not None and not reasons:
            self.release(hold, moment)
        return reasons

    def sweep_hold(self, *, name: UUID, at: datetime) -> Reasons:
        """Write down that a hold has ended, at the moment it ended."""
        hold = self.holds.get(name)
        if hold is None:
            return {"unknown-hold"}
        if hold.state(self.moment(hold.member, at)) == "expired" and hold.outcome is None:
            self.release(hold, hold.ends)
        return DONE

    def expire(self, *, member: UUID, at: datetime) -> Reasons:
        """Sweep what is past its last day: as of the day's end, or when it was last moved or held."""
        wallet = self.wallets[member]
        moment = wallet.moment(at)
        by_lot: dict[Lot, list[Point]] = {}
        for point in wallet.loose(moment):
            if point.lot.over(moment):
                by_lot.setdefault(point.lot, []).append(point)
        for lot, points in by_lot.items():
            assert lot.last_day is not None
            ended = beginning_of(lot.last_day + timedelta(days=1))
            touched = [when for when, _ in lot.changes]
            touched += [hold.over_at() for hold in wallet.holds if lot in hold.lots]
            as_of = max([when for when in touched if ended <= when <= moment], default=ended)
            wallet.move(points, Place.SWEPT, as_of)
            self.program["expired"] += len(points)
        return DONE

    def _withdraw_with_extra(
        self, act: Act, count: int, left: int, moment: datetime, *, may_owe: bool
    ) -> Reasons:
        """Take points of a credit, and of its extra points all but the part of those that are left; both or none."""
        extra, back = act.extra, 0
        if extra is not None:
            kept = floor(Fraction(len(extra.points) * left, len(act.points)))
            back = max(0, len(extra.points) - extra.reversed - kept)
        if extra is None or not back:
            return self._withdraw(act, count, "issuance", moment, may_owe=may_owe)
        # Each takes from its own points and from those that can be spent; none can be taken twice.
        own, other = self._reach(act, moment), self._reach(extra, moment)
        if not may_owe and (len(own) < count or len(other) < back or len(own | other) < count + back):
            return {"insufficient-points"}
        assert not self._withdraw(extra, back, "issuance", moment, may_owe=may_owe)
        assert not self._withdraw(act, count, "issuance", moment, may_owe=may_owe)
        return DONE

    def _reach(self, act: Act, moment: datetime) -> set[Point]:
        """Return the points that a credit may be taken back from."""
        wallet = self.wallets[act.member]
        own = {p for p in wallet.loose(moment) if p.lot is act.lot}
        swept = {p for p in wallet.points if p.lot is act.lot and p.place is Place.SWEPT}
        return own | swept | set(wallet.spendable(moment))

    def _withdraw(self, act: Act, count: int, account: str, moment: datetime, *, may_owe: bool) -> Reasons:
        wallet = self.wallets[act.member]
        of_lot = [p for p in wallet.points if p.lot is act.lot]
        loose = set(wallet.loose(moment))
        own = [p for p in of_lot if p in loose][:count]
        swept = [p for p in of_lot if p.place is Place.SWEPT][: count - len(own)]
        rest = count - len(own) - len(swept)
        others = [p for p in wallet.spendable(moment) if p.lot is not act.lot][:rest]
        owed = rest - len(others)
        if owed and not may_owe:
            return {"insufficient-points"}
        wallet.move([*own, *others], Place.WITHDRAWN, moment)
        for point in swept:
            point.place = Place.WITHDRAWN
        wallet.owed += owed
        act.reversed += count
        if act.campaign is not None:
            act.campaign.uses.append((act.member, -count))
        self.program[account] += count
        self.program["expired"] -= len(swept)
        self.program["receivable"] -= owed
        return DONE

    def _free_ever_since(self, wallet: Wallet, since: datetime, now: datetime) -> list[Point]:
        good: list[Point] = []
        for lot in wallet.lots:
            if lot.begun(since) and not lot.over(since):
                of_lot = [p for p in wallet.loose(now) if p.lot is lot]
                good += of_lot[: wallet.always_free(lot, since)]
        return sorted(good, key=spending_order)

    def _own_hold(self, name: UUID, at: datetime) -> tuple[Hold | None, datetime, Reasons]:
        hold = self.holds.get(name)
        if hold is None:
            return None, at, {"unknown-hold"}
        moment = self.moment(hold.member, at)
        if hold.order is not None:
            return hold, moment, {"hold-of-redemption"}
        state = hold.state(moment)
        if state == "open":
            return hold, moment, DONE
        return (
            hold,
            moment,
            {
                "captured": {"hold-already-captured"},
                "released": {"hold-already-released"},
                "expired": {"hold-expired"},
            }[state],
        )
