"""A receiver of notifications, as the examples of the documentation name one."""

from pathlib import Path
from typing import Final

from .client import HomeAssistantClient

RECEIVER: Final = "notify.my_phone"


def messages_of(folder: Path) -> Path:
    """Return the file that its messages are added to, a line each."""
    # Home Assistant writes into no other folder unless it is told to.
    return folder / "www" / "my_phone.txt"


async def add_receiver(client: HomeAssistantClient, folder: Path) -> None:
    """Add it by Home Assistant's own File integration, under the examples' name."""
    file = messages_of(folder)
    file.parent.mkdir(exist_ok=True)
    added = await client.run_flow(
        "file",
        {"next_step_id": "notify"},
        {"file_path": str(file), "timestamp": True},
    )
    entry_id = added["result"]["entry_id"]
    (entity,) = [
        entity
        for entity in await client.command("config/entity_registry/list")
        if entity["config_entry_id"] == entry_id
    ]
    await client.command(
        "config/entity_registry/update",
        entity_id=entity["entity_id"],
        new_entity_id=RECEIVER,
        name="My phone",
    )
