"""Suppliers' dossiers: the gates they have passed, and which brands they may sell until when."""

import pandas as pd

from dashboards.downloads import Column
from dashboards.marts import TenantMarts
from dashboards.tables import Table
from dashboards.words import Words

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


def gates(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per supplier and gate, the documents that lapse first leading."""
    return marts.rows(_GATES)


def authorisations(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per authorisation that was handed in, those that hold and lapse first leading."""
    return marts.rows(_AUTHORISATIONS)


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
            ),
            [
                Column("supplier_name", words("supplier"), "text"),
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
                valid=authorisations["is_valid"].map(yes_no), forged=authorisations["is_forged"].map(yes_no)
            ),
            [
                Column("supplier_code", words("supplier"), "text"),
                Column("brand_code", words("brand"), "text"),
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
