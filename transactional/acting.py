"""Who asks, as the audit writes it down: set where a key or a session is recognised, told with each transaction."""

from contextvars import ContextVar

# Of the request that is answered; empty for what the service does by itself.
ACTOR: ContextVar[str] = ContextVar("actor", default="")
