"""The four rates of every tenant by day and month, by pandas from the landed Parquet, as somebody would who knows it.

A process of its own: takes the landing folder on standard input, prints seconds, and writes the rates as Parquet.
Ids are read as categories, because pandas compares sixteen-byte objects one by one.
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import dataset

_KEY = ["tenant_id", "grain", "period_start"]


def read(landing: Path, view: str, ids: list[str], others: list[str]) -> pd.DataFrame:
    """Return columns of a view; ids as categories."""
    table = dataset.dataset(landing / view, format="parquet").to_table(columns=[*ids, *others])
    for name in ids:
        column = table[name]
        if isinstance(column.type, pa.ExtensionType):
            column = pa.chunked_array(
                [chunk.storage for chunk in column.chunks], type=column.type.storage_type
            )
        codes = column.combine_chunks().dictionary_encode()
        if pa.types.is_fixed_size_binary(codes.dictionary.type):
            codes = pa.DictionaryArray.from_arrays(codes.indices, codes.dictionary.cast(pa.binary()))
        table = table.set_column(table.schema.get_field_index(name), name, codes)
    frame: pd.DataFrame = table.to_pandas()
    return frame


def day(times: "pd.Series[pd.Timestamp]") -> "pd.Series[pd.Timestamp]":
    """Return the Asia/Shanghai day; the zone has had no other offset since 1992."""
    return (times.dt.tz_convert("UTC").dt.tz_localize(None) + pd.Timedelta(hours=8)).dt.normalize()


def same_categories(frames: list[pd.DataFrame], name: str) -> None:
    """Give a column of several frames one set of categories, so that they join by number."""
    united = pd.api.types.union_categoricals([frame[name] for frame in frames]).categories
    for frame in frames:
        frame[name] = frame[name].cat.set_categories(united)


def rates(landing: Path) -> pd.DataFrame:
    """Return tenant_id, grain, period_start, metric, numerator, denominator."""
    members = read(
        landing, "member", ["tenant_id", "member_id"], ["is_test", "is_erased", "registered_at", "batch"]
    )
    members = members.sort_values("batch").drop_duplicates(["tenant_id", "member_id"], keep="last")
    members["registered"] = day(members["registered_at"])
    counted = members.loc[
        ~members["is_test"] & ~members["is_erased"], ["tenant_id", "member_id", "registered"]
    ].copy()
    events = read(landing, "event", ["tenant_id", "member_id", "kind"], ["occurred_at"])
    events = events[events["kind"] != "impression"]
    feedback = read(landing, "feedback", ["tenant_id", "member_id"], ["answered_at", "score"])
    redemptions = read(
        landing, "redemption", ["tenant_id", "member_id", "redemption_id"], ["effective_at", "batch"]
    )
    redemptions = redemptions.sort_values("batch").drop_duplicates("redemption_id", keep="last")
    entries = read(
        landing, "entry", ["tenant_id", "transfer_member_id", "transfer_kind", "account_kind"],
        ["effective_at", "amount", "entry_no"],
    ).rename(columns={"transfer_member_id": "member_id"})  # fmt: skip
    frames = [counted, events, feedback, redemptions, entries]
    for name in ("tenant_id", "member_id"):
        same_categories(frames, name)
    entries = entries.merge(counted[["tenant_id", "member_id"]])
    entries["date"] = day(entries["effective_at"])
    is_own = entries["account_kind"].eq("issuance") & entries["transfer_kind"].isin(["earn", "grant"])
    parts = [
        events.assign(kind="event", date=day(events["occurred_at"])),
        feedback.assign(kind="feedback", date=day(feedback["answered_at"])),
        redemptions.assign(kind="redemption", date=day(redemptions["effective_at"])),
        entries.loc[is_own].assign(kind=entries.loc[is_own, "transfer_kind"].astype("object")),
    ]
    facts = pd.concat([part[["tenant_id", "member_id", "kind", "date"]] for part in parts], ignore_index=True)
    facts["kind"] = facts["kind"].astype("category")
    facts = facts.drop_duplicates().merge(counted, on=["tenant_id", "member_id"])
    life = pd.concat(
        [
            counted.rename(columns={"registered": "date"})[["tenant_id", "date"]],
            facts.loc[facts["kind"] != "event", ["tenant_id", "date"]],
        ]
    )
    starts = life.groupby("tenant_id", observed=True)["date"].min()
    alive = facts[facts["date"] >= facts["tenant_id"].map(starts).astype("datetime64[us]")]
    bounds = alive.groupby("tenant_id", observed=True)["date"].agg(["min", "max"])
    days = pd.concat(
        [
            pd.DataFrame({"tenant_id": t, "date": pd.date_range(b["min"], b["max"])})
            for t, b in bounds.iterrows()
        ]
    )
    days["tenant_id"] = days["tenant_id"].astype(facts["tenant_id"].dtype)
    months = days.assign(grain="month", period_start=days["date"].dt.to_period("M").dt.start_time)
    months["period_end"] = months["period_start"] + pd.offsets.MonthEnd(0)
    periods = pd.concat(
        [days.assign(grain="day", period_start=days["date"], period_end=days["date"]), months],
        ignore_index=True,
    )
    periods["grain"] = periods["grain"].astype("category")
    closing = (
        periods.groupby(_KEY, observed=True)
        .agg(end=("period_end", "max"), last=("date", "max"))
        .reset_index()
    )
    acts = facts.loc[
        facts["kind"].isin(["event", "earn", "redemption"]), ["tenant_id", "member_id", "date", "registered"]
    ]
    acts = acts.drop_duplicates(["tenant_id", "member_id", "date"])
    active = acts.merge(periods, on=["tenant_id", "date"])
    active = active[active["registered"] <= active["period_end"]]
    active = active.drop_duplicates([*_KEY, "member_id"])
    active_counts = active.groupby(_KEY, observed=True).size().rename("numerator")
    registered = counted.groupby(["tenant_id", "registered"], observed=True).size().rename("n").reset_index()
    upto = (
        closing.merge(registered, on="tenant_id")
        .query("registered <= end")
        .groupby(_KEY, observed=True)["n"]
        .sum()
    )
    activity = closing.set_index(_KEY)[[]].join(active_counts).join(upto.rename("denominator"))
    entries["issued"] = -entries["amount"].where(entries["account_kind"] == "issuance", 0)
    entries["redeemed"] = entries["amount"].where(entries["account_kind"] == "redeemed", 0)
    points = entries.groupby(["tenant_id", "date"], observed=True)[["issued", "redeemed"]].sum().reset_index()
    moved = (
        periods.merge(points, on=["tenant_id", "date"], how="left")
        .groupby(_KEY, observed=True)[["redeemed", "issued"]]
        .sum()
    )
    so_far = (
        closing.merge(points, on="tenant_id")
        .query("date <= last")
        .groupby(_KEY, observed=True)[["redeemed", "issued"]]
        .sum()
    )
    answers = feedback.merge(counted, on=["tenant_id", "member_id"])
    answers["date"] = day(answers["answered_at"])
    answers["satisfied"] = answers["score"] >= 4
    answered = (
        answers.groupby(["tenant_id", "date"], observed=True)["satisfied"].agg(["sum", "size"]).reset_index()
    )
    satisfaction = (
        periods.merge(answered, on=["tenant_id", "date"], how="left")
        .groupby(_KEY, observed=True)[["sum", "size"]]
        .sum()
    )
    found = {
        "activity_rate": activity, "consumption_rate": moved, "consumption_rate_cumulative": so_far,
        "satisfaction_rate": satisfaction,
    }  # fmt: skip
    return pd.concat(
        [
            frame.set_axis(["numerator", "denominator"], axis=1)
            .fillna(0)
            .astype("int64")
            .assign(metric=metric)
            .reset_index()
            for metric, frame in found.items()
        ]
    )


if __name__ == "__main__":
    order = json.load(sys.stdin)
    began = time.perf_counter()
    result = rates(Path(order["landing"]))
    seconds = time.perf_counter() - began
    result["tenant_id"] = result["tenant_id"].map(lambda value: value.hex()).astype(str)
    result.astype({"grain": str}).to_parquet(order["target"])
    json.dump({"seconds": seconds}, sys.stdout)
