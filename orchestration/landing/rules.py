"""The contract of a view as SQL conditions on its landed rows."""

from datetime import date, timedelta

from orchestration.landing.contract import Column, Contract, ViewContract
from orchestration.sql import quoted

# The table of the tenants that were landed, which the conditions read.
KNOWN_TENANTS = "known_tenant"


def is_broken(view: ViewContract, contract: Contract) -> str:
    """Return the condition that a row breaks a rule; it is never unknown."""
    conditions = " or ".join(f"coalesce({condition}, false)" for condition, _ in _rules(view, contract))
    return f"({conditions})"


def first_broken_rule(view: ViewContract, contract: Contract) -> str:
    """Return the expression for the words of the first rule that a row breaks."""
    cases = " ".join(
        f"when {condition} then '{quoted(words)}'" for condition, words in _rules(view, contract)
    )
    return f"case {cases} end"


def _rules(view: ViewContract, contract: Contract) -> list[tuple[str, str]]:
    rules = [rule for column in view.columns for rule in _rules_of_column(column, contract)]
    if view.view != "tenant" and any(column.name == "tenant_id" for column in view.columns):
        rules.append((f"tenant_id not in (from {KNOWN_TENANTS})", "tenant_id is of no known tenant"))
    return rules


def _rules_of_column(column: Column, contract: Contract) -> list[tuple[str, str]]:
    name, rules = f'"{column.name}"', []
    if column.is_required:
        rules.append((f"{name} is null", f"{column.name} is null"))
    if column.values is not None:
        known = ", ".join(str(v) if isinstance(v, int) else f"'{quoted(v)}'" for v in column.values)
        rules.append((f"{name} not in ({known})", f"{column.name} has a value nobody knows"))
    if column.low is not None:
        rules.append((f"{name} < {column.low}", f"{column.name} is below {column.low}"))
    if column.high is not None:
        rules.append((f"{name} > {column.high}", f"{column.name} is above {column.high}"))
    if column.above is not None:
        rules.append((f"{name} <= {column.above}", f"{column.name} is not above {column.above}"))
    if column.is_business_time:
        first, after = _midnight(contract.first_day), _midnight(contract.last_day + timedelta(days=1))
        years = f"{contract.first_day.year}-{contract.last_day.year}"
        rules.append(
            (f"{name} < {first} or {name} >= {after}", f"{column.name} is outside the calendar {years}")
        )
    return rules


def _midnight(day: date) -> str:
    return f"timestamptz '{day} 00:00:00+08'"
