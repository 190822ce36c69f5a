"""The worker's jobs about texts."""

import logging
from datetime import timedelta

from transactional.settings import WorkerSettings
from transactional.texts.comments import CommentSealing
from transactional.texts.scoring import Scoring
from transactional.texts.sentiment import load_model
from transactional.worker.job import Job

_log = logging.getLogger(__name__)


def text_jobs(settings: WorkerSettings) -> tuple[Job, ...]:
    """Return the jobs; without a model nothing is scored and sentiments stay null, without a vault key there is no text.

    Raises:
        BrokenSentimentModel: the file that is named is no model.
    """
    vault = settings.vault()
    if vault is None:
        return ()
    sealing = Job("seal-comments", timedelta(minutes=5), CommentSealing(vault).run)
    if settings.sentiment_model is None:
        _log.info("texts are not scored: POINTMART_SENTIMENT_MODEL is not set")
        return (sealing,)
    scoring = Scoring(vault, load_model(settings.sentiment_model))
    return (sealing, Job("score-texts", timedelta(seconds=5), scoring.run))
