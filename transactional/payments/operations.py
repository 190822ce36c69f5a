"""Asks providers for payments and takes their news to the engine."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from transactional.database import tenant_transaction
from transactional.engine.book import Answer
from transactional.engine.committer import Committer
from transactional.payments.domain import NoticeAnswer, Outcome, PayLink, PaymentNotice, PaymentOrder
from transactional.payments.refusals import UnknownMerchant
from transactional.payments.settings import PaymentProviders
from transactional.problems import Problem
from transactional.redemption.commands import CashReturned, PaymentArrived
from transactional.redemption.domain import UnknownRedemption
from transactional.redemption.payment import Provider

# The provider stops taking the money this much before we let go of what it is for.
_MARGIN = timedelta(seconds=30)

_PENDING = """
select p.payment_id, p.provider, p.amount_fen, p.status, r.status as redemption_status, r.deadline, t.code, t.name
from mall.redemption r
join mall.tenant t using (tenant_id)
left join mall.payment p using (tenant_id, redemption_id)
where r.tenant_id = $1 and r.redemption_id = $2
"""


class NothingToPay(Problem):
    """The redemption does not wait for a payment."""

    slug = "nothing-to-pay"
    title = "Nothing is to be paid"
    status = 409

    def __init__(self, redemption_id: UUID, why: str) -> None:
        super().__init__(
            f"redemption {redemption_id} does not wait for a payment: {why}", redemption_id=str(redemption_id)
        )


class NewsNotTaken(Problem):
    """The engine refused what a provider said; the provider will say it again."""

    slug = "news-not-taken"
    title = "The provider's news was not taken"
    status = 409


async def ask_for_payment(
    pool: asyncpg.Pool, providers: PaymentProviders, *, tenant_id: UUID, redemption_id: UUID, now: datetime
) -> PayLink:
    """Ask the provider for a redemption's payment and return where the member pays; asking again is safe.

    Raises:
        UnknownRedemption: the tenant has none with this id.
        NothingToPay: it does not wait for a payment, or its deadline is too near.
        UnknownMerchant: the tenant has no account at the provider.
        ProviderUnavailable, ProviderRefused, UntrustedAnswer: the provider did not do it.
    """
    async with tenant_transaction(pool, tenant_id) as connection:
        row = await connection.fetchrow(_PENDING, tenant_id, redemption_id)
    if row is None:
        raise UnknownRedemption(f"your tenant has no redemption {redemption_id}")
    if row["payment_id"] is None or row["status"] != "pending" or row["redemption_status"] != "created":
        raise NothingToPay(redemption_id, f"it is {row['redemption_status']}")
    expires_at = row["deadline"] - _MARGIN
    if expires_at <= now:
        raise NothingToPay(redemption_id, "its deadline has passed or is too near; redeem again")
    order = PaymentOrder(
        payment_id=row["payment_id"],
        amount_fen=row["amount_fen"],
        description=f"{row['name']} 积分兑换"[:100],
        expires_at=expires_at,
        notify_url=providers.notify_url(row["provider"], tenant_id),
    )
    return await providers.of(row["code"], row["provider"]).create(order)


async def take_notification(
    pool: asyncpg.Pool,
    committer: Committer,
    providers: PaymentProviders,
    *,
    provider: str,
    tenant_id: UUID,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> NoticeAnswer:
    """Verify a provider's notification, let the engine act on it and return the answer the provider expects.

    Being told twice changes nothing and is accepted.

    Raises:
        UnknownMerchant: the tenant has no account at this provider, so there is no key to verify with.
    """
    async with tenant_transaction(pool, tenant_id) as connection:
        code = await connection.fetchval("select code from mall.tenant where tenant_id = $1", tenant_id)
    if code is None:
        raise UnknownMerchant("there is no such tenant")
    merchant = providers.of(code, provider)
    try:
        notice = merchant.read_notice(headers, body, now)
        await take_news(committer, notice, tenant_id=tenant_id, provider=provider, now=now)
    except Problem as problem:
        return merchant.refused(problem)
    return merchant.accepted()


async def take_news(
    committer: Committer, notice: PaymentNotice, *, tenant_id: UUID, provider: str, now: datetime
) -> bool:
    """Let the engine act on verified news of a payment; return whether it was news of money.

    Raises:
        NewsNotTaken: it does not fit what was asked for, or is not known.
        CommitUnavailable, Overloaded: the engine did not take it.
    """
    if notice.outcome is Outcome.SUCCEEDED:
        assert notice.amount_fen is not None
        assert notice.provider_reference is not None
        arrived = PaymentArrived(
            tenant_id=tenant_id,
            key=None,
            body_hash=b"",
            at=now,
            payment_id=notice.payment_id,
            provider=as_provider(provider),
            provider_reference=notice.provider_reference,
            amount_fen=notice.amount_fen,
            occurred_at=notice.occurred_at or now,
        )
        _require_taken(await committer.submit(arrived))
        return True
    if notice.outcome is Outcome.REFUNDED and notice.refund_id is not None:
        await note_returned(
            committer, tenant_id=tenant_id, payment_id=notice.payment_id, refund_id=notice.refund_id, now=now
        )
        return True
    return False


async def note_returned(
    committer: Committer, *, tenant_id: UUID, payment_id: UUID, refund_id: UUID, now: datetime
) -> None:
    """Let the engine note that a refund was paid.

    Raises:
        NewsNotTaken: there is no such refund.
    """
    returned = CashReturned(
        tenant_id=tenant_id, key=None, body_hash=b"", at=now, payment_id=payment_id, refund_id=refund_id
    )
    _require_taken(await committer.submit(returned))


def as_provider(name: str) -> Provider:
    """Return a provider's name as the engine knows it.

    Raises:
        UnknownMerchant: it knows none of this name.
    """
    match name:
        case "wechat" | "alipay":
            return name
    raise UnknownMerchant(f"there is no provider {name[:40]}")


def _require_taken(answer: Answer) -> None:
    if answer.status >= 400:
        raise NewsNotTaken(answer.body.decode())
