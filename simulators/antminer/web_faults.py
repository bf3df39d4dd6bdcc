"""What can go wrong with the web side of a miner, on command."""

from simulators.commands import command

from .web import WebSide

_MARKS = (
    "web_refuse",
    "web_hang",
    "speak_html",
    "drop_writes",
    "ignore_writes",
    "error_in_ok",
    "break_down",
    "lock_writes",
)


class WebFaults:
    """The faults of the pages; they stay until `restore`."""

    _web: WebSide | None

    @property
    def web(self) -> WebSide:
        """The web side; ValueError where it has none."""
        if self._web is None:
            raise ValueError("it has no web side")
        return self._web

    @command
    def web_refuse(self) -> None:
        """Refuse connections to the pages while port 4028 goes on."""
        self.web.marks.add("web_refuse")
        self.web.wire.close()

    @command
    def web_hang(self) -> None:
        """Accept requests for pages, and do and answer nothing."""
        self.web.marks.add("web_hang")

    @command
    def web_delay(self, seconds: float) -> None:
        """Answer that much later; what is asked is done at once."""
        if seconds < 0:
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        self.web.lag_s = seconds

    @command
    def speak_html(self) -> None:
        """Answer reads by a web page."""
        self.web.marks.add("speak_html")

    @command
    def drop_writes(self) -> None:
        """Do what a write asks for, and break the connection before the answer."""
        self.web.marks.add("drop_writes")

    @command
    def ignore_writes(self) -> None:
        """Answer that a write was done, and change nothing."""
        self.web.marks.add("ignore_writes")

    @command
    def error_in_ok(self) -> None:
        """Answer writes by HTTP 200 with an error in it, and change nothing."""
        self.web.marks.add("error_in_ok")

    @command
    def break_down(self) -> None:
        """Answer writes by HTTP 500, and change nothing."""
        self.web.marks.add("break_down")

    @command
    def lock_writes(self) -> None:
        """Answer writes by HTTP 403, as to a caller that may only read."""
        self.web.marks.add("lock_writes")

    @command
    def change_password(self, password: str) -> None:
        """Take another password from now on, as changed by its own page."""
        self.web.digest.password = password

    @command
    def lose_pools(self) -> None:
        """Have a configuration without pools."""
        self.web.conf["pools"] = []

    def _cure_web(self) -> None:
        if self._web is not None:
            self._web.marks.difference_update(_MARKS)
            self._web.lag_s = 0.0
