"""Who asks, and in which role, as the audit writes it down: set where a key or a session is recognised, told with each
transaction."""

from contextvars import ContextVar

# Of the request that is answered; empty for what the service does by itself. Set by `acts` alone.
ACTOR: ContextVar[str] = ContextVar("actor", default="")
# The role of the person who asks; empty for programs.
ACTOR_ROLE: ContextVar[str] = ContextVar("actor_role", default="")


def acts(actor: str, role: str = "") -> None:
    """Note who sent the request that is answered, and a person's role."""
    ACTOR.set(actor)
    ACTOR_ROLE.set(role)
