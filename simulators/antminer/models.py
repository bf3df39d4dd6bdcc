"""The machines that can be simulated, as data."""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """Firmware families, distinguished by how they answer."""

    REWRITE = "rewrite"
    """Bitmain's own API since the S19: no joined commands, four padded slots."""
    CLASSIC = "classic"
    """bmminer and cgminer up to the S17: joined commands, `}{` in stats, code 45."""
    BRAIINS = "braiins"
    """BOSminer: readings in devs, temps, fans and devdetails, none in stats."""
    WHATSMINER = "whatsminer"
    """btminer: readings in summary and devs, errors with a STATUS that is a string."""
    AVALON = "avalon"
    """Canaan's cgminer: readings in one bracketed text per machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One kind of machine with its firmware. Rates in GH/s, °C, MHz, RPM, W."""

    name: str
    family: Family
    type: str
    """What the API calls the machine."""
    slots: tuple[int, ...]
    """Board numbers as the firmware counts them."""
    padded_to: int = 0
    """Slots that the firmware prints, present or not."""
    chips: int
    """Chips on one board."""
    chip_group: int = 8
    """Letters between two spaces of the chip status text."""
    ideal_ghs: float
    """Nominal rate of the whole machine."""
    frequency_mhz: int
    printed_per_ghs: float = 1.0
    """Number printed for 1 GH/s: 1000 where the fields carry MH/s, whatever their name."""
    chip_temp: float
    """Hottest chip at full load and 25 °C inlet."""
    pcb_below_chip: float = 5.0
    temp_step: float = 1.0
    """Resolution of the temperatures."""
    fans: tuple[int, ...] = (1, 2, 3, 4)
    """Positions that hold a fan."""
    fan_positions: int = 4
    """Positions that the firmware prints."""
    fan_max_rpm: int = 6000
    water: tuple[float, float] | None = None
    """Water inlet and outlet at full load; None on a machine with air."""
    power_w: int
    share_difficulty: int = 262_144
    hashes_per_difficulty: int = 2**32
    hw_errors_per_hour: float = 6.0
    description: str
    """The program's name in every reply."""
    miner_version: str
    compile_time: str = ""
    board_driver: str = ""
    """ID of the device entry in stats."""
    can_sleep: bool = True
    accepts_array: bool = False
    """Whether `{"command": [...]}` is answered."""
    new_api: bool = False
    """Whether `"new_api": true` is heeded."""
    devs_filled: bool = False
    """Whether `devs` reports a rate; stock S19 sends a row of zeros."""

    @property
    def board_ghs(self) -> float:
        """Nominal rate of one board."""
        return self.ideal_ghs / len(self.slots)

    @property
    def gh_per_share(self) -> float:
        """Work behind one share of the usual difficulty, in GH."""
        return self.share_difficulty * self.hashes_per_difficulty / 1e9

    def as_printed(self, ghs: float) -> float:
        """Round a rate to the two decimals with which the firmware prints it."""
        return round(ghs * self.printed_per_ghs, 2) / self.printed_per_ghs

    def as_measured(self, temp: float) -> float:
        """Round a temperature to what the sensors resolve."""
        return round(round(temp / self.temp_step) * self.temp_step, 4)


_MODELS = (
    Model(
        name="s19jpro",
        family=Family.REWRITE,
        type="Antminer S19j Pro",
        slots=(1, 2, 3),
        padded_to=4,
        chips=126,
        chip_group=3,
        ideal_ghs=104_000.0,
        frequency_mhz=545,
        chip_temp=74.0,
        power_w=3068,
        description="cgminer 1.0.0",
        miner_version="uart_trans.1.3",
        compile_time="Thu Jun 23 10:12:44 CST 2022",
        board_driver="BTM_SOC0",
        new_api=True,
    ),
    Model(
        name="s21",
        family=Family.REWRITE,
        type="Antminer S21",
        slots=(1, 2, 3),
        padded_to=4,
        chips=108,
        chip_group=6,
        ideal_ghs=200_000.0,
        frequency_mhz=490,
        chip_temp=71.0,
        power_w=3500,
        share_difficulty=524_288,
        description="cgminer 1.0.0",
        miner_version="uart_trans.1.3",
        compile_time="Mon Sep 16 15:40:02 CST 2024",
        board_driver="BTM_SOC0",
        accepts_array=True,
        new_api=True,
        devs_filled=True,
    ),
    Model(
        # No such machine is sold; it shows more boards than the usual four slots hold.
        name="s19x6",
        family=Family.REWRITE,
        type="Antminer S19 X6",
        slots=(1, 2, 3, 4, 5, 6),
        padded_to=6,
        chips=76,
        chip_group=2,
        ideal_ghs=190_000.0,
        frequency_mhz=675,
        chip_temp=74.0,
        power_w=6300,
        share_difficulty=524_288,
        description="cgminer 1.0.0",
        miner_version="49.0.1.3",
        compile_time="Fri Jan 15 09:31:20 CST 2021",
        board_driver="BTM_SOC0",
    ),
    Model(
        name="s19prohyd",
        family=Family.REWRITE,
        type="Antminer S19 Pro Hyd.",
        slots=(1, 2, 3, 4),
        padded_to=4,
        chips=180,
        chip_group=4,
        ideal_ghs=177_000.0,
        frequency_mhz=500,
        chip_temp=62.0,
        fans=(),
        water=(35.0, 43.0),
        power_w=5221,
        share_difficulty=524_288,
        description="cgminer 1.0.0",
        miner_version="uart_trans.1.3",
        compile_time="Wed Nov 30 18:22:09 CST 2022",
        board_driver="BTM_SOC0",
        accepts_array=True,
    ),
    Model(
        name="s21plushyd",
        family=Family.REWRITE,
        type="Antminer S21+ Hyd.",
        slots=(1, 2, 3),
        padded_to=4,
        chips=95,
        chip_group=5,
        ideal_ghs=319_000.0,
        frequency_mhz=560,
        chip_temp=60.0,
        fans=(),
        water=(35.0, 46.0),
        power_w=4785,
        share_difficulty=1_048_576,
        description="cgminer 1.0.0",
        miner_version="uart_trans.1.3",
        compile_time="Tue Mar 11 11:05:51 CST 2025",
        board_driver="BTM_SOC",
        accepts_array=True,
        new_api=True,
        devs_filled=True,
    ),
    Model(
        name="s9",
        family=Family.CLASSIC,
        type="Antminer S9",
        slots=(6, 7, 8),
        padded_to=16,
        chips=63,
        ideal_ghs=13_575.0,
        frequency_mhz=631,
        chip_temp=74.0,
        pcb_below_chip=15.0,
        fans=(5, 6),
        fan_positions=8,
        power_w=1372,
        share_difficulty=32_768,
        hw_errors_per_hour=3.0,
        description="bmminer 1.0.0",
        miner_version="16.8.1.3",
        compile_time="Fri Nov 17 17:57:49 CST 2017",
        board_driver="BC50",
        can_sleep=False,
    ),
    Model(
        name="l3plus",
        family=Family.CLASSIC,
        type="Antminer L3+",
        slots=(1, 2, 3, 4),
        padded_to=4,
        chips=72,
        ideal_ghs=0.504,
        frequency_mhz=384,
        printed_per_ghs=1000.0,
        chip_temp=56.0,
        pcb_below_chip=9.0,
        fans=(1, 2),
        fan_positions=2,
        fan_max_rpm=4200,
        power_w=800,
        share_difficulty=65_536,
        hashes_per_difficulty=2**16,
        hw_errors_per_hour=1.0,
        description="cgminer 4.9.0",
        miner_version="1.0.1.3",
        compile_time="Wed Sep 20 11:02:33 CST 2017",
        board_driver="L30",
        can_sleep=False,
    ),
    Model(
        name="s17braiins",
        family=Family.BRAIINS,
        type="Antminer S17",
        slots=(1, 2, 3),
        chips=48,
        ideal_ghs=66_150.0,
        frequency_mhz=701,
        printed_per_ghs=1000.0,
        chip_temp=75.0,
        pcb_below_chip=28.0,
        temp_step=0.0625,
        fans=(0, 1, 2, 3),
        power_w=2520,
        share_difficulty=131_072,
        hw_errors_per_hour=70.0,
        description="BOSminer bosminer-plus-am2-s17 0.9.0-3f6c2a41",
        miner_version="0.9.0-3f6c2a41",
    ),
    Model(
        name="m30s",
        family=Family.WHATSMINER,
        type="M30S",
        slots=(0, 1, 2),
        chips=111,
        ideal_ghs=88_000.0,
        frequency_mhz=640,
        printed_per_ghs=1000.0,
        chip_temp=75.0,
        pcb_below_chip=14.0,
        temp_step=0.1,
        fans=(0, 1),
        fan_max_rpm=7000,
        power_w=3344,
        share_difficulty=131_072,
        hw_errors_per_hour=14.0,
        description="whatsminer v1.1",
        miner_version="20220714.14.REL",
    ),
    Model(
        name="a1246",
        family=Family.AVALON,
        type="AvalonMiner 1246",
        slots=(0, 1, 2),
        chips=120,
        ideal_ghs=90_000.0,
        frequency_mhz=540,
        chip_temp=74.0,
        fans=(1, 2, 3, 4),
        fan_max_rpm=6500,
        power_w=3420,
        share_difficulty=131_072,
        description="cgminer 4.11.1",
        miner_version="1246-22041901_4ec6bb0_5efbe32",
        board_driver="AVA120",
    ),
)

MODELS = {model.name: model for model in _MODELS}
"""Every model by the name that the command line takes."""
