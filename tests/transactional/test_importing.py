"""An imported past is what the committer would have written, row for row."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from tests.transactional.conftest import NOON, open_shop
from transactional.behaviour.importing import AnswerRefused, PastAnswer, import_feedback
from transactional.campaigns.domain import Discounted, NewCampaign
from transactional.campaigns.importing import import_campaign
from transactional.catalogue.operations import StockReceipt, receive_stock
from transactional.chats.domain import Message, NewChat
from transactional.chats.past import ChatRefused, PastChat, import_past_chats
from transactional.consents.past import ConsentRefused, PastConsent, import_past_consents
from transactional.consents.queries import standing
from transactional.database import committer_pool
from transactional.engine.committer import commit_batch
from transactional.engine.importing.past import PastImport
from transactional.engine.importing.refusals import CannotBeImported, TenantHasPast
from transactional.engine.sweeping import NO_BODY
from transactional.flash_sales.domain import NewSale
from transactional.flash_sales.operations import close_sale, open_sale
from transactional.identifiers import uuid7
from transactional.ledger.commands import Earn, ExpireLots
from transactional.ledger.verify import verify
from transactional.redemption.commands import Cancel, Progress, Redeem, Refund, Review, TimeOut
from transactional.redemption.states import Move
from transactional.reviews.importing import PastReview, ReviewRefused, import_past_reviews
from transactional.risk.operations import add_default_rules
from transactional.surveys.domain import Answer, AnswersUnsuitable, Question
from transactional.surveys.importing import (
    PastInvitation,
    PastResponse,
    ResponseRefused,
    import_invitations,
    import_responses,
)
from transactional.surveys.operations import NewSurvey, open_survey
from transactional.vault import Vault

DAY = timedelta(days=1)
# The business midnight after which the lot of the second member, of one month, has expired.
EXPIRED_AT = NOON + timedelta(days=32, hours=-12)
SALE = UUID(int=900)
CAMPAIGN = UUID(int=901)

TABLES = {
    "redemption": "mode, status, points, refunded_points, effective_at, deadline, paid_at, shipped_at, delivered_at, "
    "completed_at, ended_at, cancel_reason, hold_id, flash_sale_id, member_id, redemption_id",
    "redemption_line": "redemption_id, line_no, item_id, quantity, unit_points, refunded_quantity",
    "transfer": "transfer_id, kind, member_id, redemption_id, reference, effective_at, reason",
    "lot": "account_id, lot_id, issued_points, remaining_points, active_from, expires_on",
    "hold": "hold_id, member_id, points, captured_points, lot_ids, lot_points, status, effective_at, expires_at, "
    "resolved_at",
    "stock": "item_id, on_hand, allotted",
    "stock_movement": "item_id, quantity, reason, reference, effective_at",
    "outbox": "topic, subject_id, payload",
    "refusal": "member_id, operation, reason, item_id, quantity, effective_at",
    "idempotency_key": "key, operation, body_hash, redemption_id, response_status, response_body",
    "risk_assessment": "assessment_id, redemption_id, member_id, verdict, score, decided_verdict, decided_by",
    "velocity": "dimension, subject, recent, seen_at",
    "device_member": "device, member_id, first_seen_at",
    "flash_sale": "sale_id, left_count, closed_at",
    "flash_sale_member": "sale_id, member_id, bought_count",
    "campaign": "campaign_id, kind, budget_points, used_points, approved_at, started_at",
    "campaign_item": "campaign_id, item_id, price_points",
    "campaign_member": "campaign_id, member_id, used_points",
    "campaign_use": "cause_id, kind, line_no, campaign_id, member_id, redemption_id, points, effective_at",
    "account": "kind, balance, version, owed_points, changed_at, recent",
}


def number(n):
    return UUID(int=n)


def story(shop):
    """Return commands that end in every way an order can, in the order of time, all by one device."""

    def about(hours, key):
        return {
            "tenant_id": shop.tenant_id,
            "key": key,
            "body_hash": bytes(31) + bytes([hours]),
            "at": NOON + timedelta(hours=hours),
        }

    def earn(n, hours, member, points):
        return Earn(
            **about(hours, f"earn-{n}"), member_id=member, transfer_id=number(n), points=points, kind="earn"
        )

    def redeem(n, hours, asked, *, member=None, sale=None):
        return Redeem(
            **about(hours, f"redeem-{n}"), member_id=member or shop.member, redemption_id=number(n),
            asked=asked, ip=b"i" * 16, device=b"d" * 16, flash_sale_id=sale,
        )  # fmt: skip

    def progress(n, hours, move):
        return Progress(**about(hours, None), redemption_id=number(n), move=move)

    def cancel(n, hours):
        return Cancel(**about(hours, None), redemption_id=number(n), transfer_id=number(n + 50), reason="no")

    def refund(n, hours, lines, restock):
        return Refund(
            **about(hours, None), redemption_id=number(n), transfer_id=number(n + 60), lines=lines, points=None,
            restock=restock, reason="broken",
        )  # fmt: skip

    tea, pot, card = ((shop.tea, 1),), ((shop.pot, 1),), ((shop.card, 1),)
    return [
        earn(1, 0, shop.member, 700),
        earn(2, 1, shop.member, 900_000),
        earn(3, 1, shop.other_member, 120),
        redeem(10, 2, ((shop.tea, 3),)),
        redeem(11, 2, pot),
        redeem(12, 2, pot),  # out of stock
        cancel(11, 3),
        redeem(13, 4, pot),
        progress(13, 5, Move.SHIP),
        progress(13, 6, Move.DELIVER),
        redeem(14, 7, tea, member=shop.other_member),
        redeem(15, 7, tea, member=shop.other_member),  # not enough points
        refund(13, 8, None, restock=True),
        refund(10, 9, ((1, 1),), restock=False),
        redeem(16, 10, ((shop.card, 1100),)),  # out of stock
        redeem(17, 10, tea, sale=SALE),
        redeem(18, 10, tea, sale=SALE),  # one each
        redeem(19, 11, card),
        # A day's points beyond the rule: parked.
        redeem(20, 12, ((shop.card, 4), (shop.tea, 1))),
        redeem(21, 13, ((shop.tea, 1),)),
        Review(**about(14, None), redemption_id=number(21), verdict="approve", reviewer="Li"),
        # Part of it goes back into a lot that was empty.
        refund(19, 15, None, restock=False),
        TimeOut(**about(70, None), redemption_id=number(20)),
    ]  # fmt: skip


async def prepare(connection, code):
    shop = await open_shop(connection, code, validity=1)
    async with connection.transaction():
        await add_default_rules(connection, tenant_id=shop.tenant_id, valid_from=NOON - 90 * DAY)
    # So that two orders of the story are parked.
    await connection.execute(
        "insert into mall.risk_rule (tenant_id, kind, dimension, measure, threshold, window_seconds, verdict, score, "
        "valid_from) values ($1, 'velocity', 'member', 'points', 2500, 36000, 'review', 50, $2)",
        shop.tenant_id,
        NOON - 90 * DAY,
    )
    await receive_stock(
        connection, tenant_id=shop.tenant_id, receipts=[StockReceipt(shop.tea, 5, "more", NOON - DAY)]
    )
    return shop


def the_sale(shop):
    return NewSale("noon", shop.tea, 60, NOON, NOON + DAY, 3, 1)


def the_campaign(shop):
    """Doubles the first earning and lowers the pot's price; it does not cover what is earned after that."""
    return NewCampaign(
        reference="fair", kind="festival", name_zh="年货节", name_en="New Year fair", starts_at=NOON,
        ends_at=NOON + 3 * DAY, earning=(2, 1), items=(Discounted(shop.pot, 200),), budget_points=800, created_by="ops",
    )  # fmt: skip


async def commit(connection, pool, shop):
    await import_campaign(
        connection, tenant_id=shop.tenant_id, campaign_id=CAMPAIGN, new=the_campaign(shop), by="boss", now=NOON - DAY
    )  # fmt: skip
    await open_sale(
        connection,
        tenant_id=shop.tenant_id,
        sale_id=SALE,
        new=the_sale(shop),
        request_hash=bytes(32),
        now=NOON,
    )
    answers = []
    async with pool.acquire() as committer:
        for command in story(shop):
            answers += await commit_batch(committer, [command])
        await close_sale(connection, tenant_id=shop.tenant_id, sale_id=SALE, now=NOON + 2 * DAY)
        answers += await commit_batch(
            committer,
            [
                ExpireLots(
                    tenant_id=shop.tenant_id, key=None, body_hash=NO_BODY, at=EXPIRED_AT, member_id=member,
                    transfer_id=number((90 + n) << 64), oldest=(EXPIRED_AT - timedelta(hours=1)).date(),
                )
                for n, member in enumerate((shop.member, shop.other_member))
            ],
        )  # fmt: skip
    return answers


async def load(connection, shop, *, write_every):
    past = await PastImport.begin(
        connection, tenant_id=shop.tenant_id, first=NOON, last=NOON + 90 * DAY, new_id=uuid7
    )
    await past.sales.open(SALE, the_sale(shop), bytes(32), NOON)
    await past.campaigns.open(CAMPAIGN, the_campaign(shop), by="boss", now=NOON - DAY)
    answers = []
    for n, command in enumerate(story(shop), start=1):
        answers += past.decide([command])
        if n % write_every == 0:
            await past.flush()
    await past.sales.close(SALE, NOON + 2 * DAY)
    past.expire(EXPIRED_AT)
    await past.finish()
    return answers


async def rows_of(connection, shop):
    """Return the rows of all tables, the tenant's own identifiers replaced by words and expiry's left out."""
    names = {
        str(getattr(shop, name)): name
        for name in ("tenant_id", "member", "other_member", "tea", "pot", "card", "past")
    }
    found = {}
    for table, columns in TABLES.items():
        rows = await connection.fetch(
            f"select {columns} from mall.{table} where tenant_id = $1", shop.tenant_id
        )
        found[table] = sorted(_worded(row, names) for row in rows if not _is_expiry(row))
    entries = await connection.fetch(
        "select t.kind, e.entry_no, a.kind as account, e.lot_id, e.amount, e.balance_after, t.effective_at "
        "from mall.entry e join mall.account a using (tenant_id, account_id) "
        "join mall.transfer t using (tenant_id, transfer_id) where e.tenant_id = $1",
        shop.tenant_id,
    )
    found["entry"] = sorted(_worded(row, names) for row in entries)
    return found


def _is_expiry(row):
    return row.get("topic") == "points.expire" or row.get("kind") == "expire"


def _worded(row, names):
    text = json.dumps(list(row.values()), default=str)
    for identifier, name in names.items():
        text = text.replace(identifier, name)
    return text


@pytest.mark.parametrize("write_every", [1, 5, 1000])
async def test_an_imported_past_is_what_the_committer_writes(database_url, write_every):
    connection = await asyncpg.connect(database_url)
    async with committer_pool(database_url) as pool:
        one, other = await prepare(connection, "acorn"), await prepare(connection, "beech")
        answered = await commit(connection, pool, one)
        told = await load(connection, other, write_every=write_every)
    assert [answer.status for answer in told] == [answer.status for answer in answered[: len(told)]]
    assert {200, 201, 403, 409} >= {answer.status for answer in told} >= {200, 201, 409}
    committed, imported = await rows_of(connection, one), await rows_of(connection, other)
    for table in committed:
        assert imported[table] == committed[table], table
        assert committed[table], table
    uses = await connection.fetch(
        "select kind, points from mall.campaign_use where tenant_id = $1", other.tenant_id
    )
    assert sorted(map(tuple, uses)) == [
        ("discount", 50), ("discount", 50), ("discount_back", -50), ("discount_back", -50), ("extra", 700),
    ]  # fmt: skip
    await verify(connection)
    await connection.close()


async def test_a_tenant_with_a_past_gets_no_other(database_url):
    connection = await asyncpg.connect(database_url)
    shop = await prepare(connection, "acorn")
    await load(connection, shop, write_every=1000)
    with pytest.raises(TenantHasPast):
        await load(connection, shop, write_every=1000)
    await connection.close()


async def test_answers_are_imported_about_a_members_own_redemptions_only(database_url):
    connection = await asyncpg.connect(database_url)
    shop = await prepare(connection, "acorn")
    await load(connection, shop, write_every=1000)
    own = PastAnswer(number(1), shop.member, number(10), 4, NOON)
    with pytest.raises(AnswerRefused):
        await import_feedback(
            connection,
            tenant_id=shop.tenant_id,
            answers=[own, PastAnswer(number(2), shop.other_member, number(13), 4, NOON)],
        )
    assert await connection.fetchval("select count(*) from mall.feedback") == 0
    await import_feedback(connection, tenant_id=shop.tenant_id, answers=[own])
    with pytest.raises(asyncpg.UniqueViolationError):
        await import_feedback(
            connection, tenant_id=shop.tenant_id, answers=[own._replace(feedback_id=number(3))]
        )
    assert await connection.fetchval("select sum(score) from mall.feedback") == 4
    await connection.close()


async def test_a_campaign_that_is_over_gives_nothing_and_takes_back_what_it_gave(database_url):
    connection = await asyncpg.connect(database_url)
    shop = await prepare(connection, "acorn")
    past = await PastImport.begin(
        connection, tenant_id=shop.tenant_id, first=NOON, last=NOON + 90 * DAY, new_id=uuid7
    )
    await past.campaigns.open(CAMPAIGN, the_campaign(shop), by="boss", now=NOON - DAY)
    few = replace(the_campaign(shop), reference="few", audience="tiers", groups=("gold",))
    with pytest.raises(CannotBeImported, match="tiers"):
        await past.campaigns.open(UUID(int=902), few, by="boss", now=NOON - DAY)
    earn, _, _, redeem, *_ = story(shop)
    pot = replace(redeem, asked=((shop.pot, 1),))
    assert [answer.status for answer in past.decide([earn, pot])] == [201, 201]
    assert past.campaigns.left(CAMPAIGN) == 50
    await past.campaigns.end(CAMPAIGN)
    cancelled = Cancel(
        tenant_id=shop.tenant_id, key=None, body_hash=NO_BODY, at=NOON + 4 * DAY, redemption_id=pot.redemption_id,
        transfer_id=number(60), reason="no",
    )  # fmt: skip
    later = replace(earn, key="later", transfer_id=number(7), at=NOON + 4 * DAY, body_hash=bytes(32))
    assert [answer.status for answer in past.decide([cancelled, later])] == [200, 201]
    assert past.campaigns.left(CAMPAIGN) == 100
    await past.finish()
    stored = await connection.fetchrow("select used_points, ended_at from mall.campaign")
    assert tuple(stored) == (700, NOON + 3 * DAY)
    await connection.close()


async def test_what_an_authorisation_ends_is_redeemed_no_more_once_offers_are_read_again(database_url):
    connection = await asyncpg.connect(database_url)
    shop = await prepare(connection, "acorn")
    past = await PastImport.begin(
        connection, tenant_id=shop.tenant_id, first=NOON, last=NOON + 90 * DAY, new_id=uuid7
    )
    earn, _, _, redeem, *_ = story(shop)
    again = replace(redeem, key="again", redemption_id=number(11), at=NOON + DAY, body_hash=bytes(32))
    await connection.execute(
        "update mall.offer set listed_until = $2 where item_id = $1", shop.tea, NOON + 3 * DAY / 24
    )
    await past.reread_offers()
    assert [answer.status for answer in past.decide([earn, redeem, again])] == [201, 201, 409]
    await connection.close()


async def test_words_are_imported_of_who_has_what_they_are_about(database_url):
    connection = await asyncpg.connect(database_url)
    shop = await prepare(connection, "acorn")
    await load(connection, shop, write_every=1000)
    vault, later = Vault(bytes(32)), NOON + 90 * DAY
    told = (Message("member", NOON + DAY, "快递太慢了"), Message("agent", NOON + DAY, "抱歉"))

    async def chat(member, redemption):
        new = NewChat("c1", member, redemption, None, told)
        past = PastChat(number(1), new)
        await import_past_chats(connection, vault, tenant_id=shop.tenant_id, chats=[past], model=None)

    async def review(member, redemption, item, written_at=later):
        past = PastReview(number(2), redemption, member, item, 4, "很好", written_at)
        await import_past_reviews(connection, vault, tenant_id=shop.tenant_id, reviews=[past], model=None)

    with pytest.raises(ChatRefused):
        await chat(shop.other_member, number(10))
    await chat(shop.member, number(10))
    assert tuple(
        await connection.fetchrow("select message_count, topic, language, sentiment from mall.chat")
    ) == (2, "delivery", "zh", None)
    for refused in (
        (shop.other_member, number(21), shop.tea), (shop.member, number(21), shop.pot),
        (shop.member, number(13), shop.pot), (shop.member, number(21), shop.tea, NOON),
    ):  # fmt: skip
        with pytest.raises(ReviewRefused):
            await review(*refused)
    await review(shop.member, number(21), shop.tea)
    assert await connection.fetchval("select stars from mall.item_review") == 4
    await connection.close()


async def test_answers_to_a_survey_are_imported_of_who_was_asked(database_url):
    connection = await asyncpg.connect(database_url)
    shop = await prepare(connection, "acorn")
    await load(connection, shop, write_every=1000)
    questions = [Question(1, "score", "满意吗", None, is_satisfaction=True, is_required=True)]
    survey, tenant_id = number(5), shop.tenant_id
    await open_survey(
        connection, tenant_id=tenant_id, survey_id=survey, new=NewSurvey("s1", "调查", "completed", questions),
        request_hash=bytes(32), by="ops", now=NOON,
    )  # fmt: skip
    said = PastAnswer(number(6), shop.member, number(10), 4, NOON + DAY)

    async def answer(*answers):
        await import_responses(
            connection, Vault(bytes(32)), tenant_id=tenant_id, questions=questions,
            responses=[PastResponse(survey, said, answers)], model=None,
        )  # fmt: skip

    with pytest.raises(ResponseRefused):
        await answer(Answer(1, score=4))
    invitation = PastInvitation(survey, shop.member, number(10), NOON)
    await import_invitations(connection, tenant_id=tenant_id, invitations=[invitation])
    with pytest.raises(AnswersUnsuitable):
        await answer()
    await answer(Answer(1, score=4))
    assert tuple(await connection.fetchrow("select score, channel from mall.feedback")) == (4, "survey")
    await connection.close()


async def test_consents_to_personalisation_are_what_members_records_say(database_url):
    connection = await asyncpg.connect(database_url)
    shop = await prepare(connection, "acorn")
    refused = PastConsent(shop.member, "personalisation", is_given=False, text_version=None, told_at=NOON)
    agreed = PastConsent(shop.member, "marketing", is_given=True, text_version="v1", told_at=NOON)
    with pytest.raises(ConsentRefused):
        await import_past_consents(connection, tenant_id=shop.tenant_id, consents=[agreed, refused])
    await import_past_consents(connection, tenant_id=shop.tenant_id, consents=[agreed])
    told = {
        one["purpose"]: one["is_given"]
        for one in await standing(connection, tenant_id=shop.tenant_id, member_id=shop.member)
    }
    assert told["marketing"]
    await connection.close()
