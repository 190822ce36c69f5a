"""The rows of the mall behind the rates that say whose they are, each with its member and its day, in plain SQL."""

# The mall's day of a moment.
_DAY = "(({moment}) at time zone 'Asia/Shanghai')::date"
# Due on the last day of the facts, what has not happened yet is not known.
DUE = "select x.*, {due} as day from ({facts}) x join spans s using (tenant_id) where {known} and {due} <= s.last"


def day(moment: str) -> str:
    """Return the SQL of a moment's business day."""
    return _DAY.format(moment=moment)


# metric: the rows, and of those of a period the numerator and the denominator.
OF_MEMBERS = {
    "consumption_rate": (
        "select * from moved",
        "coalesce(sum(points) filter (where kind = 'redeemed'), 0)",
        "-coalesce(sum(points) filter (where kind = 'issuance'), 0)",
    ),
    "satisfaction_rate": (
        f"select f.*, {day('f.answered_at')} as day from mall.feedback f join counted using (tenant_id, member_id)",
        "count(*) filter (where score in (4, 5))",
        "count(*)",
    ),
    "item_redemption_rate": (
        f"""select distinct a.tenant_id, a.member_id, a.day, a.redemption_id, l.item_id, true as is_wanted
            from asked a join mall.redemption_line l using (tenant_id, redemption_id)
            where a.mode <> 'draw' and (a.status <> 'cancelled' or a.refunded_points > 0)
            union all
            select distinct v.tenant_id, v.member_id, {day("v.occurred_at")}, null::uuid, v.item_id, false
            from mall.event v join counted using (tenant_id, member_id) where v.kind = 'view'""",
        "count(*) filter (where is_wanted)",
        "count(*) filter (where not is_wanted)",
    ),
    "virtual_issue_rate": (
        f"""select a.tenant_id, a.member_id, a.paid_at, a.completed_at, {day("a.paid_at")} as day,
                not exists (select from mall.top_up u where u.tenant_id = a.tenant_id and u.redemption_id = a.redemption_id
                    and not (u.status = 'succeeded' and u.settled_at <= u.requested_at + interval '5 seconds')) as is_topped_up
            from asked a
            where a.mode <> 'draw' and a.paid_at is not null
                and exists (select from mall.redemption_line l
                    where l.tenant_id = a.tenant_id and l.redemption_id = a.redemption_id)
                and not exists (select from mall.redemption_line l join mall.item i using (item_id)
                    where l.tenant_id = a.tenant_id and l.redemption_id = a.redemption_id and i.kind <> 'virtual')""",
        "count(*) filter (where completed_at <= paid_at + interval '5 seconds' and is_topped_up)",
        "count(*)",
    ),
    "ship_48h_rate": (
        DUE.format(
            facts="""select a.tenant_id, a.member_id, a.status, a.shipped_at, a.completed_at, a.ended_at,
                    coalesce(a.paid_at, a.effective_at) + interval '48 hours' as due_at
                from asked a
                where a.mode <> 'draw' and a.status not in ('created', 'in_review')
                    and (a.status <> 'cancelled' or a.refunded_points > 0)
                    and exists (select from mall.redemption_line l join mall.offer o using (tenant_id, item_id)
                        where l.tenant_id = a.tenant_id and l.redemption_id = a.redemption_id
                            and o.handover = 'shipping')""",
            due=day("x.due_at"),
            known=f"""(x.shipped_at is not null or x.completed_at is null
                and case when x.status in ('cancelled', 'refunded') then x.ended_at > x.due_at
                    else {day("x.due_at")} < s.last end)""",
        ),
        "count(*) filter (where shipped_at <= due_at)",
        "count(*)",
    ),
    "deliver_on_time_rate": (
        DUE.format(
            facts="""select a.tenant_id, a.member_id, s.delivered_at, true as is_told,
                    s.shipped_at + case s.region when 'remote' then interval '72 hours' else interval '48 hours' end
                        as due_at
                from mall.shipment s join asked a using (tenant_id, redemption_id) where s.shipped_at is not null
                union all
                select a.tenant_id, a.member_id, a.delivered_at, a.completed_at is null and a.status <> 'refunded',
                    a.shipped_at + interval '48 hours'
                from asked a
                where a.mode <> 'draw' and a.shipped_at is not null
                    and exists (select from mall.redemption_line l join mall.offer o using (tenant_id, item_id)
                        where l.tenant_id = a.tenant_id and l.redemption_id = a.redemption_id
                            and o.handover = 'shipping')
                    and not exists (select from mall.shipment s
                        where s.tenant_id = a.tenant_id and s.redemption_id = a.redemption_id)""",
            due=day("x.due_at"),
            known=f"(x.delivered_at is not null or x.is_told and {day('x.due_at')} < s.last)",
        ),
        "count(*) filter (where delivered_at <= due_at)",
        "count(*)",
    ),
    "after_sales_24h_rate": (
        DUE.format(
            facts="select c.* from mall.after_sales_case c join asked a using (tenant_id, redemption_id)",
            due=day("x.due_at"),
            known=f"(x.answered_at is not null or {day('x.due_at')} < s.last)",
        ),
        "count(*) filter (where answered_at <= opened_at + interval '24 hours')",
        "count(*)",
    ),
    "complaint_rate": (
        f"""select a.tenant_id, a.member_id, {day("c.opened_at")} as day, true as is_complaint
            from mall.after_sales_case c join asked a using (tenant_id, redemption_id) where c.type = 'complaint'
            union all
            select a.tenant_id, a.member_id, {day("a.completed_at")}, false
            from asked a where a.completed_at is not null and a.status <> 'refunded'""",
        "count(*) filter (where is_complaint)",
        "count(*) filter (where not is_complaint)",
    ),
    "sentiment_negative_rate": (
        f"""select t.* from (
                select tenant_id, member_id, sentiment, {day("written_at")} as day from mall.item_review
                union all
                select tenant_id, member_id, sentiment, {day("started_at")} from mall.chat
                union all
                select tenant_id, member_id, w.sentiment, {day("s.answered_at")}
                from mall.survey_answer w join mall.survey_response s using (tenant_id, survey_id, member_id)
            ) t join counted using (tenant_id, member_id) where sentiment is not null""",
        "count(*) filter (where sentiment = 'negative')",
        "count(*)",
    ),
}
