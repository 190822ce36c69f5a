from random import Random
from uuid import UUID

import pytest

from serving.recommendations.policies import policy_of

TENANT = UUID(int=1)
RANDOM = Random(5)
MEMBERS = [UUID(int=RANDOM.getrandbits(128), version=4) for _ in range(4_000)]


def control(share, tenant_id=TENANT):
    return {
        member_id
        for member_id in MEMBERS
        if policy_of(tenant_id, member_id, is_personalised=True, control_share=share) == "popularity"
    }


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_the_share_set_aside_is_the_share_asked_for(share):
    assert len(control(share)) / len(MEMBERS) == pytest.approx(share, abs=0.03)


def test_nobody_and_everybody():
    assert control(0.0) == set()
    assert control(1.0) == set(MEMBERS)


def test_a_member_keeps_its_policy_and_a_larger_share_keeps_whom_it_had():
    assert control(0.1) == control(0.1) < control(0.2)


def test_another_tenants_share_is_another_one():
    assert control(0.5) != control(0.5, UUID(int=2))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_who_refused_is_in_no_experiment(share):
    assert policy_of(TENANT, MEMBERS[0], is_personalised=False, control_share=share) == "unpersonalised"
