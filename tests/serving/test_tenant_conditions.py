"""The views that serving reads show every tenant's rows: each statement has to keep to one tenant itself.

Found are all SQL constants of the package. In each `select`, every view with a tenant must be tied to the first
argument: by `tenant_id = $1`, or by the same tenant_id as a view that is.
"""

import ast
import re
from pathlib import Path

import pytest

import serving

# Items and its own keys are the platform's: they have no tenant.
SHARED = {"export.item", "access.platform_key"}
# Whether anything was committed since a release is the same for everybody; no row of anybody is told.
OF_NOBODY = {"freshness"}

# A view wherever it is named, with its alias; a name put together later shows as one without an end.
READ = re.compile(
    r"\b((?:export|access)\.\w*)"
    r"(?:\s+(?:as\s+)?(?!(?:cross|group|inner|join|left|limit|nested|on|order|right|using|where)\b)(\w+))?"
)
SAME = re.compile(r"(?<!\.)\b(?:(\w+)\.)?tenant_id\s*=\s*(?:(\$1)\b|(?:(\w+)\.)?tenant_id\b)")
INNERMOST = re.compile(r"\(([^()]*)\)")
NEXT_SELECT = re.compile(r"\b(?:union(?:\s+all)?|except|intersect)\b")


def statements() -> dict[str, str]:
    """Return the SQL constants that read the live database, by where they are."""
    found = {}
    for file in sorted(Path(serving.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and READ.search(node.value.lower())
            ):
                found[f"{file.stem}:{node.lineno}"] = node.value
    return found


def selects(sql: str) -> list[str]:
    """Return a statement's selects, each without those within it."""
    found, rest = [], sql.lower()
    while inner := INNERMOST.search(rest):
        found.append(inner[1])
        rest = rest[: inner.start()] + " nested " + rest[inner.end() :]
    return [select for part in (*found, rest) for select in NEXT_SELECT.split(part)]


def unbound(sql: str) -> set[str]:
    """Return the views that a statement reads without keeping to the tenant of its first argument."""
    missing = set()
    for select in selects(sql):
        read = {alias or "": view for view, alias in READ.findall(select) if view not in SHARED}
        same = [(left, right or other) for left, right, other in SAME.findall(select)]
        bound = {"$1"}
        for _ in same:
            bound |= {name for pair in same for name in pair if bound & set(pair)}
        missing |= {view for alias, view in read.items() if alias not in bound}
    return missing


@pytest.mark.parametrize("place", [p for p in statements() if p.split(":")[0] not in OF_NOBODY])
def test_every_statement_on_the_live_database_keeps_to_one_tenant(place):
    assert unbound(statements()[place]) == set()


def test_every_module_with_statements_is_seen():
    assert {place.split(":")[0] for place in statements()} == {"keys", "live", "news", "sales"} | OF_NOBODY


@pytest.mark.parametrize(
    ("sql", "views"),
    [
        ("select points from export.redemption where member_id = $1", {"export.redemption"}),
        ("select 1 from export.entry e where e.tenant_id = $2", {"export.entry"}),
        ("select 1 from export.entry e, export.lot where e.tenant_id = $1", {"export.lot"}),
        ("select 1 from export.", {"export."}),
        (
            "select 1 from export.offer o join export.stock s on s.item_id = o.item_id where o.tenant_id = $1",
            {"export.stock"},
        ),
        (
            "select 1 from export.offer o join export.stock s on s.tenant_id = o.tenant_id where o.item_id = $2",
            {"export.offer", "export.stock"},
        ),
        (
            "select 1 from export.member where tenant_id = $1 and member_id in (select member_id from export.event)",
            {"export.event"},
        ),
        (
            "select 1 from export.event where tenant_id = $1 union all select 1 from export.lot l where l.lot_id = $2",
            {"export.lot"},
        ),
    ],
)
def test_a_statement_on_all_tenants_is_noticed(sql, views):
    assert unbound(sql) == views
