"""The worker's job about texts."""

import logging
from datetime import timedelta

from transactional.settings import WorkerSettings
from transactional.texts.scoring import Scoring
from transactional.texts.sentiment import load_model
from transactional.worker.job import Job

_log = logging.getLogger(__name__)


def text_jobs(settings: WorkerSettings) -> tuple[Job, ...]:
    """Return the job; without a model or a vault key nothing is scored, and sentiments stay null.

    Raises:
        BrokenSentimentModel: the file that is named is no model.
    """
    vault = settings.vault()
    if settings.sentiment_model is None or vault is None:
        _log.info("texts are not scored: POINTMART_SENTIMENT_MODEL or POINTMART_VAULT_KEY is not set")
        return ()
    scoring = Scoring(vault, load_model(settings.sentiment_model))
    return (Job("score-texts", timedelta(seconds=5), scoring.run),)
