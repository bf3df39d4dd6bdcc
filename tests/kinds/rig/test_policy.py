"""A rig's policy: what a pool proposes, and what the decision takes for granted."""

from dataclasses import fields

from custom_components.mining_farm.engines.pools.dialect import Defaults
from custom_components.mining_farm.engines.restart import Policy


def test_a_pool_proposes_the_defaults_of_the_policy() -> None:
    """The engines do not know each other: here their defaults are held together."""
    proposed, policy = Defaults(), Policy()
    names = [field.name for field in fields(proposed)]
    assert names
    assert [getattr(proposed, name) for name in names] == [
        getattr(policy, name) for name in names
    ]
