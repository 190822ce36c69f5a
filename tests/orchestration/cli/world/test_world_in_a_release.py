"""What a release tells of a simulated shop: its suppliers, proposals, plans for holidays, campaigns, and what members say."""

import asyncio
import io
from datetime import date, timedelta

import duckdb
import pytest
from rich.console import Console

from orchestration.cli.world.moods import learn
from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.run import make_tenant
from orchestration.cli.world.voices import Scribe
from orchestration.pipeline import run_pipeline
from orchestration.settings import PipelineSettings
from transactional.texts.sentiment import load_model
from transactional.vault import Vault

# New Year's Day lies within six weeks, with days off until 3 January. The past is long enough to learn so far ahead.
PLAN = WorldPlan(tenants=1, members=120, days=190, seed=5, until=date(2025, 11, 30))


@pytest.fixture(scope="module")
def ask(module_database_url, tmp_path_factory, lend_parsed):
    """Ask the release of a whole pipeline run over a simulated bank."""
    root = tmp_path_factory.mktemp("release")
    settings = PipelineSettings(data_dir=root, database_url=module_database_url)
    learn(root / "sentiment.json")
    scribe = Scribe(Vault(bytes(32)), load_model(root / "sentiment.json"))
    asyncio.run(make_tenant(module_database_url, PLAN, 0, root / "world", lambda day: None, scribe))
    lend_parsed(settings.folder)
    summary = run_pipeline(settings, Console(file=io.StringIO()))
    release = settings.folder.releases / summary.release_id / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release}' as release (read_only); use release.marts")
        yield lambda query: connection.execute(query).fetchall()


def test_suppliers_have_delivered_what_their_terms_say(ask):
    rows = ask(
        "select supplier_code, judged_line_count, on_time_in_full_rate, fill_rate, mean_promised_lead_days, "
        "mean_achieved_lead_days, damage_rate from fct_supplier_performance where line_count > 0"
    )
    assert {row[0] for row in rows} >= {"digital-rights", "home-goods", "foods"}
    lines = sum(row[1] for row in rows)
    assert lines > 120
    assert sum(row[1] * row[2] for row in rows) / lines == pytest.approx(0.82, abs=0.1)
    for code, _, _, fill_rate, promised, achieved, damage_rate in rows:
        # A newcomer delivered two thirds of its trial, late.
        assert fill_rate > (0.6 if code == "bargain-outlet" else 0.8)
        assert promised == 8
        assert damage_rate < 0.1
        if achieved is None:
            # None of its lines came whole.
            assert code == "bargain-outlet"
            continue
        # The others may be in trouble for weeks.
        assert 3 < achieved < (11 if code in ("digital-rights", "electronics", "local-services") else 25)


def test_what_is_short_is_proposed_in_what_suppliers_sell(ask):
    rows = ask(
        "select quantity, min_order_quantity, pack_size, lead_days, terms_id from fct_replenishment_proposals"
    )
    assert rows
    for quantity, least, pack, lead_days, terms_id in rows:
        assert quantity >= least
        assert quantity % pack == 0
        assert lead_days == 14
        assert terms_id is not None


def test_the_coming_holiday_is_planned_from_forecasts_that_reach_its_end(ask):
    ((occasion, first, last, lines),) = ask(
        "select occasion_id, first_day, last_day, line_count from fct_holiday_plans"
    )
    assert (occasion, first, last) == ("new-year", date(2026, 1, 1), date(2026, 1, 3))
    assert lines == ask("select count(*) from fct_holiday_plan_lines")[0][0] > 200
    # Of what is forecast all is planned that will still be sold.
    ((items, until),) = ask(
        "select count(distinct series_id), max(date) from fct_demand_forecasts where level = 'item'"
    )
    assert items >= lines
    assert until == last
    # Stock is still looked at over four weeks.
    assert ask("select max(horizon_days) from fct_stock_outlook") == [(28,)]


def test_what_is_under_way_is_expected_and_pastry_keeps_for_a_while(ask):
    last = PLAN.until
    ((orders, first_expected),) = ask("select count(*), min(expected_on) from fct_incoming_stock")
    assert orders > 0
    assert first_expected > last - timedelta(days=30)
    ((batches, soonest),) = ask("select count(*), min(expires_on) from fct_expiring_stock")
    assert batches > 0
    assert soonest > last - timedelta(days=200)


def test_suppliers_stand_where_their_papers_and_trials_put_them(ask):
    standings = dict(ask("select distinct supplier_code, standing from fct_supplier_gates"))
    assert standings["card-direct"] == "active"
    assert standings["bargain-outlet"] == "suspended"
    assert set(standings.values()) <= {"active", "documents", "suspended"}
    ((forged, valid),) = ask(
        "select count(*) filter (is_forged), count(*) filter (is_valid) from fct_brand_authorisations"
    )
    assert forged == 1
    assert valid > 8
    ((lowest, highest),) = ask(
        "select min(value), max(value) from fct_kpis_daily where metric = 'brand_direct_rate' and value is not null"
    )
    assert 0.04 < lowest <= highest < 0.3
    scored = ask("select distinct supplier_code from fct_supplier_scores_monthly where score is not null")
    assert len(scored) >= 6


def test_campaigns_have_results(ask):
    kinds = dict(
        ask(
            "select kind, count(*) from dim_campaign join fct_campaign_results using (tenant_id, campaign_id) group by 1"
        )
    )
    # A shop this small has not always the stock for four flash sales on a day.
    assert kinds.keys() >= {"member_day", "festival", "new_item"}
    ((extra, discount),) = ask("select sum(extra_points), sum(discount_points) from fct_campaign_results")
    assert extra > 0
    assert discount > 0


def test_what_members_say_has_the_sentiment_that_they_have(ask):
    """The model is learnt from other texts of the phrases; who sounds otherwise than they feel is misjudged."""
    ((right, said),) = ask(
        """
        select count(*) filter (sentiment = case when stars >= 4 then 'positive' when stars <= 2 then 'negative' end), count(*)
        from fct_reviews where text_length is not null and stars <> 3
        """
    )
    assert said >= 8
    assert right / said > 0.8
    drivers = {driver for (driver,) in ask("select distinct driver from fct_satisfaction_drivers_monthly")}
    assert {"sentiment", "shipping", "item_class"} <= drivers
    assert ask("select count(*) from fct_chats where sentiment is not null")[0][0] > 0
    assert ask("select count(*) from fct_survey_answers")[0][0] > 0


def test_what_the_mall_decided_and_owes_is_told_whole(ask):
    ((statements, wrong),) = ask(
        """
        select count(*), count(*) filter (lines.amount_fen is distinct from owed_fen or lines.lines is distinct from line_count)
        from fct_settlement_statements left join (
            select tenant_id, statement_id, sum(amount_fen) as amount_fen, count(*) as lines
            from fct_settlement_lines group by all
        ) lines using (tenant_id, statement_id)
        """
    )
    assert statements > 20
    assert wrong == 0
    # Each event of a parcel was told by its carrier, and the parcel stands where the events put it.
    ((parcels, misplaced),) = ask(
        "select count(*), count(*) filter ((j.delivered_at is null) = (status = 'delivered')) from fct_parcel_journeys j"
    )
    assert parcels > 20
    assert misplaced == 0
    # Nothing is listed that its tenant does not want.
    assert ask(
        "select count(*) from dim_offer o anti join fct_offer_opt_ins i using (tenant_id, item_id)"
    ) == [(0,)]
    assert ask("select bool_or(is_demanded) from dim_brand_demand") == [(True,)]
    assert ask("select count(*) from fct_quarantined_rows") == [(0,)]
