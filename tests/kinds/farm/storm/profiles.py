"""What goes wrong in which history."""

from collections.abc import Mapping
from typing import Final

type Profile = str

ALWAYS: Final = {"leak": 3, "repair": 4, "release": 4}
"""In every history: causes come and go, and somebody releases what was stopped."""
PROFILES: Final[Mapping[Profile, Mapping[str, int]]] = {
    "alarms": {"flow": 3, "hot": 3, "smoke": 2, "hand": 1, "let_go": 2},
    "flicker": {"flicker": 8, "flow": 2},
    "silence": {"silence": 4, "disconnect": 3, "answer": 5, "away": 4, "back": 4},
    "lost levers": {"lose": 6, "find": 5, "refuse": 3, "hand": 1, "let_go": 2},
    "users": {"off": 5, "on": 5, "wake": 5, "hand": 2, "let_go": 3},
    "restarts": {"restart": 8, "hand": 2, "let_go": 2},
    "mains": {"mains": 4, "reboot": 5, "restart": 1},
    "lying machines": {"lie": 6, "honest": 3, "hand": 1, "let_go": 2},
    "storage": {"full": 3, "room": 4, "spoil_one": 3, "spoil": 1, "restart": 6},
    "limits": {
        "limit": 7,
        "lift": 4,
        "set": 2,
        "off": 1,
        "on": 2,
        "reboot": 2,
        "restart": 3,
        "hand": 1,
        "let_go": 2,
        "lose": 2,
        "refuse": 1,
        "find": 4,
        "away": 2,
        "back": 4,
        "mains": 1,
        "lie": 1,
        "honest": 3,
    },
    "mixed": {
        "limit": 2,
        "lift": 2,
        "set": 1,
        "flow": 2,
        "hot": 1,
        "smoke": 1,
        "hand": 2,
        "let_go": 3,
        "flicker": 2,
        "silence": 1,
        "disconnect": 1,
        "answer": 3,
        "away": 2,
        "back": 3,
        "lose": 2,
        "find": 3,
        "refuse": 1,
        "off": 2,
        "on": 3,
        "wake": 3,
        "restart": 3,
        "mains": 1,
        "reboot": 2,
        "lie": 1,
        "honest": 2,
        "full": 1,
        "room": 2,
        "spoil_one": 1,
    },
}
