"""What may stand in the log of a healthy Home Assistant, and what may not."""

import re

_RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \S+ (?P<level>[A-Z]+) \(.*?\) \[(?P<logger>\S+)\]"
)
_HARMLESS = re.compile(
    # Our own start-up options and missing system packages
    r"\[homeassistant\.bootstrap\] Skipping pip installation"
    r"|\[homeassistant\.requirements\] Skipping requirement"
    r"|\[homeassistant\.loader\] We found a custom integration mining_farm"
    r"|\[homeassistant\.components\.camera\.img_util\]"
    r"|\[(haffmpeg|aiohttp_fast_zlib)"
    # A device that is off, reported in one line
    r"|\[custom_components\.mining_farm\] Error (fetching|requesting) [^\n]* data: [^\n]*\Z"
    # A broker that is killed
    r"|\[homeassistant\.components\.mqtt\.client\] "
    r"(Disconnected from|Error returned from|Failed to connect to) MQTT server"
    r"|Error talking to MQTT: The client is not currently connected"
    # A machine that is slow or busy
    r"|(is taking (over|longer than)|took longer than the scheduled) "
    r"|\[homeassistant\.core\] Something is blocking Home Assistant from wrapping up"
    r"|\[homeassistant\.bootstrap\] Waiting for integrations to complete setup"
    r"|\[homeassistant\.components\.mqtt\.client\] No ACK from MQTT server"
    # A refusal that a test asks for
    r"|\[homeassistant\.components\.websocket_api\.http\.connection\] "
    r"\[\d+\] [^\n]* needs a rest before that"
    # After a kill
    r"|\[homeassistant\.components\.recorder\.util\] "
    r"(The system could not validate|Ended unfinished session)"
)


def _records(output: str) -> list[str]:
    """Return log records, each with its traceback."""
    records: list[str] = []
    for line in output.splitlines():
        if _RECORD.match(line) or not records:
            records.append(line)
        else:
            records[-1] += f"\n{line}"
    return records


def problems(output: str) -> list[str]:
    """Return what a healthy Home Assistant would not write: warnings, errors, crashes."""
    return [
        record
        for record in _records(output)
        if not _HARMLESS.search(record)
        and (
            "Traceback" in record
            or (match := _RECORD.match(record)) is None
            or match["level"] in {"WARNING", "ERROR", "CRITICAL"}
        )
    ]


def logged_by_integration(output: str) -> list[str]:
    """Return the records of the integration."""
    return [
        record
        for record in _records(output)
        if (match := _RECORD.match(record))
        and match["logger"].startswith("custom_components.mining_farm")
    ]
