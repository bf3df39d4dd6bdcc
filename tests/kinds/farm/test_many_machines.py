"""What a farm does where it has many machines or containers, and something befalls one."""

from functools import partial

from custom_components.mining_farm.common.members import (
    ContainerFacts,
    Member,
    async_members,
)
from custom_components.mining_farm.engines.farm import Phase

from .site import Site, plant

MANY = 60
HOSTS = [f"10.0.0.{n}" for n in range(MANY)]
LEAK = {"leakage_fault": True}


async def test_each_machine_that_stops_is_no_reason_to_look_at_all(site: Site) -> None:
    """The group is looked at every second meanwhile, however many stop in it."""
    machines = [site.add_machine(f"axe{n}", host=host) for n, host in enumerate(HOSTS)]
    known = site.add_member("north", "container", plant())
    asked = 0

    def facts() -> ContainerFacts:
        nonlocal asked
        asked += 1
        found: ContainerFacts = known["facts"]
        return found

    async_members(site.hass).add(Member(entry_id="north", name="north", facts=facts))
    await site.add_farm(armed=True, groups={"north": {"containers": ["north"]}})
    hosts = frozenset(HOSTS)
    await site.read(known, "north", miner_hosts=hosts)
    await site.read(known, "north", miner_hosts=hosts, bits=LEAK)
    asked = 0
    await site.read(known, "north", miner_hosts=hosts, bits=LEAK)
    await site.settle()
    assert all(machine.asleep for machine in machines)
    assert asked < 20
    for _ in range(3):
        await site.later(1)
    assert site.farm.groups["north"].memory.phase is not Phase.STOPPING


async def test_trouble_of_one_container_lets_all_be_read(site: Site) -> None:
    """At once, and once: what befalls one, as without mains, may befall all."""
    read: list[str] = []
    known = {
        name: site.add_member(name, "container", plant())
        for name in ("north", "south", "west")
    }
    for name, facts in known.items():

        async def refresh(name: str = name) -> None:
            read.append(name)

        member = Member(
            entry_id=name,
            name=name,
            facts=partial(facts.__getitem__, "facts"),
            refresh=refresh,
        )
        async_members(site.hass).add(member)
    await site.add_farm(
        armed=True, groups={name: {"containers": [name]} for name in known}
    )
    assert read == []
    await site.read(known["north"], "north", bits=LEAK)
    assert sorted(read) == ["north", "south", "west"]
    # South has it as well: it alone is read again, the others have just been.
    await site.read(known["south"], "south", bits=LEAK)
    assert sorted(read) == ["north", "south", "south", "west"]
