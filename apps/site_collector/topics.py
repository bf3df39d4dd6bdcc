"""Under which topics everything stands."""

from dataclasses import dataclass

from .config import Config
from .inventory import Shard


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one collector."""

    site: str
    shard: int
    base: str
    discovery: str

    @classmethod
    def of(cls, config: Config, shard: Shard) -> Topics:
        """Return those of a file and a shard."""
        assert config.mqtt is not None  # noqa: S101 Whoever asks has a broker
        base, discovery = config.mqtt.topic, config.mqtt.discovery
        return cls(config.site, shard.number, f"{base}/{config.site}", discovery)

    @property
    def own(self) -> str:
        """Above everything that this collector writes, discovery apart."""
        return f"{self.base}/{self.shard}"

    @property
    def status(self) -> str:
        """Whether this collector is there."""
        return self.status_of(self.shard)

    def status_of(self, shard: int) -> str:
        """Whether a collector is there."""
        return f"{self.base}/{shard}/status"

    def machine(self, ident: str) -> str:
        """State of a machine."""
        return f"{self.own}/machine/{ident}"

    def sum(self, ident: str) -> str:
        """Sum of a place."""
        return f"{self.own}/sum/{ident}"

    def part_of(self, shard: int | str, ident: str) -> str:
        """What a collector has counted of a place."""
        return f"{self.base}/{shard}/part/{ident}"

    def order(self, ident: str) -> str:
        """Orders to a machine."""
        return f"{self.own}/order/{ident}"

    def answer(self, ident: str) -> str:
        """What became of an order."""
        return f"{self.own}/answer/{ident}"

    def config(self, ident: str) -> str:
        """Discovery of a device."""
        return f"{self.discovery}/device/mining_{self.site}/{ident}/config"
