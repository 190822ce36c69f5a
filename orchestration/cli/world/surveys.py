"""The surveys of a simulated shop: each member is asked once in each about an order that was completed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import numpy as np

from orchestration.cli.world.catalogue import IntArray
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.order import Order
from orchestration.cli.world.phrases import FEELINGS, mood_of_stars, pick, sounding
from orchestration.cli.world.service import DAY
from orchestration.cli.world.truth import Truth
from orchestration.cli.world.voices import Scribe
from transactional.behaviour.importing import PastAnswer
from transactional.database import Connection
from transactional.surveys.domain import Answer, Question
from transactional.surveys.importing import (
    PastInvitation,
    PastResponse,
    finish_invitations,
    import_invitations,
    import_responses,
)
from transactional.surveys.operations import NewSurvey, end_survey, open_survey

# A survey ends when the next one is opened.
SURVEY_DAYS = 182
SURVEY_TEXT_SHARE = 0.55
_INVITED_AFTER = 60
_CHOICES = ("配送", "商品质量", "客服", "积分价格")
_QUESTIONS = (
    Question(1, "score", "您对这次兑换满意吗？", None, is_satisfaction=True, is_required=True),
    Question(2, "choice", "您最看重什么？", _CHOICES, is_satisfaction=False, is_required=False),
    Question(3, "text", "还有什么想告诉我们的？", None, is_satisfaction=False, is_required=False),
)
_BY = "simulated operator"


class Surveys:
    """Asks the members of a tenant, and keeps what they answer until it can be written."""

    def __init__(
        self, tenant_id: UUID, start: int, identities: Identities, truth: Truth, rng: np.random.Generator
    ) -> None:
        """Begin without a survey.

        Args:
            start: epoch second of the first day's midnight.
        """
        self._tenant_id = tenant_id
        self._start = start
        self._identities = identities
        self._truth = truth
        self._rng = rng
        self._survey_id: UUID | None = None
        self._completed: defaultdict[int, list[tuple[int, Order]]] = defaultdict(list)
        self._invited: set[UUID] = set()
        self._asked_about: dict[UUID, UUID] = {}
        self._invitations: list[PastInvitation] = []
        self._responses: list[PastResponse] = []

    def completed(self, orders: Sequence[Order], done: IntArray) -> None:
        """Note orders that members keep, and when nothing more happens to them."""
        for order, second in zip(orders, done.tolist(), strict=True):
            self._completed[(second - self._start) // DAY].append((second, order))

    async def live(self, connection: Connection, day: int) -> None:
        """Open the survey whose day it is, and invite whoever has an order completed on it for the first time."""
        if day % SURVEY_DAYS == 0:
            await self._open(connection, day)
        survey_id = self._survey_id
        assert survey_id is not None
        for second, order in sorted(self._completed.pop(day, ())):
            if order.member_id not in self._invited:
                self._invited.add(order.member_id)
                self._asked_about[order.redemption_id] = survey_id
                self._invitations.append(
                    PastInvitation(
                        survey_id, order.member_id, order.redemption_id, _moment(second + _INVITED_AFTER)
                    )
                )

    def sift(self, answers: Sequence[PastAnswer]) -> list[PastAnswer]:
        """Take the answers that members give to a survey, and return those that they give of themselves."""
        direct = []
        for said in answers:
            survey_id = self._asked_about.pop(said.redemption_id, None)
            # A survey that has ended meanwhile takes no answers.
            if survey_id is None or survey_id != self._survey_id:
                direct.append(said)
            else:
                self._responses.append(PastResponse(survey_id, said, self._answers(survey_id, said)))
        return direct

    async def write(self, connection: Connection, scribe: Scribe) -> int:
        """Write invitations and answers about redemptions that are written; return how many members answered."""
        await import_invitations(connection, tenant_id=self._tenant_id, invitations=self._invitations)
        answered = len(self._responses)
        await import_responses(
            connection, scribe.vault, tenant_id=self._tenant_id, questions=_QUESTIONS, responses=self._responses,
            model=scribe.model,
        )  # fmt: skip
        self._invitations.clear()
        self._responses.clear()
        return answered

    async def finish(self, connection: Connection) -> None:
        """Leave the last survey to the worker."""
        await finish_invitations(connection, tenant_id=self._tenant_id)

    async def _open(self, connection: Connection, day: int) -> None:
        now = _moment(self._start + day * DAY)
        code = f"satisfaction_{day // SURVEY_DAYS + 1}"
        async with connection.transaction():
            if self._survey_id is not None:
                await end_survey(connection, tenant_id=self._tenant_id, survey_id=self._survey_id, now=now)
            self._survey_id, _ = await open_survey(
                connection,
                tenant_id=self._tenant_id,
                survey_id=self._identities.at(now),
                new=NewSurvey(code, "兑换满意度调查", "completed", _QUESTIONS),
                request_hash=sha256(code.encode()).digest(),
                by=_BY,
                now=now,
            )
        self._invited.clear()

    def _answers(self, survey_id: UUID, said: PastAnswer) -> tuple[Answer, ...]:
        rng = self._rng
        answers = [Answer(1, score=said.score), Answer(2, choice_no=1 + int(rng.integers(len(_CHOICES))))]
        mood = mood_of_stars(said.score, rng)
        if rng.random() < SURVEY_TEXT_SHARE:
            answers.append(Answer(3, text=f"{pick(FEELINGS[sounding(mood, rng)], rng)}。"))
        self._truth.note(
            "surveys",
            {"survey_id": str(survey_id), "redemption_id": str(said.redemption_id), "score": said.score, "mood": mood},
        )  # fmt: skip
        return tuple(answers)


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
