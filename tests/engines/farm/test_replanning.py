"""How a curtailment that is in force follows another number of W."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.farm import (
    Candidate,
    Curtailment,
    CurtailmentProgress as Progress,
    Held,
    LeverKind,
    MachineFacts,
    MachineState,
    Standing,
    Target,
    Targets,
    drawn,
    eased,
    plan,
    replanned,
)

NOW = datetime(2026, 6, 21, 5, 0, tzinfo=UTC)
TARGETS = Targets(least=1000.0, most=3000.0, step=100.0)


def machine(
    name: str, rate: float = 1e14, *, watts: float | None = 3000.0, lowers: bool = False
) -> Candidate:
    """Return a machine that hashes."""
    facts = MachineFacts(
        state=MachineState.HASHING, power=watts, hashrate=rate, algorithm="sha256"
    )
    return Candidate(
        machine=name,
        facts=facts,
        levers=(LeverKind.SLEEP,),
        reach=TARGETS if lowers else None,
    )


class Site:
    """Machines that follow at once what is planned."""

    def __init__(self, *machines: Candidate) -> None:
        """Take them as they are with nothing in force."""
        self.machines = {each.machine: each for each in machines}
        self.current = Curtailment(since=NOW)
        self.held: dict[str, Held] = {}
        self.log: list[str] = []

    def begin(self, to: float) -> None:
        """Begin, as it is begun the first time."""
        planned = plan(self.machines.values(), Target(to=to))
        self.current = Curtailment(
            since=NOW, need=planned.need, loads=planned.loads, count=planned.count
        )
        self._follow()

    def allow(self, to: float, **unrested: bool) -> None:
        """Let another number be followed."""
        held = {
            name: replace(one, rested=name not in unrested)
            for name, one in self.held.items()
        }
        after = replanned(self.current, self.seen(), held, to)
        easier = eased(after, held)
        self.current = after
        for name, load in easier.items():
            if load is None:
                del self.held[name]
                self.log.append(f"{name} free")
        self._follow()

    def seen(self) -> list[Candidate]:
        """Return the machines as they are now."""
        return [
            replace(each, facts=self.facts()[name])
            for name, each in self.machines.items()
        ]

    def facts(self) -> dict[str, MachineFacts]:
        """Return what is known of them now."""
        return {
            name: each.facts
            if (one := self.held.get(name)) is None
            else replace(
                each.facts,
                power=one.progress.to or 0.0,
                state=each.facts.state if one.progress.to else MachineState.PAUSED,
            )
            for name, each in self.machines.items()
        }

    def _follow(self) -> None:
        for load in self.current.loads[: self.current.count]:
            before = self.held.get(load.machine)
            if before is None or before.progress.to != load.to:
                self.log.append(f"{load.machine} {load.to or 'down'}")
            self.held[load.machine] = Held(
                progress=Progress(standing=Standing.DONE, to=load.to),
                reach=self.machines[load.machine].reach,
            )

    @property
    def draws(self) -> float:
        """Return what it draws."""
        return drawn(self.facts(), self.held, {})


def test_whoever_stopped_last_starts_first() -> None:
    """The worst stop first and start last, whatever the number does in between."""
    site = Site(machine("bad", 1e14), machine("usual", 2e14), machine("good", 3e14))
    site.begin(6500)
    site.allow(3500)
    site.allow(100)
    site.allow(3500)
    site.allow(6500)
    site.allow(3500)
    site.allow(9500)
    assert site.log == [
        *("bad down", "usual down", "good down", "good free", "usual free"),
        *("usual down", "bad free", "usual free"),
    ]
    assert (site.draws, site.current.count) == (9000, 0)


def test_one_that_takes_any_power_moves_alone() -> None:
    """It is lowered further and raised again; the other never notices."""
    site = Site(machine("axe", lowers=True), machine("fixed", 3e14))
    for to in (5000, 4500, 5500, 4000):
        site.begin(to) if not site.held else site.allow(to)
    assert site.log == ["axe 2000.0", "axe 1500.0", "axe 2500.0", "axe 1000.0"]


def test_from_asleep_to_less_than_all() -> None:
    """A machine that sleeps may be let run with less."""
    site = Site(machine("axe", lowers=True))
    site.begin(500)
    site.allow(1700)
    assert site.log == ["axe down", "axe 1700.0"]


def test_what_has_to_rest_stays_as_it_is_while_others_do() -> None:
    """Where that is not enough, it sleeps."""
    site = Site(machine("axe", lowers=True), machine("fixed", 3e14))
    site.begin(5000)
    site.allow(5500, axe=True)
    assert site.log == ["axe 2000.0"]
    site.allow(4500, axe=True)
    assert site.log == ["axe 2000.0", "fixed down"]
    site.allow(1500, axe=True)
    assert site.log == ["axe 2000.0", "fixed down", "axe down"]


def test_one_that_did_not_follow_keeps_its_hold_and_promises_nothing() -> None:
    """Another is taken for it; it is let go in the end."""
    site = Site(machine("deaf", 1e14), machine("good", 3e14))
    site.begin(3500)
    site.held["deaf"] = Held(progress=Progress(standing=Standing.MISSED))
    facts = {name: each.facts for name, each in site.machines.items()}
    assert drawn(facts, site.held, {}) == 6000
    after = replanned(site.current, site.machines.values(), site.held, 3500)
    assert [load.machine for load in after.loads[: after.count]] == ["good"]
    assert eased(after, site.held) == {}


def test_what_somebody_has_set_is_left() -> None:
    """Also when less is allowed than it draws."""
    site = Site(machine("mine", 1e14), machine("good", 3e14))
    site.begin(3500)
    del site.held["mine"]
    site.current = replace(site.current, left=frozenset({"mine"}))
    site.allow(2000)
    assert site.log == ["mine down", "good down"]
    assert "mine" not in site.held


def test_who_is_kept_down_by_others_is_theirs() -> None:
    """It draws nothing as long as they do."""
    site = Site(machine("bad", 1e14), machine("good", 3e14))
    site.begin(3500)
    seen = [replace(each, held=each.machine == "bad") for each in site.seen()]
    after = replanned(site.current, seen, site.held, 3500)
    assert (after.count, eased(after, site.held)) == (0, {"bad": None})


def test_an_unknown_draw_stops_only_with_what_is_known_to_be_too_much() -> None:
    """Else it would never run again."""
    site = Site(machine("unknown", watts=None), machine("good", 3e14))
    site.begin(2000)
    assert site.log == ["unknown down", "good down"]
    site.allow(3500)
    assert site.log[2:] == ["unknown free", "good free"]


def test_what_returns_counts_as_what_it_drew() -> None:
    """Until it runs it draws nothing, and soon it will."""
    down = MachineFacts(state=MachineState.PAUSED, power=10.0)
    assert drawn({"axe": down}, {}, {"axe": 3000.0}) == 3000
    assert drawn({"axe": down}, {}, {}) == 0


names = st.sampled_from(["a", "b", "c", "d", "e"])
sites = st.lists(
    st.builds(
        machine,
        names,
        st.sampled_from([1e14, 2e14, 3e14]),
        watts=st.sampled_from([500.0, 2000.0, 3000.0]),
        lowers=st.booleans(),
    ),
    min_size=1,
    unique_by=lambda each: each.machine,
)
numbers = st.lists(st.floats(min_value=0, max_value=14000), min_size=1, max_size=8)


@given(sites, numbers)
def test_whatever_is_allowed(machines: list[Candidate], told: list[float]) -> None:
    """No more is drawn than that; all runs once all is allowed; the same moves nothing."""
    site = Site(*machines)
    everything = site.draws
    site.begin(told[0])
    for to in told:
        site.allow(to)
        assert site.draws <= to + 1e-6
        before = list(site.log)
        site.allow(to)
        assert site.log == before
    site.allow(everything)
    assert not site.held
    assert site.draws == pytest.approx(everything)


@given(sites, numbers)
def test_the_turns_stay(machines: list[Candidate], told: list[float]) -> None:
    """Machines without levels stop in one order and start in the reverse."""
    plain = [replace(each, reach=None) for each in machines]
    site = Site(*plain)
    site.begin(0)
    turns = [load.machine for load in site.current.loads]
    for to in told:
        site.allow(to)
        down = [each for each in turns if each in site.held]
        assert down == turns[: len(down)]
