"""What rules, verdicts and what became of them are called."""

from collections.abc import Sequence

from dashboards.mall import Told
from dashboards.words import Words


def kind_names(words: Words) -> dict[str, str]:
    """Return what the kinds of rules are called."""
    return {
        "any": words("rule_any"),
        "velocity": words("rule_velocity"),
        "account_age": words("rule_account_age"),
        "blocked": words("rule_blocked"),
        "device_accounts": words("rule_device_accounts"),
        "missing_context": words("rule_missing_context"),
        "score_sum": words("rule_score_sum"),
    }


def dimension_names(words: Words) -> dict[str, str]:
    """Return by what a rule counts."""
    return {
        "member": words("desk_party_member"),
        "ip": words("dimension_ip"),
        "device": words("dimension_device"),
        "tenant": words("dimension_tenant"),
    }


def act_names(words: Words) -> dict[str, str]:
    """Return what may be done about a rule."""
    return {
        "added": words("act_added"),
        "proposed": words("act_proposed"),
        "activated": words("act_activated"),
        "withdrawn": words("act_withdrawn"),
        "ended": words("act_ended"),
    }


def verdict_names(words: Words) -> dict[str, str]:
    """Return what rules or a reviewer may say."""
    return {
        "allow": words("verdict_allow"),
        "review": words("verdict_review"),
        "deny": words("verdict_deny"),
        "": words("verdict_open"),
    }


def kinds(words: Words, found: Sequence[str]) -> str:
    """Return the names of kinds of rules in one line."""
    names = kind_names(words)
    return words("and").join(names.get(kind, kind) for kind in found)


def triggered(words: Words, rule: Told) -> str:
    """Return what one rule saw, and the limit it had."""
    name = kind_names(words).get(rule["kind"], rule["kind"])
    return words(
        "rule_saw",
        name=name,
        observed=words.count(rule["observed"]),
        limit=words.count(rule["limit"]),
        score=rule["score"],
    )
