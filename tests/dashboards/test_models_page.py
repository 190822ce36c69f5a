"""The model cards, run as Streamlit runs them, on the literal release."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboards.marts import TenantMarts
from dashboards.model_names import metric_name, parameter_name, parameter_value
from dashboards.release import NoRelease, current_release
from dashboards.words import Words
from tests import literal_release as literal

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("literal_release")


def sentences(app: AppTest) -> list[str]:
    """Return what the page says in sentences, the answer first."""
    assert not app.exception
    return [block.value for block in [*app.subheader[:1], *app.markdown, *app.caption, *app.info]]


def written(rows: Any) -> list[str]:
    """Return the values of scores as they are written."""
    shown = pa.ipc.open_stream(rows.proto.arrow_data.styler.display_values).read_pandas()
    return [str(value) for value in shown["value"]]


def test_the_page_says_what_is_in_use_since_when_and_how_much_better(open_page: OpenPage) -> None:
    app = open_page("models")

    assert app.subheader[0].value == (
        "推荐会员接下来会兑换的商品：两阶段排序自2026年3月1日起在用，NDCG@10 0.550，"
        "比最强基线“线性自编码（EASE）”好 25.0%，超出随机波动。"
    )
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("在用：两阶段排序", "0.550"),
        (r"最强基线：线性自编码（EASE）", "0.440"),
        ("学习自", "2,500 名会员"),
        ("学习数据截至", "2026年3月30日"),
    ]
    assert "95% 区间 0.530 至 0.570  \n测试 2,000 名会员" in sentences(app)


def test_a_baseline_in_use_says_why_and_is_compared_with_baselines_alone(open_page: OpenPage) -> None:
    app = open_page("models", {"slice": "novel", "lang": "en"})

    # The two-stage model, which was not released, is no baseline.
    assert app.subheader[0].value == (
        "Recommending what is new to a member: EASE, in use since 1 Apr 2026. Its NDCG@10 of 0.200 is "
        "25.0% better than that of the strongest baseline, popularity, within chance "
        "(both judged on the same sample: ratio 0.980 to 1.550, 95% interval)."
    )
    assert (
        "On the validation window the NDCG@10 of two\\-stage ranking, 0.180, is worse than that of the strongest "
        "baseline, EASE (0.210); so EASE is released instead."
    ) in sentences(app)
    rows = app.dataframe[-1].value
    assert set(rows.loc[rows["in_use"] == "yes", "model"]) == {"EASE"}


def test_of_errors_fewer_are_better(open_page: OpenPage) -> None:
    app = open_page("models", {"area": "demand", "slice": "item", "lang": "en"})

    assert app.subheader[0].value == (
        "Forecasting what is redeemed of each item: weighted combination of models, in use since 1 Mar 2026. "
        "Its error (WAPE) of 26.0% is 23.5% better than that of the baseline, same day of the week before, "
        "beyond chance."
    )
    assert "Of 90 days, only the latest unbroken spell of 60 could judge." in "\n".join(sentences(app))


def test_errors_are_told_in_per_cent_in_the_rows_too(open_page: OpenPage) -> None:
    demand = open_page("models", {"area": "demand", "slice": "item"}).dataframe[-1]
    ranking = open_page("models").dataframe[-1]

    # Written so, and sorted as the numbers they are.
    assert demand.value["value"].tolist()[0] == 0.26
    assert written(demand)[0] == "26.00%"
    assert "0.5500" in written(ranking)


def test_a_member_of_the_combination_is_called_no_baseline(
    open_page: OpenPage, literal_release: Path
) -> None:
    def add_member(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            "insert into marts.fct_model_scores select * replace ('boosted_mean' as model, 0.28 as value) "
            "from marts.fct_model_scores where model = 'seasonal_naive' and slice = 'item'"
        )

    literal.publish(literal_release, "member", add_member)
    zh = open_page("models", {"area": "demand", "slice": "item"})
    en = open_page("models", {"area": "demand", "slice": "item", "lang": "en"})

    assert "比最强成员“提升树：均值”好 7.1%" in zh.subheader[0].value
    assert zh.metric[1].label == "最强成员：提升树：均值"
    assert "better than that of its strongest member, boosted trees, mean" in en.subheader[0].value
    # The window that chose compared it with the baseline.
    assert "不差于基线“照搬上周同一天”" in "\n".join(sentences(zh))


def test_windows_parameters_and_limits_are_told_in_words(open_page: OpenPage) -> None:
    app = open_page("models", {"lang": "en"})

    windows, parameters, _ = (frame.value for frame in app.dataframe)
    assert windows.to_numpy().tolist() == [
        ["learnt from", "2025-04-01", "2026-03-30", "2,500", "60,000"],
        ["validation (chooses)", "2026-02-03", "2026-03-02", "1,900", "4,000"],
        ["test (scores)", "2026-03-03", "2026-03-30", "2,000", "5,000"],
    ]
    assert parameters.to_numpy().tolist() == [
        ["EASE penalty per member", "0.4"],
        ["Rows to learn from, at most", "1,000,000"],
        ["Candidates: own items", "60"],
        ["Ranker 1: trees", "100"],
        ["unheard_of", "True"],
    ]
    limits = next(text for text in sentences(app) if text.startswith("- "))
    assert limits.splitlines() == [
        "- 1,500 of 4,000 members (37.5%) have no redemption yet and can only be shown what is popular.",
        "- 2,000 members (50.0%) have redeemed fewer than 5 times, too few to tell a taste.",
        "- 20 of 320 items on offer (6.2%) have never been redeemed; the model cannot rank them.",
        "- 3,000 of 4,000 members (75.0%), of whom there was no news, kept the lists of an earlier training.",
        "- 3.1% of what was redeemed in the test window was of items unknown before, which no list could foresee.",
        "- The newest redemption was 2 d old when it was trained.",
        "- The parameters were chosen by 2,400 of 2,500 members.",
    ]
    assert r"Trained 1 Apr 2026 · chosen 31 Mar 2026 · code version 0\.1\.0\+abc1234 · seed 7" in sentences(
        app
    )


def test_the_choice_of_a_model_is_kept_in_the_address(open_page: OpenPage) -> None:
    app = open_page("models")
    assert not {"area", "slice"} & set(app.query_params)

    app.segmented_control(key="area").set_value("demand").run()
    app.segmented_control(key="slice_of_demand").set_value("item").run()

    assert (app.query_params["area"], app.query_params["slice"]) == ("demand", "item")
    assert app.subheader[0].value.startswith("预测各商品的兑换量：")


def test_a_young_mall_says_why_nothing_was_chosen(open_page: OpenPage) -> None:
    app = open_page("models", tenant_id=literal.BIRCH)

    assert app.subheader[0].value == (
        "推荐会员接下来会兑换的商品：个人常换自2026年3月1日起在用；历史太短，还没有测试成绩。"
    )
    assert "历史太短，分不出验证窗口，因此用不需要选择的个人常换。" in sentences(app)
    assert [metric.value for metric in app.metric][:2] == ["—", "—"]
    # Windows and parameters; there is no score to show a row of.
    assert len(app.dataframe) == 2


def test_a_release_without_cards_shows_the_scores_alone(open_page: OpenPage, literal_release: Path) -> None:
    literal.publish(literal_release, "before-cards", has_cards=False)
    app = open_page("models", {"lang": "en"})

    assert app.subheader[0].value == (
        "Recommending what a member takes next: two-stage ranking, in use. Its NDCG@10 of 0.550 is 25.0% better "
        "than that of the strongest baseline, EASE, beyond chance."
    ).replace("two-stage", r"two\-stage")
    assert app.info[0].value.startswith("This release has no card of this model")
    assert len(app.metric) == 2
    assert len(app.dataframe) == 1


def test_without_card_and_scores_the_page_says_what_is_missing(open_page: OpenPage) -> None:
    app = open_page("models", {"area": "demand"}, tenant_id=literal.BIRCH)

    assert app.info[0].value.startswith("还没有模型：")
    assert not app.exception


@pytest.mark.parametrize(
    ("change", "ending"),
    [
        ("value = 0.54 where model = 'ease'", "好 1.9%，在随机波动之内。"),
        ("value = 0.55 where model = 'ease'", "，与最强基线“线性自编码（EASE）”持平。"),
        ("value = 0.60 where model = 'ease'", "差 8.3%，超出随机波动。"),
        ("value = 0.00 where model <> 'two_stage'", "，NDCG@10 0.550；没有可比的基线。"),
    ],
)
def test_what_is_no_better_is_not_called_better(
    open_page: OpenPage, literal_release: Path, change: str, ending: str
) -> None:
    def rescore(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(f"update marts.fct_model_scores set {change} and slice = 'all' and k = 10")

    literal.publish(literal_release, "rescored", rescore)
    app = open_page("models")

    assert not app.exception
    assert app.subheader[0].value.endswith(ending)


def test_another_tenants_cards_and_scores_cannot_be_reached(literal_release: Path) -> None:
    release = current_release(literal_release)

    assert {card["tenant_id"] for card in TenantMarts(release, literal.BIRCH).cards()} == {str(literal.BIRCH)}
    assert len(TenantMarts(release, literal.ACORN).cards()) == 2


def test_a_manifest_that_was_deleted_meanwhile_is_no_release(literal_release: Path) -> None:
    marts = TenantMarts(current_release(literal_release), literal.ACORN)
    (literal_release / literal.RELEASE_ID / "manifest.json").unlink()

    with pytest.raises(NoRelease, match="cannot be read"):
        marts.cards()


def test_the_files_hold_every_score_of_what_is_shown(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, bytes] = {}

    def take(_label: str, data: Callable[[], bytes], *, file_name: str, **_: object) -> None:
        files[file_name] = data()

    monkeypatch.setattr(st, "download_button", take)
    app = open_page("models", {"lang": "en"})

    assert not app.exception
    stem = "pointmart-models-ranking-all-20260401T020000Z-literal"
    assert set(files) == {f"{stem}.xlsx", f"{stem}.csv"}
    lines = files[f"{stem}.csv"].decode("utf-8-sig").splitlines()
    assert lines[0] == 'Of,Model,Metric,List length,Value,"95% interval, low","95% interval, high",n,In use'
    assert "Anything,two-stage ranking,NDCG,10,0.55,0.53,0.57,2000,yes" in lines
    assert "Anything,two-stage ranking,coverage of items,10,0.4,,,2000,yes" in lines
    assert len(lines) == 1 + 5


def test_measures_and_parameters_without_words_keep_their_own_names() -> None:
    words = Words("en")
    assert metric_name(words, "pinball_05", None) == "pinball loss, 5%"
    assert metric_name(words, "novelty", 10) == "novelty@10"
    assert parameter_name(words, "novel.2.min_samples_leaf") == "Ranker 2: rows per leaf, at least"
    assert parameter_name(words, "other.1.max_iter") == "other.1.max_iter"
    assert [parameter_value(value) for value in (200_000, 0.05, 1e-9, "log", True)] == [
        "200,000", "0.05", "1e-09", "log", "True",
    ]  # fmt: skip
