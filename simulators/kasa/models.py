"""The models that can be simulated."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A plug, or a strip of outlets, as its system information describes it."""

    name: str
    """Short, as given on the command line."""
    type: str
    """As in `model`, with the region."""
    dev_name: str
    sw_ver: str
    hw_ver: str
    measures: bool
    """It has a meter, one for each outlet."""
    outlets: int | None = None
    """Outlets of a strip; None for a plug."""


MODELS = {
    model.name: model
    for model in (
        Model(
            name="hs110",
            type="HS110(EU)",
            dev_name="Smart Wi-Fi Plug With Energy Monitoring",
            sw_ver="1.5.10 Build 191125 Rel.094314",
            hw_ver="4.0",
            measures=True,
        ),
        Model(
            name="hs103",
            type="HS103(US)",
            dev_name="Smart Wi-Fi Plug Mini",
            sw_ver="1.1.2 Build 200909 Rel.141319",
            hw_ver="5.0",
            measures=False,
        ),
        Model(
            name="hs300",
            type="HS300(US)",
            dev_name="Wi-Fi Smart Power Strip",
            sw_ver="1.0.21 Build 210524 Rel.161309",
            hw_ver="2.0",
            measures=True,
            outlets=6,
        ),
    )
}
