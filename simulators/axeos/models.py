"""The devices: what each has, and what its firmware calls it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AxeModel:
    """A device as it leaves its maker."""

    nerd: bool
    """Whether it runs the firmware of the Nerd family."""
    device: str
    asic: str
    chips: int
    version: str
    can_pause: bool
    """Whether its firmware has `pause`; the Nerd family shuts down instead."""
    frequency: int
    frequencies: tuple[int, ...]
    core_millivolts: int
    supply_volts: float
    watts: float
    ghs_per_mhz: float
    max_watts: int


MODELS: Mapping[str, AxeModel] = {
    "gamma": AxeModel(
        nerd=False,
        device="Gamma",
        asic="BM1370",
        chips=1,
        version="v2.14.1",
        can_pause=True,
        frequency=525,
        frequencies=(400, 450, 490, 525, 550, 600),
        core_millivolts=1150,
        supply_volts=5.1,
        watts=17.4,
        ghs_per_mhz=2.04,
        max_watts=40,
    ),
    "supra": AxeModel(
        nerd=False,
        device="Supra",
        asic="BM1368",
        chips=1,
        version="v2.8.1",
        can_pause=False,
        frequency=490,
        frequencies=(400, 425, 450, 490, 500, 525),
        core_millivolts=1166,
        supply_volts=5.1,
        watts=13.6,
        ghs_per_mhz=1.276,
        max_watts=40,
    ),
    "nerdqaxe": AxeModel(
        nerd=True,
        device="NerdQAxe++",
        asic="BM1370",
        chips=4,
        version="v1.0.36",
        can_pause=False,
        frequency=600,
        frequencies=(500, 515, 550, 575, 600),
        core_millivolts=1150,
        supply_volts=12.0,
        watts=76.0,
        ghs_per_mhz=8.0,
        max_watts=130,
    ),
}
