"""Makes what is known plain JSON, as diagnostics and answers of actions have to be."""

from collections.abc import Mapping
from typing import Any

from homeassistant.helpers.json import json_bytes
from homeassistant.util.json import JsonObjectType, json_loads_object


def plain_json(known: Mapping[str, Any]) -> JsonObjectType:
    """Return an object of JSON's own types: lists for tuples, text for times."""
    return json_loads_object(json_bytes(known))
