"""The marts that plans are made of, without rows, and a way to fill them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

SCHEMA = """
create schema marts;
create table marts.dim_tenant (tenant_id uuid, code varchar, industry varchar, is_test boolean);
create table marts.dim_item (item_id uuid, code varchar, name varchar, category varchar, storage_units int);
create table marts.dim_offer (tenant_id uuid, item_id uuid, listed_until timestamptz);
create table marts.dim_warehouse (tenant_id uuid, warehouse_id uuid, code varchar, capacity_units bigint, rank int,
    is_active boolean, is_default boolean);
create table marts.dim_supplier_terms (tenant_id uuid, item_id uuid, supplier_code varchar, supplier_status varchar,
    lead_days int, worst_lead_days int, min_order_quantity bigint, pack_size bigint, unit_cost_fen bigint,
    shelf_life_days int, rank int, valid_from date, valid_until date);
create table marts.fct_warehouse_stock (tenant_id uuid, warehouse_id uuid, item_id uuid, quantity bigint, used_units bigint);
create table marts.fct_warehouse_issues (tenant_id uuid, warehouse_id uuid, item_id uuid, date date, issued_quantity bigint);
create table marts.fct_expiring_stock (tenant_id uuid, warehouse_id uuid, item_id uuid, expires_on date, quantity bigint);
create table marts.fct_incoming_stock (tenant_id uuid, item_id uuid, warehouse_id uuid, expected_on date,
    incoming_quantity bigint);
create table marts.fct_approved_plan_lines (tenant_id uuid, plan_id uuid, occasion_id varchar, first_day date,
    last_day date, as_of_date date, item_id uuid, warehouse_id uuid, quantity bigint, order_by date,
    supply_quantity bigint, demand_mean double, demand_q05 double, demand_q95 double);
create table marts.fct_campaign_effect (tenant_id uuid, item_id uuid, first_date date, last_date date,
    announced_at timestamptz);
create table marts.fct_item_demand_daily (tenant_id uuid, item_id uuid, date date, quantity bigint, is_in_stock boolean);
"""


Rows = Mapping[str, Sequence[tuple[object, ...]]]


def write_marts(warehouse: Path, rows: Rows) -> None:
    """Write a warehouse with rows by table."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)) as db:
        db.execute(SCHEMA)
        for table, values in rows.items():
            marks = ", ".join("?" * len(values[0]))
            db.executemany(f"insert into marts.{table} values ({marks})", values)
