"""What the marts say about surveys, reviews and chats, and what satisfaction goes together with, computed by hand."""

from datetime import date

from tests.dbt_project.small_warehouse import Build

FEBRUARY = date(2025, 2, 1)


def short(identifier: object) -> int:
    return int(str(identifier)[-12:])


def test_reviews_are_those_of_counted_members_in_their_newest_version(built: Build) -> None:
    rows = built.rows(
        "select review_id, stars, sentiment, sentiment_score, is_edited, is_hidden, hidden_reason, written_date "
        "from marts.fct_reviews"
    )
    assert [(short(one), *rest) for one, *rest in rows] == [
        (601, 5, "positive", 0.9, False, True, "abuse", date(2025, 2, 3)),
    ]


def test_chats_tell_how_long_it_took_until_an_agent_answered(built: Build) -> None:
    rows = built.rows(
        "select chat_id, answer_hours, message_count, agent_message_count, topic, sentiment "
        "from marts.fct_chats order by chat_id"
    )
    assert [(short(one), *rest) for one, *rest in rows] == [
        (611, 0.5, 3, 1, "delivery", "negative"),
        (612, None, 3, 0, None, None),
    ]


def test_answers_to_surveys_leave_out_who_was_erased(built: Build) -> None:
    assert built.rows(
        "select survey_code, question_no, score, choice_no, sentiment, answered_date "
        "from marts.fct_survey_answers order by question_no"
    ) == [
        ("after_rice", 1, 4, None, None, date(2025, 2, 4)),
        ("after_rice", 2, None, 2, None, date(2025, 2, 4)),
        ("after_rice", 3, None, None, "neutral", date(2025, 2, 4)),
    ]


def test_feedback_tells_its_channel_also_where_it_was_landed_before_there_was_one(built: Build) -> None:
    assert built.rows("select distinct channel from marts.fct_feedback") == [("direct",)]


def test_satisfaction_is_told_by_what_members_met_with(built: Build) -> None:
    rows = built.rows(
        "select month, driver, value, answer_count, satisfied_count, answer_share "
        "from marts.fct_satisfaction_drivers_monthly order by driver, value"
    )
    # Answer 91 (4 of 5, redemption 61) had a case that was answered late, 92 (3 of 5, 62) a late parcel;
    # 93 is about no redemption. Of 61 it is not known when it was shipped.
    assert rows == [
        (FEBRUARY, "after_sales", "late", 1, 1, 0.5),
        (FEBRUARY, "after_sales", "none", 1, 0, 0.5),
        (FEBRUARY, "item_class", "staple", 2, 1, 1.0),
        (FEBRUARY, "sentiment", "negative", 1, 0, 0.5),
        (FEBRUARY, "sentiment", "positive", 1, 1, 0.5),
        (FEBRUARY, "shipping", "late", 1, 0, 1.0),
        (FEBRUARY, "stock", "not_refused", 3, 2, 1.0),
    ]
    assert built.rows(
        "select satisfaction_rate, satisfaction_low, satisfaction_high from marts.fct_satisfaction_drivers_monthly "
        "where driver = 'item_class'"
    ) == [(0.5, 0.094531, 0.905469)]
