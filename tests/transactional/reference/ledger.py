"""Credits, adjustments, returns, corrections, holds and expiry, point by point.

Every method returns the reasons to refuse, any of which will do; none means that it was done.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tests.transactional.reference.days import beginning_of
from tests.transactional.reference.movements import Act, Movements
from tests.transactional.reference.wallet import Hold, Lot, Place, Point, Wallet, spending_order

Reasons = frozenset[str] | set[str]
DONE: Reasons = frozenset()


@dataclass
class Ledger(Movements):
    """What tenants ask of their members' points."""

    def earn(
        self, *, name: UUID, member: UUID, points: int, kind: str, at: datetime, effective_at: datetime | None
    ) -> Reasons:
        moment = self.moment(member, at) if effective_at is None else effective_at
        pending_days = self.rules.pending_days if kind == "earn" else 0
        self.credit(name, member, points, kind, "issuance", moment, pending_days)
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
        may_owe = self.rules.policy == "unlimited"
        reasons |= self._withdraw(act, points, "issuance", moment, may_owe=may_owe, do=not reasons)
        return reasons

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
        if act.is_credit:
            return self._withdraw(act, len(act.points), account, moment, may_owe=False, do=True)
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

    def _withdraw(
        self, act: Act, count: int, account: str, moment: datetime, *, may_owe: bool, do: bool
    ) -> Reasons:
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
        if not do:  # it is refused for another reason
            return DONE
        wallet.move([*own, *others], Place.WITHDRAWN, moment)
        for point in swept:
            point.place = Place.WITHDRAWN
        wallet.owed += owed
        act.reversed += count
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
