"""A program's rules are shown to its tenant and set on the command line, nonsense in one sentence."""

import pytest

from orchestration.cli.program_options import OptionRefused, changed, shown
from tests.command_line import pointmart
from transactional.tenants.domain import Program, ProgramRefused, Rate, check_program

DEFAULTS = {
    "lot_validity_months": 12,
    "pending_days": 0,
    "expiry_rounding": "day",
    "return_policy": "within_balance",
    "refund_grace_days": 30,
    "qualification": "calendar_year",
    "cash": None,
    "cash_share_min_bp": 0,
    "cash_share_max_bp": 10_000,
    "offset": None,
    "payment_minutes": 15,
    "review_hours": 48,
    "confirmation_hours": 24,
}


async def test_a_tenant_reads_its_own_rules(client, rules):
    assert (await client.get("/v1/program")).json() == DEFAULTS
    await rules(cash=Rate(100, 1000), cash_share_max_bp=5000, pending_days=7)
    assert (await client.get("/v1/program")).json() == DEFAULTS | {
        "cash": {"points": 100, "fen": 1000}, "cash_share_max_bp": 5000, "pending_days": 7,
    }  # fmt: skip


async def test_a_new_tenant_has_every_account_of_the_program(shop, owner):
    kinds = await owner.fetch(
        "select kind from mall.account where tenant_id = $1 and kind <> 'member'", shop.tenant_id
    )
    assert sorted(row["kind"] for row in kinds) == [
        "adjustment", "exchange", "expired", "fee", "issuance", "receivable", "redeemed",
    ]  # fmt: skip


def test_the_command_line_sets_rules_prints_them_and_refuses_nonsense(database_url, data_dir):
    def call(*arguments):
        mall = {"POINTMART_DATABASE_URL": database_url, "POINTMART_DATA_DIR": str(data_dir)}
        return pointmart("tenant", *arguments, **mall)

    call("create", "acorn", "--name", "橡果", "--industry", "bank")
    done = call(
        "program", "acorn", "--pending-days", "7", "--expiry-rounding", "quarter", "--return-policy", "unlimited",
        "--refund-grace-days", "0", "--cash", "100:1000", "--cash-share", "0:12.5", "--lot-validity-months", "24",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["lot-validity-months", "24"],
        ["pending-days", "7"],
        ["expiry-rounding", "quarter"],
        ["return-policy", "unlimited"],
        ["refund-grace-days", "0"],
        ["qualification", "calendar_year"],
        ["cash", "100:1000"],
        ["cash-share", "0:12.5"],
        ["offset", "none"],
        ["payment-minutes", "15"],
        ["review-hours", "48"],
        ["confirmation-hours", "24"],
    ]
    refused = call("program", "acorn", "--pending-days", "400", "--cash", "none")
    assert refused.returncode == 1
    assert refused.stderr == "pointmart: points are pending for 0 to 365 days, not 400\n"
    unknown = call("program", "birch")
    assert "there is no tenant with the code birch" in unknown.stderr
    assert call("program", "acorn").stdout == done.stdout


@pytest.mark.parametrize(
    ("option", "text", "sentence"),
    [
        ("pending_days", "-1", "--pending-days is a whole number such as 15, not '-1'"),
        ("pending_days", "a week", "--pending-days is a whole number such as 15, not 'a week'"),
        ("expiry_rounding", "year", "--expiry-rounding is one of day, month, quarter, not 'year'"),
        (
            "return_policy",
            "none",
            "--return-policy is one of only_pending, within_balance, unlimited, not 'none'",
        ),
        ("cash", "100", "--cash is points:fen such as 100:1000, or none, not '100'"),
        ("cash", "100:1.5", "--cash is points:fen such as 100:1000, or none, not '100:1.5'"),
        (
            "cash_share",
            "50",
            "--cash-share is the smallest and the largest percentage such as 0:50, with at most",
        ),
        ("cash_share", "0:nan", "--cash-share is the smallest"),
        ("cash_share", "0:0.001", "--cash-share is the smallest"),
    ],
)
def test_an_option_of_another_form_is_refused_in_a_sentence(option, text, sentence):
    with pytest.raises(OptionRefused) as refusal:
        changed(Program(), {option: text})
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lot_validity_months": "0"},
        {"lot_validity_months": "121"},
        {"refund_grace_days": "366"},
        {"cash": "0:1000"},
        {"offset": "100:1000001"},
        {"cash_share": "60:50"},
        {"cash_share": "0:101"},
        {"cash_share": "-1:50"},
        {"cash_share": "0:0"},
        {"payment_minutes": "0"},
        {"review_hours": "721"},
        {"confirmation_hours": "0"},
    ],
)
def test_rules_out_of_bounds_are_refused(wrong):
    with pytest.raises(ProgramRefused):
        check_program(changed(Program(), wrong))


def test_options_change_what_they_name_alone_and_show_as_they_are_written():
    program = changed(
        Program(pending_days=3),
        {"lot_validity_months": "never", "offset": "100:80", "qualification": "rolling_year"},
    )
    assert program == Program(pending_days=3, offset=Rate(100, 80), qualification="rolling_year")
    check_program(program)
    assert "offset               100:80\n" in shown(program)
