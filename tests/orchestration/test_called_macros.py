"""The macros that a build is given: all that can be called, and few of the others."""

from dbt.contracts.graph.nodes import Macro

from orchestration.warehouse.macros import with_called_macros
from orchestration.warehouse.project import Project


def test_what_dbt_knows_to_be_called_is_kept(project: Project) -> None:
    known, kept = project.parsed.macros, with_called_macros(project.parsed).macros
    callers = [*project.parsed.nodes.values(), *kept.values()]
    called = {name for caller in callers for name in caller.depends_on.macros if name in known}
    own = {macro.name for macro in kept.values() if _is_own(macro)}
    assert {name for name in called - set(kept) if known[name].name not in own} == set()
    assert len(called) > 50


def test_what_nothing_calls_is_left_out_and_the_projects_own_stands_for_dbts(project: Project) -> None:
    whole, kept = project.parsed.macros, with_called_macros(project.parsed).macros
    assert len(kept) < len(whole) / 2
    assert "macro.dbt.get_merge_sql" in whole
    assert "macro.dbt.get_merge_sql" not in kept
    of_tables = [macro for macro in kept.values() if macro.name == "materialization_table_duckdb"]
    assert [_is_own(macro) for macro in of_tables] == [True]


def test_the_manifest_that_docs_are_made_of_stays_whole(project: Project) -> None:
    before = set(project.parsed.macros)
    with_called_macros(project.parsed)
    assert set(project.parsed.macros) == before


def _is_own(macro: Macro) -> bool:
    return macro.package_name == "pointmart"
