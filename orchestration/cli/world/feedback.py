"""All that the members of a simulated shop tell it - scores, answers to surveys, reviews, chats - until it is written."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import numpy as np

from orchestration.cli.world.catalogue import Catalogue
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.presets import CATEGORIES
from orchestration.cli.world.surveys import Surveys
from orchestration.cli.world.truth import Truth
from orchestration.cli.world.voices import Scribe, Voices
from transactional.behaviour.importing import PastAnswer, import_feedback
from transactional.database import Connection


class Feedback:
    """What a tenant's members say.

    Attributes:
        voices, surveys: through which they say it.
        answered: how many scores are written.
    """

    def __init__(
        self, connection: Connection, scribe: Scribe, tenant_id: UUID, items: list[UUID], catalogue: Catalogue,
        start: int, identities: Identities, truth: Truth, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        """Begin in silence.

        Args:
            start: epoch second of the first day's midnight.
        """
        self._connection = connection
        self._scribe = scribe
        self._tenant_id = tenant_id
        names = [CATEGORIES[category].name for category in catalogue.category.tolist()]
        self.voices = Voices(tenant_id, items, names, identities, truth, rng)
        self.surveys = Surveys(tenant_id, start, identities, truth, rng)
        self._direct: list[PastAnswer] = []
        self.answered = 0

    async def live(self, day: int, answers: Sequence[PastAnswer]) -> None:
        """Live through a day on which members answer."""
        await self.surveys.live(self._connection, day)
        self._direct += self.surveys.sift(answers)

    async def write(self, now: datetime) -> None:
        """Write what was said by `now`; redemptions and cases are written before."""
        await import_feedback(self._connection, tenant_id=self._tenant_id, answers=self._direct)
        self.answered += len(self._direct) + await self.surveys.write(self._connection, self._scribe)
        self._direct.clear()
        await self.voices.write(self._connection, self._scribe, now)

    async def finish(self, now: datetime) -> None:
        """Write the rest; the import ends with it."""
        await self.write(now)
        await self.surveys.finish(self._connection)
