"""Reads the rigs.json of the original rig restarter; every mistake is named."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import json
import math
from typing import Any

from ....common.address import split_address
from ....engines.pools import POOLS, Account, AccountKind
from ..const import (
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_COIN,
    CONF_KASA_HOST,
    CONF_MAX_RESTARTS,
    CONF_POOL,
    CONF_TIME_UNTIL_OFFLINE,
    CONF_TOKEN,
    CONF_WORKER,
)
from ..policy import POLICY_FIELDS, PolicyField, pool_defaults
from .base_url import is_base_url

PLUG_NAME = "smart_strip_plug_name"
PLUG_NUMBER = "smart_strip_plug_number"
ENDPOINT = "endpoint"
ORIGINAL_COIN = "eth"
"""What the original asks pools for where a rig names no coin."""

_TEXTS = (
    CONF_POOL,
    CONF_ACCOUNT,
    CONF_WORKER,
    CONF_KASA_HOST,
    CONF_COIN,
    CONF_TOKEN,
    CONF_BASE_URL,
    ENDPOINT,
    PLUG_NAME,
)
"""The original's, and what its successors of today need: token and base_url."""
_REQUIRED = (CONF_POOL, CONF_WORKER, CONF_KASA_HOST)
_POLICY = {policy_field.key: policy_field for policy_field in POLICY_FIELDS}
_NO_PLUG_NUMBER = -1
_ACCOUNT_FIELDS = {
    "account": CONF_ACCOUNT,
    "coin": CONF_COIN,
    "token": CONF_TOKEN,
    "base_url": CONF_BASE_URL,
}


class Mistake(StrEnum):
    """What is wrong with a pasted file, or with one of its rigs."""

    NOT_JSON = "not_json"
    NO_RIGS = "no_rigs"
    NOT_A_RIG = "not_a_rig"
    UNKNOWN_FIELD = "unknown_field"
    REPEATED_FIELD = "repeated_field"
    MISSING_FIELD = "missing_field"
    NOT_TEXT = "not_text"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_POOL = "unknown_pool"
    INVALID_URL = "invalid_url"
    WORKER_IN_USE = "worker_in_use"
    OUTLET_IN_USE = "outlet_in_use"
    OUTLET_UNREACHABLE = "outlet_unreachable"
    OUTLET_AUTH = "outlet_auth"
    OUTLET_UNSUPPORTED = "outlet_unsupported"
    NO_SUCH_OUTLET = "no_such_outlet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake; `known` fills in its text, and holds no secrets."""

    mistake: Mistake
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRig:
    """One rig as the file describes it."""

    label: str
    account: Account = field(repr=False)
    worker: str = field(repr=False)
    host: str
    plug_name: str | None
    plug_number: int | None
    """Counted from 0."""
    policy: Mapping[str, float]
    """By the names of the options, in their units."""


class _Object(dict[str, Any]):
    """A JSON object that knows which of its names were given twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.repeated = {name for name in names if names.count(name) > 1}


def parse_rigs(text: str) -> tuple[list[FileRig], list[Problem]]:
    """Return the rigs of a list or of a single object, and all mistakes.

    A rig with a mistake is not among the rigs.
    """
    try:
        content = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_Object)
    except json.JSONDecodeError as err:
        place = {"line": str(err.lineno), "column": str(err.colno)}
        return [], [Problem(mistake=Mistake.NOT_JSON, known=place)]
    except RecursionError, ValueError:
        return [], [Problem(mistake=Mistake.NO_RIGS)]
    listed = [content] if isinstance(content, _Object) else content
    if not isinstance(listed, list) or not listed:
        return [], [Problem(mistake=Mistake.NO_RIGS)]
    rigs: list[FileRig] = []
    problems: list[Problem] = []
    for number, fields in enumerate(listed, start=1):
        reader = _Reader(fields, number)
        if (rig := reader.read()) is not None:
            rigs.append(rig)
        problems += reader.problems
    return rigs, problems


class _Reader:
    """Reads one rig."""

    def __init__(self, fields: Any, number: int) -> None:  # noqa: ANN401
        self.problems: list[Problem] = []
        self._given = fields
        self._label = f"#{number}"
        if isinstance(fields, _Object):
            name = fields.get(CONF_WORKER)
            if isinstance(name, str) and name.strip():
                self._label += f" {name.strip()}"

    def read(self) -> FileRig | None:
        """Return the rig; None and problems where anything is wrong."""
        if not isinstance(self._given, _Object):
            self._complain(Mistake.NOT_A_RIG)
            return None
        for name in sorted(self._given.repeated):
            self._complain(Mistake.REPEATED_FIELD, field=name)
        for name in self._given:
            if name not in _TEXTS and name not in _POLICY and name != PLUG_NUMBER:
                self._complain(Mistake.UNKNOWN_FIELD, field=name)
        texts = {name: self._text(name) for name in _TEXTS}
        numbers = {name: self._number(one) for name, one in _POLICY.items()}
        plug_number = self._plug_number()
        for name in _REQUIRED:
            if texts[name] == "":
                self._complain(Mistake.MISSING_FIELD, field=name)
        account = self._account(texts)
        if self.problems or account is None:
            return None
        given = {name: n for name, n in numbers.items() if n is not None}
        if CONF_MAX_RESTARTS in given:
            # The original stops where ours would cut for the last time.
            given[CONF_MAX_RESTARTS] = max(1, given[CONF_MAX_RESTARTS] - 1)
        return FileRig(
            label=self._label,
            account=account,
            worker=texts[CONF_WORKER] or "",
            host=split_address(texts[CONF_KASA_HOST] or "")[0],
            plug_name=texts[PLUG_NAME] or None,
            plug_number=plug_number,
            policy={**pool_defaults(account.pool), **given},
        )

    def _account(self, texts: Mapping[str, str | None]) -> Account | None:
        if not (name := texts[CONF_POOL]):
            return None
        dialect = POOLS.get(name.casefold())
        if dialect is None:
            known = ", ".join(sorted(POOLS))
            self._complain(Mistake.UNKNOWN_POOL, pool=name, known=known)
            return None
        token_only = dialect.account_kind is AccountKind.TOKEN_ONLY
        base_url = texts[CONF_BASE_URL] or texts[ENDPOINT]
        coin = texts[CONF_COIN]
        if coin == "" and ORIGINAL_COIN in (dialect.coins or ()):
            coin = ORIGINAL_COIN
        account = Account(
            pool=dialect.key,
            account="" if token_only else texts[CONF_ACCOUNT] or "",
            coin=coin or None,
            token=texts[CONF_TOKEN] or None,
            base_url=base_url or None,
        )
        # A pool that has closed is taken over; a repair offers another.
        ours = dialect.base_url is not None
        for missing in dialect.missing(account):
            if missing == "base_url" and ours:
                continue
            if texts[_ACCOUNT_FIELDS[missing]] == "":
                self._complain(Mistake.MISSING_FIELD, field=_ACCOUNT_FIELDS[missing])
        if account.base_url and not is_base_url(account.base_url):
            self._complain(Mistake.INVALID_URL, field=CONF_BASE_URL)
        return account

    def _text(self, name: str) -> str | None:
        """Return a text, empty where it is not given, None where it is none."""
        value = self._given.get(name)
        if value is None or isinstance(value, str):
            return (value or "").strip()
        self._complain(Mistake.NOT_TEXT, field=name)
        return None

    def _number(self, one: PolicyField) -> float | None:
        value = self._given.get(one.key)
        if value is None:
            return None
        if not self._is_number(one.key, value, integer=one.integer):
            return None
        # For the original this meant to go by the pool's own flag, which always counts.
        if one.key == CONF_TIME_UNTIL_OFFLINE and value <= 0:
            return None
        if not one.least <= value <= one.most:
            self._complain(
                Mistake.OUT_OF_RANGE,
                field=one.key,
                least=f"{one.least:g}",
                most=f"{one.most:g}",
            )
            return None
        return one.plain(value)

    def _plug_number(self) -> int | None:
        value = self._given.get(PLUG_NUMBER)
        if isinstance(value, str):
            value = self._plug_number_of(value.strip())
        # The original took a negative number for none.
        if value is None or value == _NO_PLUG_NUMBER:
            return None
        if not self._is_number(PLUG_NUMBER, value, integer=True):
            return None
        return int(value)

    def _plug_number_of(self, text: str) -> int | str | None:
        """Return the number in a text, or the text; None where the name decides.

        The original's example gives the plug's name for its number as well.
        """
        if text.removeprefix("-").isdecimal() and len(text) < 10:
            return int(text)
        return None if not text or self._given.get(PLUG_NAME) else text

    def _is_number(self, name: str, value: Any, *, integer: bool) -> bool:  # noqa: ANN401
        """Return whether a value is a finite number; JSON as Python reads it has others."""
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or (isinstance(value, float) and not math.isfinite(value))
        ):
            self._complain(Mistake.NOT_A_NUMBER, field=name)
        elif integer and value != int(value):
            self._complain(Mistake.NOT_WHOLE, field=name)
        else:
            return True
        return False

    def _complain(self, mistake: Mistake, **known: str) -> None:
        self.problems.append(
            Problem(mistake=mistake, known={"rig": self._label, **known})
        )
