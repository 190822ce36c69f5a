"""What cases, their reasons and what becomes of them are called."""

from dashboards.words import Words


def state_names(words: Words) -> dict[str, str]:
    """Return where a case stands."""
    return {
        "late": words("desk_case_late"),
        "open": words("case_open"),
        "answered": words("case_answered"),
        "refunding": words("case_refunding"),
        "replacing": words("case_replacing"),
    }


def type_names(words: Words) -> dict[str, str]:
    """Return what kinds of cases are called."""
    return {
        "complaint": words("desk_case_complaint"),
        "return": words("desk_case_return"),
        "exchange": words("desk_case_exchange"),
        "inquiry": words("desk_case_inquiry"),
    }


def case_reasons(words: Words) -> dict[str, str]:
    """Return why cases are opened."""
    return {
        "damaged": words("desk_case_damaged"),
        "wrong_item": words("desk_case_wrong_item"),
        "missing": words("desk_case_missing"),
        "not_as_described": words("desk_case_not_as_described"),
        "late": words("case_came_late"),
        "not_received": words("desk_case_not_received"),
        "code_unusable": words("desk_case_code_unusable"),
        "changed_mind": words("desk_case_changed_mind"),
        "other": words("desk_case_other"),
    }


def outcome_names(words: Words) -> dict[str, str]:
    """Return what may become of a case."""
    return {
        "refund": words("outcome_refund"),
        "replace": words("outcome_replace"),
        "reject": words("outcome_reject"),
        "settled": words("outcome_settled"),
    }


def note_kinds(words: Words) -> dict[str, str]:
    """Return what may be noted about a case."""
    return {
        "opened": words("note_opened"),
        "answered": words("note_answered"),
        "decided": words("note_decided"),
        "refund_refused": words("note_refund_refused"),
    }
