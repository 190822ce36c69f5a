"""What can be refused about a payment, each with a sentence to act on.

Problem
├── BadSignature          401  a notification is not signed by the provider
│   └── UnknownPlatformKey     … or with a key that is not configured
├── StaleNotice           401  a notification is too old, or from the future
├── MalformedNotice       400  a signed notification does not have the documented form
├── UnknownMerchant       404  no such merchant is configured, or the message is for another one
├── UnknownPayment        404  the provider does not know the payment or refund
├── AlreadyPaid           409  what should be asked for or closed was paid in the meantime
├── ProviderUnavailable   503  the provider does not answer, or asks to come back later
├── ProviderRefused       502  the provider refuses, with its own code
└── UntrustedAnswer       502  an answer is not signed by the provider, so it counts for nothing
"""

from transactional.problems import Problem


class BadSignature(Problem):
    """A notification is not signed by the provider."""

    slug = "bad-signature"
    title = "The signature is wrong"
    status = 401


class UnknownPlatformKey(BadSignature):
    """A notification names a platform key that is not configured."""

    slug = "unknown-platform-key"
    title = "The signing key is not known"


class StaleNotice(Problem):
    """A notification was signed too long ago, or in the future."""

    slug = "stale-notice"
    title = "The notification is too old or from the future"
    status = 401


class MalformedNotice(Problem):
    """A notification does not have the documented form."""

    slug = "malformed-notice"
    title = "The notification does not have the documented form"
    status = 400


class UnknownMerchant(Problem):
    """No such merchant is configured, or a message is meant for another one."""

    slug = "unknown-merchant"
    title = "The merchant is not known"
    status = 404


class UnknownPayment(Problem):
    """The provider does not know the payment or the refund."""

    slug = "unknown-payment"
    title = "The provider does not know the payment"
    status = 404


class AlreadyPaid(Problem):
    """The payment that should be asked for or closed was paid."""

    slug = "already-paid"
    title = "The payment was made in the meantime"
    status = 409


class ProviderUnavailable(Problem):
    """The provider does not answer, or asks to come back later; what became of the call is not known."""

    slug = "provider-unavailable"
    title = "The payment provider does not answer"
    status = 503


class ProviderRefused(Problem):
    """The provider refuses; `code` is its own name of the reason, which counts only if the answer is signed."""

    slug = "provider-refused"
    title = "The payment provider refuses"
    status = 502

    def __init__(self, provider: str, code: str, message: str, *, is_signed: bool) -> None:
        super().__init__(f"{provider} refuses ({code}): {message}", provider_code=code)
        self.code = code
        self.is_signed = is_signed

    def is_for(self, codes: tuple[str, ...]) -> bool:
        """Tell whether the provider itself, provably, gave one of these reasons."""
        return self.is_signed and self.code in codes


class UntrustedAnswer(Problem):
    """An answer is not signed by the provider, so nothing in it counts."""

    slug = "untrusted-answer"
    title = "The provider's answer cannot be trusted"
    status = 502
