"""What the members of a simulated shop agree to, and what some take back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from orchestration.cli.world.members import Members
from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.service import DAY
from transactional.consents.domain import Purpose
from transactional.consents.past import PastConsent, import_past_consents
from transactional.database import Connection

MARKETING_SHARE, WITHDRAWN_SHARE = 0.4, 0.04
_TEXT_VERSION: Final = "sim-1"
_WITHDRAWN_AFTER = (10, 300)
_ASKED_AFTER = timedelta(minutes=5)


async def record_consents(
    connection: Connection, tenant_id: UUID, members: Members, ids: Sequence[UUID], plan: WorldPlan,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Record what members agreed to when they joined, and what a few took back within the world.

    Whoever has a group agrees to profiling, and whoever refuses personal recommendations has said so.
    """
    count = len(members)
    agrees_to_marketing = rng.random(count) < MARKETING_SHARE
    withdraws = agrees_to_marketing & (rng.random(count) < WITHDRAWN_SHARE)
    after = rng.integers(*_WITHDRAWN_AFTER, count)
    joined = plan.start + members.joined * DAY + members.joined_second
    end = plan.start + plan.days * DAY - 1
    said: list[PastConsent] = []
    taken_back: list[PastConsent] = []
    for n in range(count):
        if joined[n] > end:
            continue
        at = datetime.fromtimestamp(min(int(joined[n]), end - 300), UTC) + _ASKED_AFTER
        purposes: list[tuple[Purpose, bool]] = [("marketing", True)] if agrees_to_marketing[n] else []
        if members.has_profile[n]:
            purposes.append(("profiling", True))
        if not members.is_personalised[n]:
            purposes.append(("personalisation", False))
        said += [
            PastConsent(ids[n], purpose, is_given, _TEXT_VERSION if is_given else None, at)
            for purpose, is_given in purposes
        ]
        if withdraws[n] and joined[n] + after[n] * DAY <= end:
            back = at + timedelta(days=int(after[n]))
            taken_back.append(PastConsent(ids[n], "marketing", False, None, back))
    # The newest that was recorded counts.
    for part in (said, taken_back):
        await import_past_consents(connection, tenant_id=tenant_id, consents=part)
