"""The rows behind the page of books: invoices, what is unpaid, statements and reconciled files."""

import pandas as pd

from dashboards.downloads import Column
from dashboards.fees import in_yuan
from dashboards.fees_rows import state_names
from dashboards.tables import Table
from dashboards.words import Words


def tables(
    words: Words, billed: pd.DataFrame, unpaid: pd.DataFrame, stated: pd.DataFrame, files: pd.DataFrame
) -> list[Table]:
    """Return all tables of the page; amounts are told in yuan."""
    parties = {"supplier": words("supplier"), "tenant": words("tenant")}
    yes_no = {True: words("yes"), False: words("no")}
    return [
        Table(
            "invoices",
            words("invoices_title", n=words.count(len(billed))),
            in_yuan(billed).assign(state=billed["state"].map(state_names(words))),
            [
                Column("tenant", words("tenant"), "text"),
                Column("invoice_number", words("desk_invoice_number"), "text"),
                Column("month_start", words("month"), "month"),
                Column("fee_count", words("fees_word"), "count"),
                Column("amount", words("desk_amount_yuan"), "money"),
                Column("waived", words("desk_waived_yuan"), "money"),
                Column("credited", words("desk_credited_yuan"), "money"),
                Column("net", words("desk_net_yuan"), "money"),
                Column("paid", words("paid_yuan"), "money"),
                Column("unpaid", words("unpaid_yuan"), "money"),
                Column("state", words("invoice_state"), "text"),
                Column("issued_date", words("issued_on"), "date"),
                Column("due_date", words("due_on"), "date"),
            ],
        ),
        Table(
            "unpaid",
            words("unpaid_title", n=words.count(len(unpaid))),
            in_yuan(unpaid),
            [
                Column("tenant", words("tenant"), "text"),
                Column("unpaid", words("unpaid_yuan"), "money"),
                Column("unpaid_count", words("unpaid_count"), "count"),
                Column("overdue", words("overdue_yuan"), "money"),
                Column("overdue_count", words("overdue_count"), "count"),
                Column("next_due_date", words("next_due"), "date"),
                Column("owed_back", words("owed_back_yuan"), "money"),
            ],
        ),
        Table(
            "statements",
            words("statements_title", n=words.count(len(stated))),
            in_yuan(stated).assign(
                party_kind=stated["party_kind"].map(parties),
                on_time=stated["is_on_time"].map(yes_no),
            ),
            [
                Column("tenant", words("tenant"), "text"),
                Column("party_name", words("desk_owed_to"), "text"),
                Column("party_kind", words("desk_case_type"), "text"),
                Column("date", words("date"), "date"),
                Column("owed", words("desk_owed_yuan"), "money"),
                Column("line_count", words("order_lines"), "count"),
                Column("stated_date", words("stated_on"), "date"),
                Column("due_date", words("due_on"), "date"),
                Column("on_time", words("is_on_time"), "text"),
                Column("settled_date", words("settled_date"), "date"),
            ],
        ),
        Table(
            "reconciliations",
            words("reconciliations_title", n=words.count(len(files))),
            in_yuan(files).assign(
                clean=files["is_clean"].map(yes_no),
            ),
            [
                Column("tenant", words("tenant"), "text"),
                Column("provider", words("payment_provider"), "text"),
                Column("date", words("date"), "date"),
                Column("clean", words("all_agree"), "text"),
                Column("matched_count", words("lines_matched"), "count"),
                Column("missing_here_count", words("lines_missing_here"), "count"),
                Column("missing_there_count", words("lines_missing_there"), "count"),
                Column("different_amount_count", words("lines_different"), "count"),
                Column("file", words("file_yuan"), "money"),
                Column("our", words("ours_yuan"), "money"),
            ],
        ),
    ]
