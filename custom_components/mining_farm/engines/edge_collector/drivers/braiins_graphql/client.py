"""What a Braiins OS answers over GraphQL; an error comes with HTTP 200, too."""

from collections.abc import Iterator, Mapping
from typing import override

from ...controls import ControlError, ControlFailure
from ...errors import Failure, MinerError
from ...values import text
from ..http import Answer, Extras, async_ask
from ..web import WebClient, at, decode, require_json, rows

PATH = "/graphql"
USER = "root"
READING = (
    "{bos{hostname faultLight uptime{durationS} info{version{full}}} bosminer{info{"
    "fans{name rpm speed} summary{power{limitW approxConsumptionW}} "
    "workSolver{nominalMhs realHashrate{mhs5S}}}}}"
)
UPGRADE = "{bos{checkForUpgrade{...on UpgradeDetail{version} ...on BosError{message}}}}"
TARGET = "{bosminer{config{autotuning{mode powerTarget hashrateTarget}}}}"
_LOGIN = (
    "mutation($username:String!,$password:String!){auth{login(username:$username,"
    "password:$password){...on VoidResult{void} ...on Error{message}}}}"
)
_MOST_MESSAGES = 64


class GraphQlClient(WebClient):
    """Asks one miner; whoever reads needs no account."""

    @override
    async def async_sign_in(self) -> Extras:
        """Return the cookie of a new session."""
        credentials = self.account()
        variables = {
            "username": credentials.username or USER,
            "password": credentials.password,
        }
        query = {"query": _LOGIN, "variables": variables}
        answer = await async_ask(self.address, "POST", PATH, self.timeout_s, json=query)
        cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
        if refusal(require_json(answer.body)) is not None or not cookie:
            raise MinerError(Failure.AUTH_FAILED, "the miner refuses this password")
        return {"headers": {"Cookie": cookie}}

    async def async_query(self, query: str) -> object:
        """Return the data of a query; MinerError where there are none."""
        reply = await self.async_read(
            PATH, method="POST", signed=False, json={"query": query}
        )
        data = at(reply, "data")
        if not isinstance(data, Mapping):
            raise MinerError(Failure.NOT_CGMINER, "the answer has no data")
        return data

    async def async_mutate(self, mutation: str) -> None:
        """Send a mutation once."""
        await self.async_write("POST", PATH, json={"query": mutation})

    @override
    def require_done(self, answer: Answer) -> None:
        """Raise for an answer that says that nothing was done."""
        super().require_done(answer)
        said = refusal(decode(answer.body))
        if said is not None:
            raise ControlError(ControlFailure.REFUSED, said)


def refusal(reply: object) -> str | None:
    """Return the message of an error in a reply; None where there is none."""
    for row in rows(at(reply, "errors")):
        return text(row.get("message")) or "the query has an error"
    return next(_messages(at(reply, "data")), None)


def _messages(found: object) -> Iterator[str]:
    """Yield every message of an Error, which any result may be."""
    level = [found]
    for _ in range(8):
        level = [
            value
            for each in level[:_MOST_MESSAGES]
            if isinstance(each, Mapping)
            for value in each.values()
        ]
        for each in level:
            if message := text(at(each, "message")):
                yield message
