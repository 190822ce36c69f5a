"""What a batch writes of campaigns: what is used of their budgets, by whom and for what."""

from transactional.changes import Change
from transactional.engine.book import Book
from transactional.engine.writing.statement import Part, Row, insert, update


def _campaigns(book: Book) -> list[Row]:
    return [
        (tenant_id, campaign_id, campaign.used)
        for (tenant_id, campaign_id), campaign in book.campaigns.campaigns.items()
        if campaign.change is Change.CHANGED
    ]


def _had(book: Book) -> list[Row]:
    return [(*member, book.campaigns.had[member]) for member in book.campaigns.changed]


def _uses(book: Book) -> list[Row]:
    return [
        (
            u.tenant_id, u.cause_id, u.kind, u.line_no, u.campaign_id, u.member_id, u.redemption_id, u.points, u.at,
        )
        for u in book.campaigns.uses
    ]  # fmt: skip


PARTS: tuple[Part, ...] = (
    update("campaign", 2, "tenant_id uuid, campaign_id uuid, used_points bigint", _campaigns),
    Part(
        "campaign_member",
        "tenant_id uuid, campaign_id uuid, member_id uuid, used_points bigint",
        "insert into mall.campaign_member ({names}) select * from {rows} "
        "on conflict (tenant_id, campaign_id, member_id) do update set used_points = excluded.used_points",
        _had,
    ),
    insert(
        "campaign_use",
        "tenant_id uuid, cause_id uuid, kind text, line_no smallint, campaign_id uuid, member_id uuid, "
        "redemption_id uuid, points bigint, effective_at timestamptz",
        _uses,
    ),
)
