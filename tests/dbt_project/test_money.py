"""What the marts of money say of the small landing, worked out by hand."""

from tests.dbt_project.small_warehouse import Build


def test_fees_know_the_invoice_of_their_month(built: Build) -> None:
    rows = built.rows(
        "select line_code, month_start::varchar, due_fen, waived_fen, invoice_id is not null from marts.fct_fees order by fee_id"
    )
    assert rows == [
        ("platform", "2025-01-01", 17000, 0, True),
        ("artwork", "2025-01-01", 0, 400, True),
        ("artwork", "2025-02-01", 200, 0, False),
    ]


def test_an_invoice_is_its_newest_version(built: Build) -> None:
    rows = built.rows(
        "select amount_fen, fees_due_fen, credited_fen, net_fen, issued_date::varchar from marts.fct_invoices"
    )
    assert rows == [(17000, 17000, 1000, 16000, "2025-02-01")]


def test_what_was_not_paid_is_left_of_the_invoice_and_of_its_tenant(built: Build) -> None:
    rows = built.rows(
        "select paid_fen, remaining_fen, unpaid_fen, overdue_fen, state, paid_date from marts.fct_invoices"
    )
    assert rows == [(6000, 10000, 10000, 0, "partially_paid", None)]
    receivables = built.rows(
        "select invoice_count, net_fen, paid_fen, unpaid_count, unpaid_fen, overdue_count, overdue_fen, "
        "next_due_date::varchar, owed_back_fen from marts.fct_receivables"
    )
    assert receivables == [(1, 16000, 6000, 1, 10000, 0, 0, "2025-03-03", 0)]
    monthly = built.rows(
        "select paid_fen, unpaid_fen, overdue_fen from marts.fct_money_monthly where month = '2025-01-01' and paid_fen > 0"
    )
    assert monthly == [(6000, 10000, 0)]


def test_statements_tell_whether_they_were_made_by_the_next_day(built: Build) -> None:
    rows = built.rows(
        "select party_kind, party_name, owed_fen, days_to_state, is_on_time, settled_date::varchar from marts.fct_settlement_statements "
        "order by statement_id"
    )
    assert [row[0] for row in rows] == ["supplier", "tenant", "tenant"]
    assert [row[2:] for row in rows] == [
        (6000, 1, True, "2025-01-14"), (-70, 3, False, None), (70, 3, False, None),
    ]  # fmt: skip
    assert [row[1] for row in rows][1:] == ["Quiet", "Lakeside"]


def test_the_newest_file_of_a_day_counts(built: Build) -> None:
    rows = built.rows(
        "select matched_count, missing_there_count, is_clean, file_fen from marts.fct_reconciliations"
    )
    assert rows == [(2, 0, True, 1000)]


def test_licence_alerts_name_their_licence(built: Build) -> None:
    rows = built.rows(
        "select licence_number, days_before, opened_date::varchar, is_open from marts.fct_licence_alerts order by days_before"
    )
    assert rows == [("B2-1", 30, "2025-01-30", True), ("B2-1", 90, "2025-01-01", True)]


def test_onboarding_days_run_from_the_application_to_going_live(built: Build) -> None:
    rows = built.rows(
        "select reached, onboarding_days, is_on_target, accepted_date::varchar from marts.fct_onboarding order by tenant_id"
    )
    assert rows == [("live", 9, True, "2024-12-30"), ("configured", None, None, None)]


def test_a_pilot_is_compared_with_the_members_who_are_not_in_it(built: Build) -> None:
    chosen = built.rows(
        "select right(member_id::varchar, 2), is_pilot from intermediate.int_pilot_members order by member_id"
    )
    assert ("11", True) in chosen
    assert ("12", False) in chosen
    rows = {
        metric: parts
        for metric, *parts in built.rows(
            "select metric, pilot_denominator, others_denominator, pilot_numerator, others_numerator, is_no_worse, is_go "
            "from marts.fct_pilot_effect"
        )
    }
    assert rows["member_redemption_rate"][:2] == [
        sum(is_pilot for _, is_pilot in chosen), sum(not is_pilot for _, is_pilot in chosen),
    ]  # fmt: skip
    # One redemption was completed on the pilot's days, by one in it, and complained about twice; nobody is beside it.
    assert rows["complaint_rate"] == [1, 0, 1, 0, None, True]
    assert {parts[-1] for parts in rows.values()} == {True}


def test_settlement_lines_add_up_to_their_statements(built: Build) -> None:
    rows = built.rows(
        "select right(statement_id::varchar, 3), party_kind, date::varchar, source, l.quantity, unit_cost_fen, amount_fen, "
        "amount_fen = owed_fen from marts.fct_settlement_lines l "
        "join marts.fct_settlement_statements using (tenant_id, statement_id, party_kind, date) order by 1"
    )
    assert rows == [
        ("261", "supplier", "2025-01-12", "receipt", 5, 1200, 6000, True),
        ("262", "tenant", "2025-01-13", "exchange", 5, None, -70, True),
        ("263", "tenant", "2025-01-13", "exchange", 5, None, 70, True),
    ]


def test_both_sides_of_an_exchange_have_the_same_statement(built: Build) -> None:
    rows = built.rows(
        "select right(tenant_id::varchar, 1), direction, exchange_count, net_to_points, owed_fen, stated_date::varchar "
        "from marts.fct_exchange_statements order by 1"
    )
    assert rows == [("1", "in", 2, 70, 70, "2025-01-14"), ("2", "out", 2, 70, 70, "2025-01-14")]


def test_nothing_is_charged_by_a_tariff_before_it_was_confirmed(built: Build) -> None:
    rows = built.rows(
        "select distinct c.confirmed_date::varchar, f.first_day >= c.confirmed_date from marts.fct_fee_confirmations c "
        "join marts.fct_fees f using (tenant_id, tariff_valid_from)"
    )
    assert rows == [("2025-01-15", True)]
