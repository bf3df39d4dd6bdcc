"""Judges an HTTP answer before its JSON is read, alike for all pools."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
import json
from typing import Any

from .models import AccountReport, Outcome
from .values import number

_LONGEST_RETRY_S = 86_400.0
_MAX_NODES = 60_000
"""Objects and lists in the widest answer that is read."""


def open_envelope(
    status: int,
    headers: Mapping[str, str],
    body: str,
    now: datetime,
    *,
    unknown_account: Collection[int] = (),
    plain_files: bool = False,
) -> tuple[AccountReport, Any]:
    """Return a report, and the JSON where the report's outcome is WORKER.

    A web page never is the word of an API about an account; where a web server hands
    out plain files, its own page for a missing one is.
    """
    fields = {name.lower(): value for name, value in headers.items()}
    page = _is_page(fields.get("content-type", ""), body)
    if status in unknown_account and (plain_files or not page):
        outcome, payload, detail = Outcome.ACCOUNT_UNKNOWN, None, f"HTTP {status}"
    else:
        outcome, payload, detail = _judge(status, body, page=page)
    report = AccountReport(
        outcome=outcome,
        at=now,
        clock_error=_clock_error(fields, now),
        retry_after=(
            _retry_after(fields.get("retry-after"), now) if status >= 400 else None
        ),
        detail=detail,
    )
    return report, payload


def _is_page(content_type: str, body: str) -> bool:
    body = body.lstrip("\ufeff \r\n\t")
    return body[:1] == "<" or (body != "" and "html" in content_type.lower())


def _judge(status: int, body: str, *, page: bool) -> tuple[Outcome, Any, str]:
    summary = f"HTTP {status}"
    if status == 429:
        return Outcome.RATE_LIMITED, None, summary
    # A 403 with a web page is a challenge to browsers, whatever the token.
    if status == 401 or (status == 403 and not page):
        return Outcome.AUTH, None, summary
    if not 200 <= status < 300:
        return (
            Outcome.API_ERROR,
            None,
            f"{summary} with a web page" if page else summary,
        )
    if body.count("[") + body.count("{") > _MAX_NODES:
        return Outcome.API_ERROR, None, f"{summary} with more rows than any account has"
    try:
        return Outcome.WORKER, json.loads(body.lstrip("\ufeff")), ""
    except ValueError, RecursionError:
        what = "a web page" if page else "an empty answer" if not body else "no JSON"
        return Outcome.NOT_JSON, None, f"{summary} with {what}"


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Return seconds from a Retry-After in seconds or as a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    seconds = number(value)
    if seconds is None:
        moment = _http_date(value)
        seconds = None if moment is None else (moment - now).total_seconds()
    if seconds is None or seconds <= 0:
        return None
    return min(seconds, _LONGEST_RETRY_S)


def _clock_error(fields: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how far ahead of the server our clock is, cached answers allowed for."""
    moment = _http_date(fields.get("date", ""))
    age = number(fields.get("age", "0"))
    if moment is None or age is None or not 0 <= age <= _LONGEST_RETRY_S:
        return None
    return now - moment - timedelta(seconds=age)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except ValueError, OverflowError, TypeError, IndexError:
        return None
