"""Which mall a release is written back to: the one that the settings name, or the one that runs on the data folder."""

import json

from orchestration.refusal import Refusal
from orchestration.settings import PipelineSettings
from orchestration.write_back.sending import Mall


class KeyMissing(Refusal):
    """The settings name a mall but no key for it."""


def find_mall(settings: PipelineSettings) -> Mall | None:
    """Return the mall to write back to, or None if none is known.

    Raises:
        KeyMissing: a URL is set, and there is no key for it.
    """
    url, key = settings.transactional_url, settings.pipeline_key
    if url is not None and key is not None:
        return Mall(url, key.get_secret_value())
    try:
        running = json.loads(settings.folder.mall.read_text(encoding="utf-8"))
        found = Mall(running["transactional_url"], running["pipeline_key"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        found = None
    if url is not None and (found is None or found.url != url):
        raise KeyMissing(
            "POINTMART_TRANSACTIONAL_URL is set without a key; make one with `pointmart pipeline key` and set "
            "POINTMART_PIPELINE_KEY"
        )
    return found


def mall_or_reason(settings: PipelineSettings) -> tuple[Mall | None, str | None]:
    """Return the mall, or None and why it is not used although one is named: that does not keep a pipeline from running."""
    try:
        return find_mall(settings), None
    except KeyMissing as missing:
        return None, f"nothing is written back: {missing}"
