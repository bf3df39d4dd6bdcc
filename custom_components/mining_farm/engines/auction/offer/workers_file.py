"""The workers file: the auction miner's own TOML, with the line of what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
import tomllib
from typing import Any, NoReturn

from ..errors import AuctionError, NumberError, WorkersFileError
from ..models import Bid, WorkerSet
from ..places import resolved
from ..regular_file import DISK_SILENT, DISK_WITHIN, Disk, read_regular, run_within
from ..wire.bids import MAX_SIZE_FP18, MAX_WORKERS, encode_bids
from ..wire.numbers import parse_fp18
from .offer import Offer
from .toml_lines import find_line
from .worker_split import list_hashrates, split_hashrates, worker_set

MAX_BYTES = 1_000_000
_KEYS_OF_SET = frozenset(("price_multiplier", "hashrates", "worker_sizes", "pool"))


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletSettings:
    """Where the hotkey is."""

    name: str
    hotkey: str
    directory: Path
    """With ~ expanded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSettings:
    """Workers of one price; exactly one of hashrates and sizes is given."""

    name: str | None
    """Below [workers.sets]; None: it is [workers] itself."""
    price_multiplier: object
    """Only a text can be bid; the file may hold anything."""
    hashrates: tuple[str, ...] | None
    """PH/s, to be cut into workers."""
    sizes: Mapping[str, int] | None
    """Workers by size in PH/s, as written."""
    pool: str | None = None
    """The proxy's pool or goal that gets what these win."""

    @property
    def path(self) -> tuple[str, ...]:
        """Where it stands in the file."""
        return ("workers",) if self.name is None else ("workers", "sets", self.name)

    def workers(self) -> WorkerSet:
        """Return the workers; CommitmentError or WorkersFileError."""
        price = self._price()
        if self.hashrates is None:
            workers = worker_set(price, self.sizes or {})
        else:
            workers = split_hashrates(price, self.hashrates)
        return replace(workers, pool=self.pool)

    def offer_1(self) -> Offer:
        """Return a list of hashrates as a bid of version 1."""
        workers = list_hashrates(self._price(), self.hashrates or ())
        bids = [
            Bid(size=size, price_fp18=workers.price_fp18, count=count)
            for size, count in workers.sizes.items()
        ]
        return Offer(sets=(workers,), payload=encode_bids(bids, version=1))

    def _price(self) -> str:
        if isinstance(price := self.price_multiplier, str):
            return price
        raise WorkersFileError(
            f"{'.'.join(self.path)}.price_multiplier is not in quotes"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    """A workers file as it is written."""

    network: str
    """A name or a websocket URL."""
    netuid: int
    wallet: WalletSettings
    sets: tuple[SetSettings, ...]
    """One without a name, or some with names and a price each."""

    def offer(self, *, version_1: bool = False) -> Offer:
        """Return the bid; WorkersFileError or CommitmentError where there can be none.

        Version 1 is for lists of hashrates on networks before their switch to
        version 2: everywhere else it is ignored.
        """
        first = self.sets[0]
        if version_1 and first.name is None and first.hashrates is not None:
            return first.offer_1()
        return Offer.of(*(each.workers() for each in self.sets))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkersFile:
    """A workers file that can be bid."""

    settings: FileSettings
    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkersReading:
    """What the file holds now."""

    in_force: WorkersFile | None
    """The last good one; None where there was none yet."""
    problem: WorkersFileError | None
    """What is wrong with the file as it is now: nothing may be published."""


class WorkersSource:
    """Reads the file each time, and remembers the last good one."""

    def __init__(self, path: Path, *, version_1: bool = False) -> None:
        """Read nothing yet."""
        self.path = path
        self._version_1 = version_1
        self._disk = Disk()
        self._last_good: WorkersFile | None = None

    async def read_in_time(self) -> WorkersReading:
        """Return the same as `read`, within seconds."""
        try:
            return await self._disk.run(self.read)
        except TimeoutError:
            problem = WorkersFileError(DISK_SILENT)
            return WorkersReading(in_force=self._last_good, problem=problem)

    def read(self) -> WorkersReading:
        """Return what is in force, and what is wrong with the file. Blocks for the disk."""
        try:
            self._last_good = read_workers_file(self.path, version_1=self._version_1)
        except WorkersFileError as err:
            return WorkersReading(in_force=self._last_good, problem=err)
        return WorkersReading(in_force=self._last_good, problem=None)


async def open_workers_file(path: Path, *, version_1: bool = False) -> WorkersFile:
    """Return a file's settings and workers, as `read_workers_file`, within seconds."""
    read = partial(read_workers_file, path, version_1=version_1)
    try:
        return await run_within(DISK_WITHIN, read)
    except TimeoutError:
        raise WorkersFileError(DISK_SILENT) from None


def read_workers_file(path: Path, *, version_1: bool = False) -> WorkersFile:
    """Return a file's settings and workers; WorkersFileError with the line. Blocks."""
    try:
        raw = read_regular(resolved(path), MAX_BYTES + 1)
    except OSError as err:
        raise WorkersFileError(f"cannot be read: {err.strerror or err}") from err
    if len(raw) > MAX_BYTES:
        raise WorkersFileError(f"is larger than {MAX_BYTES} bytes")
    try:
        text = raw.decode()
    except UnicodeDecodeError as err:
        line = raw.count(b"\n", 0, err.start) + 1
        raise WorkersFileError("is not UTF-8", line=line) from err
    settings = parse_settings(text)
    for each in settings.sets:
        try:
            each.workers()
        except AuctionError as err:
            # Of a list that is bid in version 1 only the offer knows the limits.
            if not version_1 or each.hashrates is None or each.name is not None:
                raise _with_line(text, each, err) from err
    try:
        return WorkersFile(settings=settings, offer=settings.offer(version_1=version_1))
    except AuctionError as err:
        raise _with_line(text, settings.sets[0], err) from err


def parse_settings(text: str) -> FileSettings:
    """Return what the text of a file says; WorkersFileError with the line.

    As lenient as the original: whether a bid can be made of it is the offer's matter.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        raise WorkersFileError(err.msg, line=err.lineno) from err
    except (ValueError, RecursionError) as err:
        # Python's own limits: digits of a number, and brackets in brackets.
        raise WorkersFileError("holds a number or brackets beyond reason") from err
    return _Parser(text, document).settings()


class _Parser:
    """Takes a document apart; knows the text for the line of what is wrong."""

    def __init__(self, text: str, document: Mapping[str, Any]) -> None:
        self._text = text
        self._document = document

    def settings(self) -> FileSettings:
        chain = self._fields("bittensor", "network", "netuid")
        wallet = self._fields("wallet", "name", "hotkey_name", "directory")
        return FileSettings(
            network=self._text_of(chain, "bittensor", "network"),
            netuid=self._netuid(chain["netuid"]),
            wallet=WalletSettings(
                name=self._text_of(wallet, "wallet", "name"),
                hotkey=self._text_of(wallet, "wallet", "hotkey_name"),
                directory=self._directory(self._text_of(wallet, "wallet", "directory")),
            ),
            sets=self._sets(self._table("workers")),
        )

    def _sets(self, workers: Mapping[str, Any]) -> tuple[SetSettings, ...]:
        if "sets" not in workers:
            return (self._set(workers, None),)
        for key in ("price_multiplier", "hashrates", "worker_sizes"):
            if key in workers:
                self._fail(f"{key} is given by each set", "workers", key)
        if not isinstance(sets := workers["sets"], dict) or not sets:
            self._fail("sets is not a table of sets", "workers", "sets")
        for name, given in sets.items():
            where = ("workers", "sets", name)
            if not isinstance(given, dict):
                self._fail("is not a table", *where)
            for key in given.keys() - _KEYS_OF_SET:
                self._fail(f"{key} is not known here", *where, key)
        return tuple(self._set(given, name) for name, given in sets.items())

    def _set(self, given: Mapping[str, Any], name: str | None) -> SetSettings:
        where = ("workers",) if name is None else ("workers", "sets", name)
        if "price_multiplier" not in given:
            self._fail("price_multiplier is missing", *where)
        hashrates, sizes = self._amounts(given, where)
        pool = None
        if name is not None and "pool" in given:
            pool = given["pool"]
            if not isinstance(pool, str) or not pool.strip():
                self._fail("pool is not a text in quotes", *where, "pool")
        return SetSettings(
            name=name,
            price_multiplier=given["price_multiplier"],
            hashrates=hashrates,
            sizes=sizes,
            pool=pool,
        )

    def _directory(self, text: str) -> Path:
        try:
            return Path(text).expanduser()
        except RuntimeError:
            self._fail("there is no such home directory", "wallet", "directory")

    def _amounts(
        self, workers: Mapping[str, Any], where: tuple[str, ...]
    ) -> tuple[tuple[str, ...] | None, Mapping[str, int] | None]:
        given = [key for key in ("hashrates", "worker_sizes") if key in workers]
        if len(given) != 1:
            self._fail(
                "exactly one of hashrates and worker_sizes is needed",
                *where,
                *given[1:],
            )
        key = given[0]
        match workers[key]:
            # The original takes a table of sizes under the name "hashrates" as well.
            case dict() as table:
                return None, self._sizes((*where, key), table)
            case list() as hashrates if key == "hashrates":
                return self._hashrates((*where, key), hashrates), None
            case _:
                shape = "a list or a table" if key == "hashrates" else "a table"
                return self._fail(f"{key} is not {shape}", *where, key)

    def _sizes(
        self, path: tuple[str, ...], table: Mapping[str, Any]
    ) -> Mapping[str, int]:
        sizes: dict[str, int] = {}
        for written, value in table.items():
            where = (*path, written)
            size = written.strip()
            # The original loads sizes below 0.05, and fails only when it makes the bid.
            if self._number(size, where, written) > MAX_SIZE_FP18:
                self._fail(f"size {size} is above 0.45 PH/s", *where, item=written)
            try:
                count = int(value)
            except TypeError, ValueError, OverflowError:
                self._fail(f"size {size}: {value!r} is no count", *where, item=written)
            if count < 1:
                self._fail(f"size {size}: the count is below 1", *where, item=written)
            sizes[size] = count
        if not sizes:
            self._fail(f"{path[-1]} is empty", *path)
        if (total := sum(sizes.values())) > MAX_WORKERS:
            self._fail(f"{total} workers are more than {MAX_WORKERS}", *path)
        return sizes

    def _hashrates(self, where: tuple[str, ...], values: list[Any]) -> tuple[str, ...]:
        if not values:
            self._fail(f"{where[-1]} is empty", *where)
        for value in values:
            if not isinstance(value, str) or not value.strip():
                self._fail(
                    f"hashrate {value!r} is not a number in quotes",
                    *where,
                    item=str(value),
                )
            self._number(value, where, value)
        return tuple(value.strip() for value in values)

    def _number(self, text: str, where: tuple[str, ...], item: str) -> int:
        try:
            return parse_fp18(text)
        except NumberError as err:
            self._fail(str(err), *where, item=item)

    def _netuid(self, value: object) -> int:
        # The original takes it in quotes as well.
        if isinstance(value, str) and value.strip().isdecimal():
            value = int(value)
        if type(value) is not int or not 0 <= value <= 0xFFFF:
            self._fail("netuid is not a number up to 65535", "bittensor", "netuid")
        return value

    def _text_of(self, table: Mapping[str, Any], name: str, key: str) -> str:
        if not isinstance(value := table[key], str) or not value.strip():
            self._fail(f"{key} is not a text in quotes", name, key)
        return value

    def _fields(self, name: str, *keys: str) -> Mapping[str, Any]:
        table = self._table(name)
        for key in keys:
            if key not in table:
                self._fail(f"{key} is missing", name)
        for key in table:
            if key not in keys:
                self._fail(f"{key} is not known here", name, key)
        return table

    def _table(self, name: str) -> Mapping[str, Any]:
        if not isinstance(table := self._document.get(name), dict):
            self._fail(f"[{name}] is missing", name)
        return table

    def _fail(self, reason: str, *path: str, item: str | None = None) -> NoReturn:
        where = ".".join(path[: 3 if path[1:2] == ("sets",) else 2])
        raise WorkersFileError(
            reason if not where or where in reason else f"{where}: {reason}",
            line=find_line(self._text, path, item),
        )


def _with_line(text: str, settings: SetSettings, err: AuctionError) -> WorkersFileError:
    """Return why the workers make no bid, with the line of what is named."""
    reason = err.reason if isinstance(err, WorkersFileError) else str(err)
    amounts: tuple[str, ...] = (*(settings.hashrates or ()), *(settings.sizes or ()))
    named = next((amount for amount in amounts if repr(amount) in reason), None)
    if named is None and not _is_number(settings.price_multiplier):
        path = (*settings.path, "price_multiplier")
        return WorkersFileError(reason, line=find_line(text, path))
    for key in ("worker_sizes", "hashrates"):
        path = (*settings.path, key)
        if line := find_line(text, (*path, named or "")) or find_line(
            text, path, named
        ):
            return WorkersFileError(reason, line=line)
    return WorkersFileError(reason)


def _is_number(value: object) -> bool:
    try:
        return isinstance(value, str) and parse_fp18(value) is not None
    except NumberError:
        return False
