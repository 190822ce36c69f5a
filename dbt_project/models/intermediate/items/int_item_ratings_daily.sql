{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "date", "changed_views": ["answer"]},
    )
}}

with
    feedback as (
        select *
        from {{ ref("stg_feedback") }}
        where {{ on_changed_times("answered_at", ["answer"]) }}
    ),
    lines as (select * from {{ ref("int_redemption_lines") }}),
    -- An answer about a redemption is about each of its items. Members left out have no counted
    -- line.
    answered_lines as (
        select distinct
            feedback.tenant_id,
            lines.item_id,
            {{ business_date("feedback.answered_at") }} as date,
            feedback.feedback_id,
            feedback.score
        from feedback
        inner join
            lines
            on lines.tenant_id = feedback.tenant_id
            and lines.redemption_id = feedback.redemption_id
        where lines.is_counted
    )

select tenant_id, item_id, date, count(*) as answer_count, cast(sum(score) as bigint) as score_sum
from answered_lines
group by tenant_id, item_id, date
