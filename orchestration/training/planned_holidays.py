"""Which holidays a tenant's plans are made for."""

from datetime import date, timedelta

from orchestration.training.mall_calendar import mall_calendar
from orchestration.training.stock_inputs import StockInputs
from recommender.replenishment.holidays import Holiday, coming_holidays

# A plan is made as long before its holiday as the slowest supplier needs, and a month for people to decide.
_DECIDING_DAYS = 28
# Forecasts further ahead are hardly more than last year.
_FURTHEST_DAYS = 120


def planned_holidays(stock: StockInputs, tenant_id: str, origin: date) -> list[Holiday]:
    """Return the holidays to plan for after a day, by day; none for a tenant that nobody sells anything."""
    if not stock.has_supplier_terms(tenant_id):
        return []
    terms = stock.terms(tenant_id, origin + timedelta(days=1))
    if terms.empty:
        return []
    slowest = int((terms["lead_days"] + terms["safety_days"]).max())
    until = origin + timedelta(days=min(slowest + _DECIDING_DAYS, _FURTHEST_DAYS))
    return coming_holidays(mall_calendar(origin, until), origin, until)
