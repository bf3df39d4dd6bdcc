"""The registry of kinds: what each folder offers, and that no two of them collide."""

from importlib import import_module
from inspect import getmembers, isfunction
from itertools import combinations
from pathlib import Path

import pytest

from custom_components.mining_farm import kinds
from custom_components.mining_farm.config_flow import FLOWS
from custom_components.mining_farm.const import Kind
from custom_components.mining_farm.kinds import OFFERS, Module
from homeassistant.config_entries import ConfigFlow

FOLDER = Path(kinds.__file__).parent


def own_names(steps: type[ConfigFlow]) -> set[str]:
    """Return the names that a kind's steps add to Home Assistant's config flow.

    Not those that it has itself (`async_remove`): overriding calls the next one.
    """
    return {
        name
        for base in steps.__mro__
        if issubclass(base, ConfigFlow) and base is not ConfigFlow
        for name in (*vars(base), *getattr(base, "__annotations__", {}))
        if not hasattr(ConfigFlow, name) and not name.startswith("__")
    }


def test_every_folder_is_a_kind() -> None:
    """The registry, the enumeration and the folders name the same kinds."""
    folders = {
        path.name for path in FOLDER.iterdir() if (path / "__init__.py").exists()
    }
    assert folders == set(Kind) == set(OFFERS) == set(FLOWS)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("module", Module)
def test_a_kind_offers_the_modules_that_it_has(kind: Kind, module: Module) -> None:
    """A module that the registry does not name is never imported."""
    assert (FOLDER / kind / f"{module}.py").exists() == (module in OFFERS[kind])


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_has_a_module_for_each_platform(kind: Kind) -> None:
    """And for no other."""
    apart = f".{Module.SETUP}" if Module.SETUP in OFFERS[kind] else ""
    offers = import_module(f"{kinds.__name__}.{kind}{apart}")
    for platform in offers.PLATFORMS:
        assert (FOLDER / kind / f"{platform}.py").exists()


@pytest.mark.parametrize(("one", "other"), combinations(Kind, 2))
def test_no_two_kinds_have_a_step_of_the_same_name(one: Kind, other: Kind) -> None:
    """The steps of all kinds share one class: a name of two would hide one of them."""
    assert not own_names(FLOWS[one].steps) & own_names(FLOWS[other].steps)


@pytest.mark.parametrize("kind", Kind)
def test_steps_begin_with_their_kind(kind: Kind) -> None:
    """So that texts and steps of a kind are found by its name."""
    names = [
        name.removeprefix("async_step_")
        for base in FLOWS[kind].steps.__mro__
        if issubclass(base, ConfigFlow) and base is not ConfigFlow
        for name, _ in getmembers(base, isfunction)
        if name in vars(base) and name.startswith("async_step_")
    ]
    discovery = {"dhcp", "zeroconf"}
    assert [
        name for name in names if not name.startswith(kind) and name not in discovery
    ] == []
    assert set(FLOWS[kind].menu) <= set(names)
