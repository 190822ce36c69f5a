-- What members say in their own words: answers to surveys, reviews of items, and chats. Every word of theirs is sealed by
-- the vault. What is known of a text without reading it - its length, language, topic and sentiment - lies beside it in
-- the open; sentiment is written by the worker with the model named, and is null without one.

-- By which way an answer of 1 to 5 came.
alter table mall.feedback add column channel text not null default 'direct' check (channel in ('direct', 'survey'));

-- A comment is sealed from now on; the worker seals those that were stored in the open.
alter table mall.feedback add column sealed_comment bytea;
create index feedback_in_the_open on mall.feedback (tenant_id) where comment is not null;
grant update (comment, sealed_comment) on mall.feedback to pointmart_api;

-- A survey stands as it was opened. looked_until: redemptions that changed before it were looked at for members to invite.
create table mall.survey (
    tenant_id uuid not null references mall.tenant,
    survey_id uuid not null,
    code text not null check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
    request_hash bytea not null check (length(request_hash) = 32),
    title text not null check (length(title) between 1 and 200),
    invites_after text check (invites_after in ('delivered', 'completed')),
    opened_by text not null check (length(opened_by) between 1 and 200),
    opened_at timestamptz not null,
    ended_at timestamptz check (ended_at >= opened_at),
    looked_until xid8 not null default pg_snapshot_xmin(pg_current_snapshot()),
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, survey_id),
    unique (tenant_id, code)
);

-- A score is 1 to 5; the answer to the one that asks for satisfaction counts as feedback.
create table mall.survey_question (
    tenant_id uuid not null,
    survey_id uuid not null,
    question_no smallint not null check (question_no >= 1),
    kind text not null check (kind in ('score', 'choice', 'text')),
    wording text not null check (length(wording) between 1 and 500),
    choices text[],
    is_satisfaction boolean not null,
    is_required boolean not null,
    primary key (tenant_id, survey_id, question_no),
    foreign key (tenant_id, survey_id) references mall.survey,
    check ((kind = 'choice') = (choices is not null)),
    check (kind = 'score' or not is_satisfaction)
);
create unique index one_satisfaction_per_survey on mall.survey_question (tenant_id, survey_id) where is_satisfaction;

create table mall.survey_invitation (
    tenant_id uuid not null,
    survey_id uuid not null,
    member_id uuid not null,
    redemption_id uuid not null,
    invited_at timestamptz not null,
    primary key (tenant_id, survey_id, member_id),
    foreign key (tenant_id, survey_id) references mall.survey,
    foreign key (tenant_id, member_id) references mall.member,
    foreign key (tenant_id, redemption_id) references mall.redemption
);
create index survey_invitation_of_member on mall.survey_invitation (tenant_id, member_id);

create table mall.survey_response (
    tenant_id uuid not null,
    survey_id uuid not null,
    member_id uuid not null,
    redemption_id uuid,
    request_hash bytea not null check (length(request_hash) = 32),
    answered_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, survey_id, member_id),
    foreign key (tenant_id, survey_id) references mall.survey,
    foreign key (tenant_id, member_id) references mall.member,
    foreign key (tenant_id, redemption_id) references mall.redemption
);
create index survey_response_of_member on mall.survey_response (tenant_id, member_id);

create table mall.survey_answer (
    tenant_id uuid not null,
    survey_id uuid not null,
    member_id uuid not null,
    question_no smallint not null,
    kind text not null check (kind in ('score', 'choice', 'text')),
    score smallint check (score between 1 and 5),
    choice_no smallint check (choice_no >= 1),
    sealed_text bytea,
    text_length int check (text_length >= 1),
    language text check (language in ('zh', 'en', 'other')),
    topic text check (topic in ('delivery', 'quality', 'description', 'service', 'price', 'code', 'other')),
    sentiment text check (sentiment in ('negative', 'neutral', 'positive')),
    sentiment_score double precision check (sentiment_score between 0 and 1),
    sentiment_model text check (length(sentiment_model) between 1 and 64),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, survey_id, member_id, question_no),
    foreign key (tenant_id, survey_id, member_id) references mall.survey_response on delete cascade,
    foreign key (tenant_id, survey_id, question_no) references mall.survey_question,
    check ((kind = 'score') = (score is not null)),
    check ((kind = 'choice') = (choice_no is not null)),
    check ((kind = 'text') = (sealed_text is not null)),
    check (num_nulls(sealed_text, text_length, language, topic) in (0, 4)),
    check ((sentiment is null) = (sentiment_score is null)),
    check (sentiment is null or (sentiment_model is not null and sealed_text is not null))
);

-- One review per line of a redemption, changed once at most. A hidden one is not shown to members.
create table mall.item_review (
    tenant_id uuid not null,
    review_id uuid not null,
    redemption_id uuid not null,
    line_no smallint not null,
    item_id uuid not null,
    member_id uuid not null,
    request_hash bytea not null check (length(request_hash) = 32),
    stars smallint not null check (stars between 1 and 5),
    sealed_text bytea,
    text_length int check (text_length >= 1),
    language text check (language in ('zh', 'en', 'other')),
    topic text check (topic in ('delivery', 'quality', 'description', 'service', 'price', 'code', 'other')),
    sentiment text check (sentiment in ('negative', 'neutral', 'positive')),
    sentiment_score double precision check (sentiment_score between 0 and 1),
    sentiment_model text check (length(sentiment_model) between 1 and 64),
    written_at timestamptz not null,
    edited_at timestamptz check (edited_at >= written_at),
    hidden_at timestamptz,
    hidden_by text check (length(hidden_by) between 1 and 200),
    hidden_reason text check (hidden_reason in ('abuse', 'personal_data', 'advertising', 'off_topic', 'fake', 'other')),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, review_id),
    unique (tenant_id, redemption_id, line_no),
    foreign key (tenant_id, redemption_id, line_no) references mall.redemption_line,
    foreign key (tenant_id, member_id) references mall.member,
    check (num_nulls(sealed_text, text_length, language, topic) in (0, 4)),
    check (num_nulls(hidden_at, hidden_by, hidden_reason) in (0, 3)),
    check ((sentiment is null) = (sentiment_score is null)),
    check (sentiment is null or (sentiment_model is not null and sealed_text is not null))
);
create index item_review_of_item on mall.item_review (tenant_id, item_id, review_id);
create index item_review_of_member on mall.item_review (tenant_id, member_id);

-- A chat that is over. What is said of its text is about the member's own messages.
create table mall.chat (
    tenant_id uuid not null,
    chat_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    member_id uuid not null,
    redemption_id uuid,
    case_id uuid,
    started_at timestamptz not null,
    ended_at timestamptz not null check (ended_at >= started_at),
    first_answer_at timestamptz check (first_answer_at >= started_at),
    message_count int not null check (message_count >= 1),
    member_message_count int not null check (member_message_count between 0 and message_count),
    agent_message_count int not null check (agent_message_count between 0 and message_count),
    text_length int check (text_length >= 1),
    language text check (language in ('zh', 'en', 'other')),
    topic text check (topic in ('delivery', 'quality', 'description', 'service', 'price', 'code', 'other')),
    sentiment text check (sentiment in ('negative', 'neutral', 'positive')),
    sentiment_score double precision check (sentiment_score between 0 and 1),
    sentiment_model text check (length(sentiment_model) between 1 and 64),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, chat_id),
    unique (tenant_id, reference),
    foreign key (tenant_id, member_id) references mall.member,
    foreign key (tenant_id, redemption_id) references mall.redemption,
    foreign key (tenant_id, case_id) references mall.after_sales_case,
    check ((member_message_count = 0) = (text_length is null)),
    check (num_nulls(text_length, language, topic) in (0, 3)),
    check ((sentiment is null) = (sentiment_score is null)),
    check (sentiment is null or (sentiment_model is not null and text_length is not null))
);
create index chat_of_member on mall.chat (tenant_id, member_id);

create table mall.chat_message (
    tenant_id uuid not null,
    chat_id uuid not null,
    message_no int not null check (message_no >= 1),
    author text not null check (author in ('member', 'agent', 'bot')),
    said_at timestamptz not null,
    sealed_text bytea not null,
    primary key (tenant_id, chat_id, message_no),
    foreign key (tenant_id, chat_id) references mall.chat on delete cascade
);

do $$
declare
    t text;
begin
    foreach t in array array[
        'survey', 'survey_question', 'survey_invitation', 'survey_response', 'survey_answer', 'item_review', 'chat',
        'chat_message'
    ] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
        execute format('grant select, insert on mall.%I to pointmart_api', t);
    end loop;
    foreach t in array array['survey_answer', 'item_review', 'chat'] loop
        execute format(
            'create trigger %I before update on mall.%I for each row execute function mall.stamp_xid()', t || '_xid', t);
        execute format('create index %I on mall.%I (xid)', t || '_by_xid', t);
        -- For the worker, which scores what no model or another one has scored.
        execute format(
            'create index %I on mall.%I (sentiment_model) where text_length is not null', t || '_to_score', t);
        execute format(
            'grant update (sentiment, sentiment_score, sentiment_model) on mall.%I to pointmart_api', t);
    end loop;
end
$$;
grant update (ended_at, looked_until) on mall.survey to pointmart_api;
grant update (request_hash, stars, sealed_text, text_length, language, topic, edited_at, hidden_at, hidden_by, hidden_reason)
    on mall.item_review to pointmart_api;
-- To find what is to be done for any tenant, and to forget who was erased.
grant select on mall.survey, mall.survey_invitation, mall.survey_response, mall.survey_answer, mall.item_review, mall.chat
    to pointmart_committer;
grant delete on mall.survey_invitation, mall.survey_response, mall.item_review, mall.chat to pointmart_committer;
