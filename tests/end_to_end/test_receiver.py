"""The receiver of notifications that scripts/develop offers to the examples."""

from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.receiver import RECEIVER, add_receiver, messages_of


async def test_a_message_of_an_example_arrives(
    home_assistant: HomeAssistantProcess, client: HomeAssistantClient
) -> None:
    """By the action and the entity that the documentation names."""
    await add_receiver(client, home_assistant.folder)
    try:
        await client.until(client.states, lambda states: RECEIVER in states)
        message = "Rig restarted"
        await client.call_action(
            "notify.send_message", entity_id=RECEIVER, message=message
        )
        assert message in messages_of(home_assistant.folder).read_text("utf-8")
    finally:
        await client.remove_entries("file")
