"""From request to reply, as cgminer's api.c does it; a family changes what it must."""

from abc import ABC, abstractmethod
import json
from typing import Any, ClassVar

from simulators.antminer.identity import Identity
from simulators.antminer.models import Model
from simulators.antminer.reading import Reading
from simulators.antminer.report import Report, Row, Style, as_json, as_text

INVALID_COMMAND = Report(letter="E", code=14, message="Invalid command")
INVALID_JSON = Report(letter="E", code=23, message="Invalid JSON")
MISSING_COMMAND = Report(letter="E", code=24, message="Missing JSON 'command'")


def denied(command: str) -> Report:
    """Return the refusal of a command that exists but is not for everyone."""
    message = f"Access denied to '{command}' command"
    return Report(letter="E", code=45, message=message)


class Firmware(ABC):
    """One family's API: a request in bytes and the truth go in, a reply comes out."""

    read_limit: ClassVar[int] = 8191
    """Bytes that its single recv takes."""
    read_timeout: ClassVar[float | None] = None
    """Seconds that it waits for a request; None is forever."""
    takes_text: ClassVar[bool] = True
    joins: ClassVar[bool] = True
    style: ClassVar[Style] = Style()
    command_keys: ClassVar[tuple[str, ...]] = ("command",)

    def __init__(self, model: Model, identity: Identity) -> None:
        """Be the firmware of one machine."""
        self.model = model
        self.identity = identity

    @abstractmethod
    def report(self, command: str, reading: Reading) -> Report | None:
        """Return the answer to one command; None where the firmware has no such."""

    def answer(self, request: bytes, reading: Reading) -> bytes:
        """Return the reply to what one recv brought, its closing NUL included."""
        request = request.partition(b"\0")[0]
        if request.startswith(b"{"):
            reply = self._answer_json(request, reading)
        elif self.takes_text:
            reply = self._answer_text(request.decode(errors="replace"), reading)
        else:
            reply = self.to_json(INVALID_JSON, reading)
        return reply.encode() + b"\0"

    def answer_document(self, document: dict[str, Any], reading: Reading) -> str:
        """Return the reply to a JSON request."""
        for key in self.command_keys:
            if key in document:
                break
        else:
            return self.to_json(MISSING_COMMAND, reading)
        command = document[key]
        if not isinstance(command, str):
            return self.to_json(INVALID_COMMAND, reading)
        if self.joins and "+" in command:
            return self.join(self._parts(command), reading)
        return self.to_json(self._find(command, reading), reading)

    def join(self, commands: list[str], reading: Reading) -> str:
        """Return several replies as one document."""
        replies = [
            f'"{command}":[{self.to_json(self._find(command, reading), reading)}]'
            for command in commands
        ]
        return f'{{{",".join(replies)},"id":1}}'

    def to_json(self, report: Report, reading: Reading) -> str:
        """Return a reply in the family's JSON."""
        return as_json(report, self._status(report, reading), self.style)

    def _answer_json(self, request: bytes, reading: Reading) -> str:
        try:
            document = json.loads(request)
        except ValueError, RecursionError:
            return self.to_json(INVALID_JSON, reading)
        return self.answer_document(document, reading)

    def _answer_text(self, request: str, reading: Reading) -> str:
        command = request.partition("|")[0]
        if self.joins and "+" in command:
            return "".join(
                f"CMD={part}|{self._to_text(self._find(part, reading), reading)}"
                for part in self._parts(command)
            )
        return self._to_text(self._find(command, reading), reading)

    def _find(self, command: str, reading: Reading) -> Report:
        return self.report(command, reading) or INVALID_COMMAND

    def _to_text(self, report: Report, reading: Reading) -> str:
        return as_text(report, self._status(report, reading), self.style)

    def _status(self, report: Report, reading: Reading) -> Row:
        return {
            "STATUS": report.letter,
            "When": reading.time,
            "Code": report.code,
            "Msg": report.message,
            "Description": self.model.description,
        }

    @staticmethod
    def _parts(command: str) -> list[str]:
        """Split a joined command: empty parts are ignored, a repeated one runs once."""
        return list(dict.fromkeys(part for part in command.split("+") if part))
