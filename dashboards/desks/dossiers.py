"""Suppliers' dossiers: the gates they have passed, and which brands they may sell until when."""

import pandas as pd

from dashboards.downloads import Column
from dashboards.marts import TenantMarts
from dashboards.tables import Table
from dashboards.words import Language, Words

TABLES = ("fct_brand_authorisations", "fct_supplier_gates")

_GATES = """
    select supplier_code, supplier_name, gate, gate_no, standing, is_passed, is_gated, expires_date, days_to_expiry
    from marts.fct_supplier_gates
    where tenant_id = $tenant_id
    order by days_to_expiry nulls last, supplier_name, gate_no
"""
_AUTHORISATIONS = """
    select supplier_code, brand_code, document_number, level, valid_from, expires_date, days_to_expiry, is_forged,
        is_valid
    from marts.fct_brand_authorisations
    where tenant_id = $tenant_id
    order by is_valid desc, days_to_expiry, supplier_code, brand_code
"""
# A supplier from before there were gates has passed none.
_SUPPLIERS = """
    select supplier_code, supplier_name from marts.fct_supplier_gates where tenant_id = $tenant_id
    union
    select supplier_code, supplier_name from marts.fct_supplier_performance where tenant_id = $tenant_id
"""
_BRANDS = """
    select distinct b.code, case when $language = 'zh' then b.name_zh else b.name_en end as name
    from marts.dim_brand b
    join marts.fct_brand_authorisations a on a.brand_code = b.code
    where a.tenant_id = $tenant_id
"""


def gates(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per supplier and gate, the documents that lapse first leading."""
    return marts.rows(_GATES)


def authorisations(marts: TenantMarts, language: Language) -> pd.DataFrame:
    """Return one row per authorisation that was handed in, those that hold and lapse first leading, with names."""
    rows = marts.rows(_AUTHORISATIONS)
    suppliers = (
        marts.rows(_SUPPLIERS).drop_duplicates("supplier_code").set_index("supplier_code")["supplier_name"]
    )
    # A release from before there were brands tells their codes alone.
    brands = (
        pd.Series(dtype=str)
        if marts.lacks("dim_brand")
        else marts.rows(_BRANDS, language=language).set_index("code")["name"]
    )
    return rows.assign(
        supplier_name=rows["supplier_code"].map(suppliers), brand_name=rows["brand_code"].map(brands)
    )


def tables(words: Words, gates: pd.DataFrame, authorisations: pd.DataFrame) -> list[Table]:
    """Return the rows of the dossiers."""
    names = {
        "documents": words("gate_documents"),
        "samples": words("gate_samples"),
        "trial": words("gate_trial"),
        "active": words("supplier_active"),
        "suspended": words("supplier_suspended"),
    }
    yes_no = {True: words("yes"), False: words("no")}
    return [
        Table(
            "gates",
            words("gates_title"),
            gates.assign(
                gate=gates["gate"].map(names),
                standing=gates["standing"].map(names).fillna(gates["standing"]),
                passed=gates["is_passed"].map(yes_no),
                supplier=_with_code(gates["supplier_name"], gates["supplier_code"]),
            ),
            [
                Column("supplier", words("supplier"), "text"),
                Column("gate", words("gate"), "text"),
                Column("passed", words("supplier_gate_passed"), "text"),
                Column("standing", words("gate_standing"), "text"),
                Column("expires_date", words("valid_until"), "date"),
                Column("days_to_expiry", words("days_until"), "count"),
            ],
            is_of_now=True,
        ),
        Table(
            "authorisations",
            words("authorisations_title"),
            authorisations.assign(
                valid=authorisations["is_valid"].map(yes_no),
                forged=authorisations["is_forged"].map(yes_no),
                supplier=_with_code(authorisations["supplier_name"], authorisations["supplier_code"]),
                brand=_with_code(authorisations["brand_name"], authorisations["brand_code"]),
            ),
            [
                Column("supplier", words("supplier"), "text"),
                Column("brand", words("brand"), "text"),
                Column("document_number", words("licence_number"), "text"),
                Column("level", words("authorisation_level"), "count"),
                Column("valid", words("authorisation_valid"), "text"),
                Column("expires_date", words("valid_until"), "date"),
                Column("days_to_expiry", words("days_until"), "count"),
                Column("forged", words("authorisation_forged"), "text"),
                Column("valid_from", words("valid_from"), "date"),
            ],
            is_of_now=True,
        ),
    ]


def _with_code(names: pd.Series, codes: pd.Series) -> list[str]:
    """Return each name with the code by which files know it; the code alone where there is no name."""
    return [
        f"{name} · {code}" if isinstance(name, str) and name != code else str(code)
        for name, code in zip(names, codes, strict=True)
    ]
