-- What the warehouse learns of surveys, reviews and chats: never what was said.

create or replace view export.feedback as
select tenant_id, feedback_id, member_id, redemption_id, score, answered_at, recorded_at, xid, channel
from mall.feedback;

create view export.survey_answer as
select
    a.tenant_id, a.survey_id, s.code as survey_code, a.member_id, r.redemption_id, a.question_no, a.kind, a.score,
    a.choice_no, a.text_length, a.language, a.topic, a.sentiment, a.sentiment_score, r.answered_at, a.recorded_at, a.xid
from mall.survey_answer a
join mall.survey_response r using (tenant_id, survey_id, member_id)
join mall.survey s using (tenant_id, survey_id);

create view export.item_review as
select
    tenant_id, review_id, member_id, redemption_id, line_no, item_id, stars, text_length, language, topic, sentiment,
    sentiment_score, written_at, edited_at, hidden_at, hidden_reason, recorded_at, xid
from mall.item_review;

create view export.chat as
select
    tenant_id, chat_id, member_id, redemption_id, case_id, started_at, ended_at, first_answer_at, message_count,
    member_message_count, agent_message_count, text_length, language, topic, sentiment, sentiment_score, recorded_at, xid
from mall.chat;

grant select on export.survey_answer, export.item_review, export.chat to pointmart_landing, pointmart_reader;
