"""Who is on the simulated subnet: validators that vote, miners that bid, by a seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from .accounts import ALICE, named
from .storage import data_field

RAO = 10**9
OWN_BID = b"2;b;BTC,0.97=0.1:2,0.2:3"
_SIZES = ("0.05", "0.08", "0.1", "0.12", "0.15", "0.2", "0.25", "0.3", "0.45")
_RENEWED_EVERY = 360
_VOTED_EVERY = 120
_STALE_AFTER = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Neuron:
    """A member of the subnet."""

    uid: int
    hotkey: bytes
    coldkey: bytes
    stake_rao: int
    validator: bool


class Market:
    """What everybody commits, and in which block; the same seed is the same market."""

    def __init__(
        self,
        *,
        seed: int,
        validators: int,
        bidders: int,
        idle: int,
        own: tuple[bytes, ...] = (ALICE.account,),
        own_bid: bytes | None = OWN_BID,
    ) -> None:
        """Let so many vote and bid; idle ones are members that commit nothing.

        The own hotkeys are members behind those; the first has a bid in force.
        """
        self._seed = seed
        names = [
            *(f"validator {number}" for number in range(validators)),
            *(f"bidder {number}" for number in range(bidders)),
            *(f"idle {number}" for number in range(idle)),
        ]
        hotkeys = [named(f"{name} of {seed}") for name in names] + list(own)
        self._validators = validators
        self._bidders = bidders
        self._own = own[0] if own and own_bid is not None else None
        self._own_bid = own_bid
        self.bans = 0
        """Bit u set: the validators vote against uid u from their next vote on."""
        self.budget: tuple[float, float] | None = None
        """PH/s that the auctions are to have, and the alpha of a day that is for them."""
        self.neurons = tuple(
            Neuron(
                uid=uid,
                hotkey=hotkey,
                coldkey=named(f"cold {hotkey.hex()}"),
                stake_rao=self._stake(uid),
                validator=uid < validators,
            )
            for uid, hotkey in enumerate(hotkeys)
        )

    def before(self, block: int) -> Iterator[tuple[bytes, int, bytes]]:
        """Yield hotkey, block and field of what is in force before that block.

        The last bidder's commitment is long stale when there are several.
        """
        for neuron in self.neurons[: self._validators]:
            at = _last(block, _VOTED_EVERY, neuron.uid)
            yield neuron.hotkey, at, self.vote(neuron.uid, at)
        for neuron in self._bidding():
            at = _last(block, _RENEWED_EVERY, neuron.uid)
            if self._is_stale(neuron.uid):
                at = block - _STALE_AFTER
            yield neuron.hotkey, at, self.bid(neuron.uid, at)
        if self._own is not None and self._own_bid is not None:
            yield self._own, block - 100, data_field(self._own_bid)

    def changes(self, block: int) -> Iterator[tuple[bytes, bytes]]:
        """Yield hotkey and field of what is committed in that block."""
        for neuron in self.neurons[: self._validators]:
            if _last(block + 1, _VOTED_EVERY, neuron.uid) == block:
                yield neuron.hotkey, self.vote(neuron.uid, block)
        for neuron in self._bidding():
            due = _last(block + 1, _RENEWED_EVERY, neuron.uid) == block
            if due and not self._is_stale(neuron.uid):
                yield neuron.hotkey, self.bid(neuron.uid, block)

    def vote(self, uid: int, block: int) -> bytes:
        """Return a validator's prices, which differ a little, and its ban bitmap."""
        random = Random(f"{self._seed} {uid} {block // _VOTED_EVERY}")
        tao = 400 * random.uniform(0.995, 1.005)
        alpha = 0.0102 * random.uniform(0.98, 1.02)
        hashp = 46 * random.uniform(0.99, 1.01)
        text = f"1;p;TAO_USDC={tao:.2f};ALPHA_TAO={alpha:.6f};HASHP_USDC={hashp:.3f}"
        text = f"{text};cap=0.2"
        if self.budget is not None:
            wanted, daily = self.budget
            alpha = wanted * 46 / (400 * daily)
            text = f"1;p;TAO_USDC=400;ALPHA_TAO={alpha:.12f};HASHP_USDC=46"
        bitmap = self.bans.to_bytes(32, "little")
        return data_field(text.encode() + b"\xff" + bitmap)

    def bid(self, uid: int, block: int) -> bytes:
        """Return a miner's workers: one or two prices, up to three sizes each."""
        turn = (block + uid * 97) // (4 * _RENEWED_EVERY)
        random = Random(f"{self._seed} {uid} {turn}")
        groups = []
        for _ in range(random.choice((1, 1, 2))):
            price = f"{random.randrange(80, 106) / 100:g}"
            sizes = random.sample(_SIZES, random.randrange(1, 4))
            workers = ",".join(
                f"{size}:{random.randrange(1, 13)}" for size in sorted(sizes, key=float)
            )
            groups.append(f"BTC,{price}={workers}")
        return data_field(f"2;b;{';'.join(groups)}".encode())

    def _bidding(self) -> tuple[Neuron, ...]:
        return self.neurons[self._validators : self._validators + self._bidders]

    def _is_stale(self, uid: int) -> bool:
        return self._bidders > 1 and uid == self._validators + self._bidders - 1

    def _stake(self, uid: int) -> int:
        random = Random(f"{self._seed} stake {uid}")
        if uid < self._validators:
            return random.randrange(200_000 * RAO, 900_000 * RAO)
        return random.randrange(0, 50 * RAO)


def _last(before: int, every: int, uid: int) -> int:
    """Return the last block before `before` in which a uid's turn came."""
    return before - 1 - (before - 1 - uid * 7) % every
