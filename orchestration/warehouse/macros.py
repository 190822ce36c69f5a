"""Which of dbt's macros a build can call: dbt binds every macro it knows to each node, twice, whoever calls it."""

import re
from collections.abc import Iterator
from dataclasses import replace

from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import Macro

_JINJA = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_WORD = re.compile(r"\w+")
# dbt finds a macro also by its name without what says for which adapter it is.
_DISPATCHED = re.compile(r"^(default|duckdb)__")
# What dbt's Python code calls before and between nodes; what a macro has an adapter do stands in the macro.
_CALLED_BY_DBT = ("create_schema", "list_schemas", "list_relations_without_caching", "check_schema_exists")


def with_called_macros(manifest: Manifest) -> Manifest:
    """Return the manifest without the macros that no node can call, which are three of five.

    A macro is kept if its name stands anywhere in what is evaluated of a node or of a macro that is kept: too many
    are found by that and never too few.
    """
    project = manifest.metadata.project_name
    own = {macro.name for macro in manifest.macros.values() if macro.package_name == project}
    unseen: dict[str, list[Macro]] = {}
    for macro in manifest.macros.values():
        # The project's own stand for dbt's of the same name, as they do when they are called.
        if macro.package_name == project or macro.name not in own:
            unseen.setdefault(_DISPATCHED.sub("", macro.name), []).append(macro)
    kept: dict[str, Macro] = {}
    waiting = set(_called_first(manifest))
    while waiting:
        for macro in unseen.pop(_DISPATCHED.sub("", waiting.pop()), []):
            kept[macro.unique_id] = macro
            waiting.update(_words(macro.macro_sql))
    return replace(manifest, macros=kept, _macros_by_name=None, _macros_by_package=None)


def _called_first(manifest: Manifest) -> Iterator[str]:
    """Yield the words of all nodes, and the names of what materialises them and of what dbt's Python code calls."""
    for node in manifest.nodes.values():
        yield from _words(node.raw_code)
        # As the `where` of a generic test, which is not in its code.
        yield from (unique_id.rsplit(".", 1)[-1] for unique_id in node.depends_on.macros)
    of_project = manifest.metadata.project_name or "", manifest.metadata.adapter_type or ""
    for materialised in {node.config.materialized for node in manifest.nodes.values()}:
        found = manifest.find_materialization_macro_by_name(of_project[0], materialised, of_project[1])
        if found is not None:
            yield found.name
    yield from _CALLED_BY_DBT


def _words(code: str) -> Iterator[str]:
    for evaluated in _JINJA.findall(code):
        yield from _WORD.findall(evaluated)
