"""The original's environment variables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.environment import (
    allows_version_1,
    find_route,
)
from custom_components.mining_farm.engines.auction.proxy.routing import (
    BraiinsRoute,
    IhpRoute,
)
from tests.reference import twin, vectors


@twin("test_which_proxy")
@pytest.mark.parametrize("case", vectors("auction", "proxy_mode.json"))
def test_reference_mode(case: Mapping[str, Any], tmp_path: Path) -> None:
    """The proxy is the one that the reference takes."""
    there = tmp_path / "pools.toml"
    there.touch()
    paths = {"exists": str(there), "missing": str(tmp_path / "none.toml")}
    environment = {}
    for name, value in case["input"].items():
        if value is not None:
            for word, path in paths.items():
                value = value.replace(word, path)
            environment[name] = value
    kind = IhpRoute if case["expected"] == "ihp" else BraiinsRoute
    assert isinstance(find_route(environment), kind)


@pytest.mark.parametrize(
    ("mode", "pools", "kind"),
    [
        (None, None, BraiinsRoute),
        (None, "there", IhpRoute),
        (None, "missing", BraiinsRoute),
        (None, "  ", BraiinsRoute),
        (" Braiins ", "there", BraiinsRoute),
        ("IHP\n", "missing", IhpRoute),
        ("else", "there", IhpRoute),
        ("else", None, BraiinsRoute),
    ],
)
def test_which_proxy(
    mode: str | None,
    pools: str | None,
    kind: type[IhpRoute | BraiinsRoute],
    tmp_path: Path,
) -> None:
    """The one that is named, else that of a pool list that exists."""
    (tmp_path / "there").touch()
    environment = {}
    if mode is not None:
        environment["APS_MINER_PROXY_MODE"] = mode
    if pools is not None:
        path = pools if pools.isspace() else str(tmp_path / pools)
        environment["APS_MINER_POOLS_CONFIG_PATH"] = path
    assert isinstance(find_route(environment), kind)


def test_defaults() -> None:
    """Without any variable, the original's places."""
    assert find_route({}) == BraiinsRoute(
        profile=Path("/root/src/brainsproxy/active_profile.toml"),
        sentinel=Path("/root/src/brainsproxy/.reconfigure"),
    )
    assert find_route({"APS_MINER_PROXY_MODE": " IHP "}) == IhpRoute(
        pools=Path("/root/src/proxy/pools.toml"),
        sentinel=Path("/root/src/proxy/.reload-ihp"),
        pool_name="central-proxy",
    )


def test_all_variables(tmp_path: Path) -> None:
    """Each place and name can be another."""
    pools = tmp_path / "p.toml"
    pools.touch()
    ihp = {
        "APS_MINER_POOLS_CONFIG_PATH": str(pools),
        "APS_MINER_IHP_RELOAD_SENTINEL": "/s",
        "APS_MINER_SUBNET_POOL_NAME": "ours",
    }
    assert find_route(ihp) == IhpRoute(
        pools=pools, sentinel=Path("/s"), pool_name="ours"
    )
    braiins = {
        "BRAIINSPROXY_ACTIVE_PROFILE": "/p",
        "BRAIINSPROXY_RELOAD_SENTINEL": "/s",
    }
    assert find_route(braiins) == BraiinsRoute(profile=Path("/p"), sentinel=Path("/s"))


@pytest.mark.parametrize(
    ("value", "allowed"),
    [("1", True), (" YES ", True), ("on", True), ("0", False), ("", False)],
)
def test_version_1(value: str, allowed: bool) -> None:
    """Only the original's words for yes."""
    assert allows_version_1({"APS_MINER_ALLOW_V1": value}) is allowed
    assert not allows_version_1({})
