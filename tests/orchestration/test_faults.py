"""A build that is refused names the rule that is broken, though one test or contract holds many."""

import pytest

from orchestration.settings import DataFolder
from orchestration.warehouse.build import Outcome, WarehouseRefused, build
from orchestration.warehouse.project import Project
from tests.dbt_project.small_warehouse import write_inputs

FAULTS = """
-- An answer of nobody, with a score there is not.
update feedback set member_id = id(99), score = 9 where feedback_id = id(94);
-- Two redemptions in a state that nobody knows.
update redemption set status = 'lost' where redemption_id in (id(61), id(64));
-- More is set aside than is on the shelf.
update stock set allotted = on_hand + 1 where allotted is not null;
-- A lot of no points, of which the contract of the mart knows.
update lot set issued_points = 0 where lot_id = id(48);
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Outcome:
    folder = DataFolder(tmp_path_factory.mktemp("faulty"))
    write_inputs(folder.root, FAULTS)
    folder.create()
    return build(project.over(folder), project.nodes())


def test_each_broken_rule_is_named_with_its_rows(outcome: Outcome) -> None:
    messages = {result.unique_id.split(".")[2]: result.message for result in outcome.results if result.failed}
    expected = {
        "references_of_stg_feedback": "tenant_id, member_id without a row of member (1 row)",
        "rules_of_stg_feedback": "accepted values of score (1 row)",
        "rules_of_stg_redemptions": "accepted values of status (2 rows)",
        "rules_of_stg_stock": "stock_set_aside_is_on_the_shelf (1 row)",
        "dim_lot": "lots_are_of_some_points: issued_points > 0",
    }
    assert {name: messages.get(name) for name in expected} == expected


def test_the_refusal_begins_with_what_failed_first(outcome: Outcome) -> None:
    assert isinstance(outcome.refusal, WarehouseRefused)
    first = next(result for result in outcome.results if result.failed)
    kind, _, name, *_ = first.unique_id.split(".")
    assert str(outcome.refusal).startswith(f"dbt {kind} {name} failed (and ")
    assert str(outcome.refusal).endswith(f"more): {first.message}")
