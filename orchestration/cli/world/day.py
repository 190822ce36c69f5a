"""The requests that a tenant's members send on a day."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Literal, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from orchestration.cli.world.abuse import LOOT_POINTS, Burst
from orchestration.cli.world.catalogue import Catalogue, IntArray
from orchestration.cli.world.identity import Identities, address, device
from orchestration.cli.world.members import Members
from orchestration.cli.world.purse import WELCOME_POINTS, Purse
from orchestration.cli.world.service import HOUR
from orchestration.cli.world.setting import Setting
from orchestration.cli.world.wishes import Wishes, asks
from transactional.ledger.commands import Earn
from transactional.redemption.commands import Redeem

KEY = "sim-{}"
# A ring takes whichever of the cheapest items it can have.
_TARGETS = 12


class Asked(NamedTuple):
    """A request of a member.

    Attributes:
        member, item: numbers; item is -1 where there is none.
        number: of the request's key.
    """

    second: int
    command: Earn | Redeem
    member: int
    item: int = -1
    quantity: int = 0
    number: int = 0
    is_abuse: bool = False


class Asker:
    """Makes the requests of a tenant's members, in the order of time within each kind."""

    def __init__(
        self, code: str, setting: Setting, members: Members, purse: Purse, identities: Identities,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self._code = code
        self._setting = setting
        self._members = members
        self._purse = purse
        self._identities = identities
        self._rng = rng
        self._number = 0
        self._sources: dict[int, tuple[bytes, bytes]] = {}
        self._opening: IntArray = purse.opening_points()

    def earnings(self, day: int, midnight: int, calendar_day: date) -> list[Asked]:
        """Return the credits of a day: statements of the month, welcome gifts, and what members brought along."""
        asked = []
        if day == 0:
            for member in np.flatnonzero(self._opening).tolist():
                asked.append(
                    self._earn(member, midnight + 60, int(self._opening[member]), "grant", "brought along")
                )
        members, points = self._purse.earnings(day, calendar_day)
        seconds = midnight + 3 * HOUR + self._rng.integers(0, 3 * HOUR, len(members))
        for member, second, earned in zip(members.tolist(), seconds.tolist(), points.tolist(), strict=True):
            asked.append(self._earn(member, second, earned, "earn", f"receipts {calendar_day:%Y-%m}"))
        for member in np.flatnonzero(self._members.joined == day).tolist():
            second = midnight + int(self._members.joined_second[member]) + 60
            asked.append(self._earn(member, second, WELCOME_POINTS, "grant", "welcome"))
        return asked

    def wishes(
        self,
        wishes: Wishes,
        is_out: NDArray[np.bool_],
        midnight: int,
        sales: dict[int, UUID],
        unasked: Callable[[IntArray, IntArray], None],
    ) -> list[Asked]:
        """Return the wishes that become requests; `unasked` is told of those for what is out that do not.

        Args:
            is_out: items whose shelf is seen empty.
            sales: the flash sale of each item that has one today.
        """
        chosen = asks(wishes, is_out, self._rng)
        lost = ~chosen & wishes.is_affordable
        unasked(wishes.item[lost], wishes.quantity[lost])
        found = []
        for n in np.flatnonzero(chosen).tolist():
            member, item = int(wishes.member[n]), int(wishes.item[n])
            ip, device_ = self._source(member)
            found.append(
                self._redeem(
                    member, midnight + int(wishes.second[n]), item, int(wishes.quantity[n]), ip, device_,
                    sale_id=sales[item] if wishes.in_sale[n] else None,
                )
            )  # fmt: skip
        return found

    def burst(
        self, burst: Burst, midnight: int, catalogue: Catalogue, day: int, on_hand: IntArray
    ) -> list[Asked]:
        """Return the requests of a ring, and before a later burst the points that it got hold of."""
        listed = (catalogue.listed_from <= day) & (day < catalogue.listed_until) & (on_hand > 0)
        targets = np.flatnonzero(listed)[np.argsort(catalogue.price[listed], kind="stable")][:_TARGETS]
        if not len(targets):
            return []
        asked = []
        if not burst.is_first:
            for member in burst.members.tolist():
                asked.append(self._earn(member, midnight + 2 * HOUR, LOOT_POINTS, "grant", "coupon"))
        items = self._rng.choice(targets, len(burst.member))
        ip, device_ = device(f"{self._code}-address-{burst.name}"), device(f"{self._code}-{burst.name}")
        for member, second, item in zip(
            burst.member.tolist(), burst.second.tolist(), items.tolist(), strict=True
        ):
            asked.append(self._redeem(member, midnight + second, item, 1, ip, device_, is_abuse=True))
        return asked

    def _source(self, member: int) -> tuple[bytes, bytes]:
        """Return address and device that a member uses."""
        found = self._sources.get(member)
        if found is None:
            household = int(self._members.household[member])
            own = self._members.own_device[member]
            name = f"{self._code}-{member}" if own else f"{self._code}-household-{household}"
            found = self._sources[member] = (address(household), device(name))
        return found

    def _earn(
        self, member: int, second: int, points: int, kind: Literal["earn", "grant"], reference: str
    ) -> Asked:
        at = datetime.fromtimestamp(second, UTC)
        self._number += 1
        command = Earn(
            tenant_id=self._setting.tenant_id, key=KEY.format(self._number),
            body_hash=_hash(member, points, reference), at=at, member_id=self._setting.members[member],
            transfer_id=self._identities.at(at), points=points, kind=kind, reference=reference,
        )  # fmt: skip
        return Asked(second, command, member)

    def _redeem(
        self, member: int, second: int, item: int, quantity: int, ip: bytes, device_: bytes, *,
        sale_id: UUID | None = None, is_abuse: bool = False,
    ) -> Asked:  # fmt: skip
        at = datetime.fromtimestamp(second, UTC)
        self._number += 1
        command = Redeem(
            tenant_id=self._setting.tenant_id, key=KEY.format(self._number),
            body_hash=_hash(member, item, quantity), at=at, member_id=self._setting.members[member],
            redemption_id=self._identities.at(at), asked=((self._setting.items[item], quantity),),
            flash_sale_id=sale_id, ip=ip, device=device_,
        )  # fmt: skip
        return Asked(second, command, member, item, quantity, self._number, is_abuse)


def _hash(*parts: object) -> bytes:
    return sha256(repr(parts).encode()).digest()
