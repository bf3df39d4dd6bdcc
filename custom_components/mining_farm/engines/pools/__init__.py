"""Pools: how mining pools see the workers of an account, many dialects, one answer."""

from .client import PoolClient
from .dialect import AccountKind, Defaults, Dialect, Service, TokenUse
from .models import (
    Account,
    AccountReport,
    Outcome,
    PoolRequest,
    WorkerAnswer,
    WorkerReport,
)
from .registry import POOLS, successors
from .verdict import PoolVerdict, VerdictKind, VerdictReason, judge

__all__ = [
    "POOLS",
    "Account",
    "AccountKind",
    "AccountReport",
    "Defaults",
    "Dialect",
    "Outcome",
    "PoolClient",
    "PoolRequest",
    "PoolVerdict",
    "Service",
    "TokenUse",
    "VerdictKind",
    "VerdictReason",
    "WorkerAnswer",
    "WorkerReport",
    "judge",
    "successors",
]
