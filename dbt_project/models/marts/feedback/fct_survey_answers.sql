with
    answers as (select * from {{ ref("stg_survey_answers") }}),
    members as (select * from {{ ref("int_counted_members") }})

select
    answers.tenant_id,
    answers.survey_id,
    answers.survey_code,
    answers.member_id,
    answers.redemption_id,
    answers.question_no,
    answers.kind,
    answers.score,
    answers.choice_no,
    answers.text_length,
    answers.language,
    answers.topic,
    answers.sentiment,
    answers.sentiment_score,
    answers.answered_at,
    {{ business_date("answers.answered_at") }} as answered_date
from answers
inner join
    members on members.tenant_id = answers.tenant_id and members.member_id = answers.member_id
