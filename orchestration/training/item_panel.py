"""The demand of a tenant's items as plans and questions about them are made from."""

from orchestration.training.inputs import TrainingInputs
from recommender.demand.asked import Asked, sold_panel
from recommender.demand.spell import latest_spell


def item_panel(inputs: TrainingInputs, tenant_id: str) -> Asked | None:
    """Return what was asked for of each item in the latest unbroken spell, with campaigns; None if no spell is long enough.

    Raises:
        InvalidFrame: the warehouse holds a row the recommender refuses.
    """
    found = latest_spell(sold_panel(inputs.item_demand(tenant_id), ("category",)))
    return None if found is None else Asked.of(found[0], None, inputs.campaigns(tenant_id))
