"""Random sequences of everything a mall does, against the slow model: decisions alone, and on PostgreSQL.

`POINTMART_PROOF_EXAMPLES` multiplies the number of sequences; what fails is printed as a few lines of Python.
"""

import os
from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.transactional.machine.campaign_rules import CampaignRules
from tests.transactional.machine.database import OnPostgres
from tests.transactional.machine.draw_rules import DrawRules
from tests.transactional.machine.exchange_rules import ExchangeRules
from tests.transactional.machine.memory import InMemory
from tests.transactional.machine.points_rules import PointsRules
from tests.transactional.machine.redemption_rules import RedemptionRules
from tests.transactional.machine.time_rules import TimeRules


class Everything(PointsRules, RedemptionRules, DrawRules, ExchangeRules, CampaignRules, TimeRules):
    """All that can happen; another capability adds its rules here."""


def run(engine, *, examples, steps):
    """Run random sequences on malls made by `engine`."""

    class Machine(Everything):
        make_engine = staticmethod(engine)

    times = int(os.environ.get("POINTMART_PROOF_EXAMPLES", "1"))
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples * times,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_decisions_agree_with_the_slow_model():
    run(InMemory, examples=200, steps=60)


def test_the_committer_on_postgres_agrees_with_the_slow_model(database_url):
    run(partial(OnPostgres, database_url), examples=40, steps=50)
