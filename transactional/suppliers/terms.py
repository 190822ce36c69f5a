"""Makes of the conditions that somebody sent the terms that are kept."""

from datetime import date
from uuid import UUID

from transactional.problems import InvalidRequest
from transactional.suppliers.documents import Conditions
from transactional.suppliers.domain import NewTerms, PriceBreak


def new_terms(told: Conditions, *, item_id: UUID, valid_from: date) -> NewTerms:
    """Return the terms of an item.

    Raises:
        InvalidRequest: they end before they begin.
    """
    if told.valid_until is not None and told.valid_until < valid_from:
        raise InvalidRequest("valid_until: the last day lies before the first")
    kept = told.model_dump(include=set(Conditions.model_fields) - {"price_breaks", "valid_from"})
    breaks = tuple(PriceBreak(b.quantity, b.unit_cost_fen) for b in told.price_breaks)
    return NewTerms(**kept, item_id=item_id, valid_from=valid_from, price_breaks=breaks)
