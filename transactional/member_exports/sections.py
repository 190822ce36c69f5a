"""What of a member goes into an export: a closed list, each part read by tenant and member and by nothing else."""

from dataclasses import dataclass
from typing import Final

_REDEEMED = "join mall.redemption r on r.tenant_id = x.tenant_id and r.redemption_id = x.redemption_id"


@dataclass(frozen=True)
class Section:
    """A part of an export.

    Attributes:
        tables: what it tells of, by which a test sees that no table of members is forgotten.
        sql: $1 is the tenant, $2 the member.
        sealed_as: what the words in the column `sealed_text` were sealed as, told opened as `text`; none without it.
        place: the columns that, after the tenant, say where the words stand.
        has_own_key: the words were sealed with the member's own key, not with the installation's.
    """

    name: str
    name_zh: str
    name_en: str
    tables: tuple[str, ...]
    sql: str
    sealed_as: str = ""
    place: tuple[str, ...] = ()
    has_own_key: bool = False


def _of(table: str, columns: str, order: str) -> str:
    return f"select {columns} from mall.{table} where tenant_id = $1 and member_id = $2 order by {order}"


SECTIONS: Final[tuple[Section, ...]] = (
    Section(
        "profile", "会员资料", "Profile", ("member",),
        _of("member", "member_id, external_ref, registered_at, profile, is_personalised, is_test", "1"),
    ),
    Section(
        "consents", "同意记录", "Consents", ("member_consent",),
        _of("member_consent", "purpose, is_given, text_version, told_by, told_at", "recorded_at"),
    ),
    Section(
        "lots", "积分批次", "Lots of points", (),
        "select lot_id, issued_points, remaining_points, active_from, expires_on from mall.lot "
        "where tenant_id = $1 and account_id = $2 order by recorded_at, lot_id",
    ),
    Section(
        "transfers", "积分变动", "Changes of points", ("transfer", "member_transfer"),
        _of(
            "member_transfer",
            "transfer_id, kind, redemption_id, reference, reverses_id, reason, effective_at, recorded_at",
            "recorded_at, transfer_id",
        ),
    ),
    Section(
        "entries", "积分分录", "Ledger entries", (),
        "select e.transfer_id, e.entry_no, t.kind, e.lot_id, e.amount, e.balance_after, t.effective_at, t.recorded_at "
        "from mall.member_transfer t join mall.entry e on e.tenant_id = t.tenant_id and e.transfer_id = t.transfer_id "
        "where t.tenant_id = $1 and t.member_id = $2 and e.account_id = $2 "
        "order by t.recorded_at, e.transfer_id, e.entry_no",
    ),
    Section(
        "holds", "积分冻结", "Holds", ("hold",),
        _of("hold", "hold_id, points, captured_points, status, reference, effective_at, expires_at, resolved_at", "1"),
    ),
    Section(
        "redemptions", "兑换订单", "Redemptions", ("redemption",),
        _of(
            "redemption",
            "redemption_id, mode, status, points, fee_points, cash_points, cash_fen, refunded_points, "
            "refunded_cash_fen, bill_reference, bill_fen, cancel_reason, effective_at, paid_at, shipped_at, "
            "delivered_at, completed_at, ended_at, recorded_at",
            "recorded_at, redemption_id",
        ),
    ),
    Section(
        "redemption_lines", "订单明细", "Lines of redemptions", (),
        "select x.redemption_id, x.line_no, x.item_id, i.name as item, x.quantity, x.unit_points, x.refunded_quantity "
        f"from mall.redemption_line x {_REDEEMED} join mall.item i on i.item_id = x.item_id "
        "where x.tenant_id = $1 and r.member_id = $2 order by x.redemption_id, x.line_no",
    ),
    Section(
        "payments", "现金支付", "Payments", (),
        "select x.payment_id, x.redemption_id, x.provider, x.amount_fen, x.status, x.refunded_fen, x.captured_at "
        f"from mall.payment x {_REDEEMED} where x.tenant_id = $1 and r.member_id = $2 order by x.payment_id",
    ),
    Section(
        "codes", "已发卡券", "Codes issued", (),
        f"select x.redemption_id, x.item_id, x.issued_at from mall.voucher_code x {_REDEEMED} "
        "where x.tenant_id = $1 and r.member_id = $2 order by x.issued_at, x.code_id",
    ),
    Section(
        "top_ups", "充值", "Top-ups", (),
        "select x.redemption_id, x.line_no, x.provider, x.status, x.requested_at, x.settled_at, x.refunded_at "
        f"from mall.top_up x {_REDEEMED} where x.tenant_id = $1 and r.member_id = $2 order by x.top_up_id",
    ),
    Section(
        "shipments", "包裹", "Parcels", (),
        "select x.redemption_id, x.reference, x.carrier, x.tracking_number, x.province, x.status, x.created_at, x.shipped_at, "
        f"x.due_at, x.delivered_at from mall.shipment x {_REDEEMED} "
        "where x.tenant_id = $1 and r.member_id = $2 order by x.shipment_id",
    ),
    Section(
        "compensations", "时效赔付", "Compensations", ("compensation",),
        _of("compensation", "redemption_id, clock, due_at, points, outcome, credited_at, settled_at", "opened_at"),
    ),
    Section(
        "after_sales", "售后工单", "After-sales cases", ("after_sales_case",),
        _of(
            "after_sales_case",
            "case_id, reference, redemption_id, line_no, quantity, type, reason, opened_at, answered_at, outcome, "
            "responsibility, closed_at",
            "opened_at",
        ),
    ),
    Section(
        # Not by whom: that is a person too. What the worker has not sealed yet stands in the open.
        "after_sales_notes", "售后记录", "What was said about cases", (),
        "select x.case_id, x.note_id, x.kind, x.text as open_text, x.sealed_text, x.noted_at "
        "from mall.after_sales_note x join mall.after_sales_case c "
        "on c.tenant_id = x.tenant_id and c.case_id = x.case_id where x.tenant_id = $1 and c.member_id = $2 "
        "order by x.noted_at, x.note_id",
        "case note", ("case_id", "note_id"), has_own_key=True,
    ),
    Section(
        "draw_tickets", "抽奖券", "Draw tickets", ("draw_ticket",),
        _of("draw_ticket", "draw_id, ticket_no, redemption_id, sold_at, prize_no", "sold_at, draw_id, ticket_no"),
    ),
    Section(
        "flash_sales", "限时秒杀", "Flash sales", ("flash_sale_member",),
        _of("flash_sale_member", "sale_id, bought_count", "1"),
    ),
    Section(
        "links", "互通关联", "Links with other tenants", ("member_link",),
        _of(
            "member_link",
            "link_id, partner_code, partner_name, consented_at, partner_consented_at, withdrawn_at",
            "recorded_at",
        ),
    ),
    Section(
        "exchanges", "积分互通", "Exchanges", ("exchange",),
        _of(
            "exchange",
            "exchange_id, direction, points, fee_points, to_points, reversed_points, status, asked_at, settled_at",
            "asked_at",
        ),
    ),
    Section(
        "exchange_quotes", "互通报价", "Quotes of exchanges", ("exchange_quote",),
        _of("exchange_quote", "quote_id, points, fee_points, to_points, quoted_at, expires_at, used_at", "quoted_at"),
    ),
    Section(
        # Not which person's: no tenant knows it.
        "joined_account", "多账户合并", "Joined with other accounts", ("person_account",),
        _of("person_account", "joined_at, consented_at", "1"),
    ),
    Section(
        "events", "行为", "Events", ("event",),
        _of("event", "event_id, kind, item_id, occurred_at, policy, position, context", "occurred_at, event_id"),
    ),
    Section(
        "refusals", "被拒请求", "Refused requests", ("refusal",),
        _of("refusal", "operation, reason, item_id, quantity, effective_at", "effective_at, refusal_id"),
    ),
    Section(
        # A comment from before comments were sealed stands in the open until the worker has sealed it.
        "feedback", "评价", "Feedback", ("feedback",),
        _of(
            "feedback",
            "feedback_id, redemption_id, score, comment as open_text, sealed_comment as sealed_text, channel, answered_at",
            "answered_at, feedback_id",
        ),
        "comment", ("feedback_id",),
    ),
    Section(
        "survey_invitations", "问卷邀请", "Invitations to surveys", ("survey_invitation",),
        "select x.survey_id, s.title, x.redemption_id, x.invited_at from mall.survey_invitation x join mall.survey s "
        "on s.tenant_id = x.tenant_id and s.survey_id = x.survey_id where x.tenant_id = $1 and x.member_id = $2 "
        "order by x.invited_at, x.survey_id",
    ),
    Section(
        "survey_responses", "问卷答复", "Surveys answered", ("survey_response",),
        _of("survey_response", "survey_id, redemption_id, answered_at", "answered_at, survey_id"),
    ),
    Section(
        "survey_answers", "问卷回答", "Answers to surveys", ("survey_answer",),
        _of(
            "survey_answer", "survey_id, member_id, question_no, kind, score, choice_no, sealed_text",
            "survey_id, question_no",
        ),
        "survey answer", ("survey_id", "member_id", "question_no"),
    ),
    Section(
        "reviews", "商品评价", "Reviews of items", ("item_review",),
        _of(
            "item_review", "review_id, redemption_id, item_id, stars, sealed_text, written_at, edited_at, hidden_at",
            "written_at, review_id",
        ),
        "review", ("review_id",),
    ),
    Section(
        "chats", "客服会话", "Chats", ("chat",),
        _of("chat", "chat_id, reference, redemption_id, case_id, started_at, ended_at, message_count", "started_at, chat_id"),
    ),
    Section(
        # What the member said and was told, not by whom.
        "chat_messages", "会话消息", "Messages of chats", (),
        "select x.chat_id, x.message_no, x.author, x.said_at, x.sealed_text from mall.chat_message x join mall.chat c "
        "on c.tenant_id = x.tenant_id and c.chat_id = x.chat_id where x.tenant_id = $1 and c.member_id = $2 "
        "order by x.chat_id, x.message_no",
        "chat", ("chat_id", "message_no"),
    ),
    Section(
        "campaigns", "活动", "Campaigns", ("campaign_member",),
        _of("campaign_member", "campaign_id, used_points", "1"),
    ),
    Section(
        "campaign_uses", "活动积分", "Points of campaigns", ("campaign_use",),
        _of("campaign_use", "campaign_id, kind, redemption_id, points, effective_at", "recorded_at, cause_id, line_no"),
    ),
    Section(
        "segments", "会员分群", "Segments", ("member_segment",),
        _of("member_segment", "scheme, segment, as_of_date", "scheme"),
    ),
    Section(
        # That somebody or something decided; which rule did would teach abusers the rules.
        "assessments", "风险判定", "Risk verdicts", ("risk_assessment",),
        _of("risk_assessment", "redemption_id, verdict, decided_verdict, decided_at, effective_at", "effective_at"),
    ),
    Section(
        "exports", "数据导出", "Exports", ("member_export",),
        _of("member_export", "export_id, asked_at, delivered_at", "asked_at"),
    ),
)  # fmt: skip

# What of members is in no section, and why: copies of what is in others as it was told, secrets and their hashes, keyed hashes of devices, a score whose parts would
# teach abusers the rules, and what is there only of who was erased. Attributes are told opened, beside the sections.
LEFT_OUT: Final = frozenset(
    {
        "member_link_code",
        "member_key",
        "device_member",
        "member_risk_score",
        "member_erasure",
        "member_attribute",
        "outbox",
        "idempotency_key",
    }
)
