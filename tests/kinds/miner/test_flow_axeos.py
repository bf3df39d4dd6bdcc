"""Adding a Bitaxe: by its address, by a scan, and when it announces itself."""

from ipaddress import ip_address

from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import SOURCE_ZEROCONF, ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from simulators.axeos import AxeOsSimulator

from .axes import Axes
from .test_flow import answer, choose

MAC = "02:00:5e:00:53:01"


async def announced(axes: Axes, device: AxeOsSimulator) -> ConfigFlowResult:
    """Start the flow of a device that announces its web page."""
    return await axes.hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_ZEROCONF},
        data=ZeroconfServiceInfo(
            ip_address=ip_address(device.host),
            ip_addresses=[ip_address(device.host)],
            port=device.port,
            hostname="bitaxe.local.",
            type="_http._tcp.local.",
            name="Bitaxe Gamma 602 (5301)._http._tcp.local.",
            properties={"board": "602", "family": "Gamma"},
        ),
    )


async def test_what_is_at_an_address_is_found_out(axes: Axes) -> None:
    """The entry knows its driver, its MAC and what it can be ordered."""
    device = await axes.start()
    form = await choose(axes.hass, "miner")
    result = await answer(
        axes.hass, form, host=device.host, port=device.port, detail="standard"
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Bitaxe Gamma axe"
    entry = result["result"]
    assert entry.unique_id == MAC
    assert (entry.data["driver"], entry.data["port"]) == ("axeos", device.port)
    await axes.settle()
    assert axes.state("sensor.bitaxe_gamma_axe_status") == "hashing"
    assert axes.state("sensor.bitaxe_gamma_axe_best_difficulty") == "4290000000.0"
    assert axes.state("sensor.bitaxe_gamma_axe_blocks_found") == "0"
    (registered,) = dr.async_entries_for_config_entry(
        dr.async_get(axes.hass), entry.entry_id
    )
    assert (registered.manufacturer, registered.model) == ("Bitaxe", "Gamma")
    assert not device.writes


async def test_a_home_miner_shows_what_it_has(axes: Axes) -> None:
    """Nothing of hashboards, which it has none of."""
    await axes.add(await axes.start())
    shown = {state.entity_id for state in axes.hass.states.async_all()}
    assert shown == {
        "binary_sensor.axe_connectivity",
        "binary_sensor.axe_problem",
        "event.axe_last_command",
        "event.axe_last_pool_change",
        "sensor.axe_best_difficulty",
        "sensor.axe_blocks_found",
        "sensor.axe_efficiency",
        "sensor.axe_energy",
        "sensor.axe_frequency",
        "sensor.axe_fan_1",
        "sensor.axe_hashrate",
        "sensor.axe_ideal_hashrate",
        "sensor.axe_hottest_chip",
        "sensor.axe_pool",
        "sensor.axe_power",
        "sensor.axe_reason",
        "sensor.axe_status",
        "sensor.axe_voltage",
        "sensor.axe_voltage_regulator_temperature",
        "switch.axe_mining",
    }


async def test_a_miner_that_announces_itself_is_offered(axes: Axes) -> None:
    """Under its name, and added when the user confirms."""
    device = await axes.start()
    form = await announced(axes, device)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "miner_confirm")
    placeholders = form["description_placeholders"]
    assert placeholders is not None
    assert placeholders["name"] == "Bitaxe Gamma axe"
    result = await answer(axes.hass, form, detail="standard")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == MAC
    await axes.settle()


async def test_a_known_miner_that_announces_itself_is_followed(axes: Axes) -> None:
    """To its new address, by its MAC."""
    device = await axes.start(host="127.0.0.30")
    form = await announced(axes, device)
    await answer(axes.hass, form, detail="standard")
    await axes.settle()
    (entry,) = axes.hass.config_entries.async_entries(DOMAIN)
    moved = await axes.start(host="127.0.0.31", port=device.port)
    await device.stop()
    result = await announced(axes, moved)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert entry.data["host"] == "127.0.0.31"
    await axes.settle()


async def test_what_announces_itself_and_is_no_miner_is_not_offered(axes: Axes) -> None:
    """A printer may be called bitaxe, too."""
    device = await axes.start()
    device.speak_html()
    result = await announced(axes, device)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_read")


async def test_control_is_an_option_of_what_can_be_controlled(axes: Axes) -> None:
    """It adds the switch at once, and takes it away again."""
    entry = await axes.add(await axes.start(), controls=False)
    assert axes.hass.states.get("switch.axe_mining") is None
    options = axes.hass.config_entries.options
    form = await options.async_init(entry.entry_id)
    schema = form["data_schema"]
    assert schema is not None
    assert {str(key) for key in schema.schema} == {
        "detail",
        "pool_watch",
        "power_sensor",
        "switch_entity_id",
        "controls",
        "least_rest",
        "least_change",
    }
    await options.async_configure(
        form["flow_id"],
        {
            "detail": "standard",
            "controls": True,
            "least_rest": 0,
            "least_change": 5,
        },
    )
    await axes.settle()
    assert axes.state("switch.axe_mining") == "on"


async def test_the_switch_is_part_of_farm_detail(axes: Axes) -> None:
    """A farm's page of a miner is six entities and the switch."""
    await axes.add(await axes.start(), detail="farm")
    shown = {state.entity_id for state in axes.hass.states.async_all()}
    assert shown == {
        "binary_sensor.axe_connectivity",
        "binary_sensor.axe_problem",
        "sensor.axe_hashrate",
        "sensor.axe_hottest_chip",
        "sensor.axe_status",
        "switch.axe_mining",
    }
