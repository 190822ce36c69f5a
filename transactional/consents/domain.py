"""The purposes that members agree to one by one, and the refusal of what is asked without."""

from typing import Final, Literal, get_args

from transactional.problems import Problem

# personalisation: recommendations from what they do · profiling: coarse groups for segments and profiles · marketing,
# service: personal attributes for either · identity_link: accounts of several tenants are shown as one person's.
Purpose = Literal["personalisation", "profiling", "marketing", "service", "identity_link"]
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
# Who says it: the tenant, for its member, or the person with their own token.
Teller = Literal["tenant", "person"]


class ConsentNeeded(Problem):
    """The member has not agreed to this, or no longer does."""

    slug = "consent-needed"
    title = "The member has not agreed to this"
    status = 409

    def __init__(self, purpose: Purpose) -> None:
        super().__init__(
            f"the member does not agree to {purpose} now; ask the member, then record it with "
            "POST /v1/members/{id}/consents",
            purpose=purpose,
        )
