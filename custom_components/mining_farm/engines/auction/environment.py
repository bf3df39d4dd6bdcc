"""The original's environment variables, for the command line alone."""

from collections.abc import Mapping
from pathlib import Path

from .proxy.routing import BraiinsRoute, IhpRoute, Route

_IHP_POOLS = "/root/src/proxy/pools.toml"
_IHP_SENTINEL = "/root/src/proxy/.reload-ihp"
_BRAIINS_PROFILE = "/root/src/brainsproxy/active_profile.toml"
_BRAIINS_SENTINEL = "/root/src/brainsproxy/.reconfigure"


def allows_version_1(environment: Mapping[str, str]) -> bool:
    """Return whether a list of hashrates is to be bid in version 1."""
    value = environment.get("APS_MINER_ALLOW_V1", "")
    return value.strip().lower() in {"1", "true", "yes", "on"}


def find_route(environment: Mapping[str, str]) -> Route:
    """Return the proxy that the environment names, with the original's defaults."""
    pools = environment.get("APS_MINER_POOLS_CONFIG_PATH", "")
    mode = environment.get("APS_MINER_PROXY_MODE", "").strip().lower()
    if mode not in {"ihp", "braiins"}:
        mode = "ihp" if pools.strip() and Path(pools).exists() else "braiins"
    if mode == "ihp":
        return IhpRoute(
            pools=Path(pools or _IHP_POOLS),
            sentinel=Path(
                environment.get("APS_MINER_IHP_RELOAD_SENTINEL") or _IHP_SENTINEL
            ),
            pool_name=environment.get("APS_MINER_SUBNET_POOL_NAME", "central-proxy"),
        )
    return BraiinsRoute(
        profile=Path(
            environment.get("BRAIINSPROXY_ACTIVE_PROFILE") or _BRAIINS_PROFILE
        ),
        sentinel=Path(
            environment.get("BRAIINSPROXY_RELOAD_SENTINEL") or _BRAIINS_SENTINEL
        ),
    )
