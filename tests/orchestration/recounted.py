"""What goes together with satisfaction, and what a pilot came to, counted one row after another in plain Python.

From the tables of the mall and the words of the definitions alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import md5
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_HOURS_48, _SECONDS_5, _DAYS_30 = timedelta(hours=48), timedelta(seconds=5), timedelta(days=30)
Row = dict[str, Any]


def business_day(moment: datetime) -> date:
    """Return the day in Shanghai on which a moment lies."""
    return moment.astimezone(_SHANGHAI).date()


class Mall:
    """The rows of counted members, and of each tenant the last day on which anything happened."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        members = self.rows("select * from mall.member where not is_test and erased_at is null")
        self.members = {(row["tenant_id"], row["member_id"]): row for row in members}
        self.redemptions = {
            (row["tenant_id"], row["redemption_id"]): row
            for row in self.counted("select * from mall.redemption")
        }
        self.feedback = self.counted("select * from mall.feedback")
        self.lines: dict[Any, list[Row]] = defaultdict(list)
        for row in self.rows(
            "select l.tenant_id, l.redemption_id, i.kind, i.class, o.handover from mall.redemption_line l "
            "join mall.item i using (item_id) join mall.offer o using (tenant_id, item_id)"
        ):
            self.lines[row["tenant_id"], row["redemption_id"]].append(row)
        self.cases: dict[Any, list[Row]] = defaultdict(list)
        for row in self.rows("select * from mall.after_sales_case"):
            self.cases[row["tenant_id"], row["redemption_id"]].append(row)
        self.last_day: dict[Any, date] = {}
        facts = [
            *((row["tenant_id"], row["effective_at"]) for row in self.redemptions.values()),
            *((row["tenant_id"], row["answered_at"]) for row in self.feedback),
            *(
                (row["tenant_id"], row["at"])
                for row in self.counted(
                    "select tenant_id, member_id, occurred_at as at from mall.event where kind <> 'impression' union all "
                    "select tenant_id, member_id, effective_at from mall.transfer where kind in ('earn', 'grant')"
                )
            ),
        ]
        for tenant, moment in facts:
            self.last_day[tenant] = max(self.last_day.get(tenant, date.min), business_day(moment))

    def rows(self, sql: str) -> list[Row]:
        return self._connection.cursor(row_factory=dict_row).execute(sql).fetchall()

    def counted(self, sql: str) -> list[Row]:
        return [row for row in self.rows(sql) if (row["tenant_id"], row["member_id"]) in self.members]

    def in_time(self, tenant: object, due: datetime, done: datetime | None) -> bool | None:
        """Tell whether what was due was done; None while that is not known."""
        if business_day(due) > self.last_day[tenant]:
            return None
        if done is not None:
            return done <= due
        return False if business_day(due) < self.last_day[tenant] else None

    def shipped_in_time(self, key: Any) -> bool | None:
        """Tell whether a redemption of goods was shipped within 48 hours; None where that says nothing."""
        one = self.redemptions[key]
        given_up = one["status"] == "cancelled" and not one["refunded_points"]
        if one["mode"] == "draw" or given_up or one["status"] in ("created", "in_review"):
            return None
        if all(line["handover"] != "shipping" for line in self.lines[key]):
            return None
        due = (one["paid_at"] or one["effective_at"]) + _HOURS_48
        if one["shipped_at"] is None:
            if one["completed_at"] is not None:
                return None
            if one["status"] in ("cancelled", "refunded"):
                return False if one["ended_at"] > due and business_day(due) <= self.last_day[key[0]] else None
        return self.in_time(key[0], due, one["shipped_at"])


def satisfaction_drivers(connection: psycopg.Connection) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Return (answers, those satisfied) by tenant, month, driver and value."""
    mall = Mall(connection)
    refusals: dict[Any, list[datetime]] = defaultdict(list)
    for row in mall.counted(
        "select * from mall.refusal where reason in ('out-of-stock', 'flash-sale-sold-out')"
    ):
        refusals[row["tenant_id"], row["member_id"]].append(row["effective_at"])
    moods: dict[Any, set[str]] = defaultdict(set)
    for row in mall.rows(
        "select tenant_id, redemption_id, sentiment from mall.item_review union all "
        "select tenant_id, redemption_id, sentiment from mall.chat union all "
        "select tenant_id, redemption_id, sentiment from export.survey_answer"
    ):
        if row["redemption_id"] is not None and row["sentiment"] is not None:
            moods[row["tenant_id"], row["redemption_id"]].add(row["sentiment"])

    def met(answer: Row) -> Iterator[tuple[str, str]]:
        tenant, at = answer["tenant_id"], answer["answered_at"]
        times = refusals[tenant, answer["member_id"]]
        refused = any(at - _DAYS_30 < moment <= at for moment in times)
        yield "stock", "refused" if refused else "not_refused"
        if answer["redemption_id"] is None:
            return
        key = tenant, answer["redemption_id"]
        shipped = mall.shipped_in_time(key)
        if shipped is not None:
            yield "shipping", "on_time" if shipped else "late"
        for name in {line["class"] for line in mall.lines[key]}:
            yield "item_class", name
        answered = [
            mall.in_time(tenant, case["due_at"], case["answered_at"])
            for case in mall.cases[key]
            if case["opened_at"] <= at
        ]
        if not answered:
            yield "after_sales", "none"
        elif False in answered:
            yield "after_sales", "late"
        elif None not in answered:
            yield "after_sales", "within_24h"
        for mood in ("negative", "positive", "neutral"):
            if mood in moods[key]:
                yield "sentiment", mood
                return

    answers, satisfied = Counter[Any](), Counter[Any]()
    for answer in mall.feedback:
        month = business_day(answer["answered_at"]).replace(day=1)
        for driver, value in met(answer):
            answers[answer["tenant_id"], month, driver, value] += 1
            satisfied[answer["tenant_id"], month, driver, value] += answer["score"] >= 4
    return {key: (n, satisfied[key]) for key, n in answers.items()}


def pilot_effect(connection: psycopg.Connection) -> dict[tuple[Any, str], tuple[int, int, int, int]]:
    """Return (successes, all) of the pilot and then of the others, by tenant and metric."""
    mall = Mall(connection)
    trials: dict[Any, list[list[int]]] = defaultdict(lambda: [[0, 0], [0, 0]])
    prompt = defaultdict(lambda: True)
    for row in mall.rows("select * from mall.top_up"):
        done = row["status"] == "succeeded" and row["settled_at"] <= row["requested_at"] + _SECONDS_5
        prompt[row["tenant_id"], row["redemption_id"]] &= done
    for pilot in mall.rows("select * from mall.pilot"):
        tenant, days = pilot["tenant_id"], (pilot["starts_on"], pilot["ends_on"])

        def is_in(member: object, pilot: Row = pilot) -> bool:
            bucket = int(md5(f"{pilot['salt']}{member}".encode(), usedforsecurity=False).hexdigest()[:8], 16)
            return bucket % 10_000 < pilot["share_bp"]

        compared = {
            member: is_in(member)
            for (of, member), row in mall.members.items()
            if of == tenant and business_day(row["registered_at"]) <= days[1]
        }

        def note(
            metric: str, member: object, success: bool, tenant: Any = tenant, of: Any = compared
        ) -> None:
            counts = trials[tenant, metric][0 if of[member] else 1]
            counts[0] += success
            counts[1] += 1

        done = [
            (key, row)
            for key, row in mall.redemptions.items()
            if key[0] == tenant and row["member_id"] in compared and row["status"] == "completed"
            and days[0] <= business_day(row["effective_at"]) <= days[1]
        ]  # fmt: skip
        redeemers = {row["member_id"] for _, row in done}
        for member in compared:
            note("member_redemption_rate", member, member in redeemers)
        for key, row in done:
            complained = any(case["type"] == "complaint" for case in mall.cases[key])
            note("complaint_rate", row["member_id"], complained)
        for key, row in mall.redemptions.items():
            given_up = row["status"] == "cancelled" and not row["refunded_points"]
            if key[0] != tenant or row["member_id"] not in compared or row["mode"] == "draw" or given_up:
                continue
            if row["status"] in ("created", "in_review") or {line["kind"] for line in mall.lines[key]} != {
                "virtual"
            }:
                continue
            paid = row["paid_at"] or row["effective_at"]
            if days[0] <= business_day(paid) <= days[1]:
                at_once = row["completed_at"] is not None and row["completed_at"] <= paid + _SECONDS_5
                note("virtual_issue_rate", row["member_id"], at_once and prompt[key])
    return {key: (*counts[0], *counts[1]) for key, counts in trials.items()}
