with
    chats as (select * from {{ ref("stg_chats") }}),
    members as (select * from {{ ref("int_counted_members") }})

select
    chats.tenant_id,
    chats.chat_id,
    chats.member_id,
    chats.redemption_id,
    chats.case_id,
    chats.started_at,
    {{ business_date("chats.started_at") }} as started_date,
    chats.ended_at,
    chats.first_answer_at,
    {{ hours_between("chats.started_at", "chats.first_answer_at") }} as answer_hours,
    chats.message_count,
    chats.member_message_count,
    chats.agent_message_count,
    chats.text_length,
    chats.language,
    chats.topic,
    chats.sentiment,
    chats.sentiment_score
from chats
inner join members on members.tenant_id = chats.tenant_id and members.member_id = chats.member_id
