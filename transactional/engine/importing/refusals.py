"""Why a past cannot be imported."""


class CannotBeImported(ValueError):
    """The command is of a kind whose past cannot be imported."""


class TenantHasPast(Exception):
    """The tenant has entries already, so its past cannot be imported from nothing."""
