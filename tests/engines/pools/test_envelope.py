"""What every pool's HTTP answers have in common."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from custom_components.mining_farm.engines.pools import POOLS, AccountReport, Outcome

from .replies import NOW, REPLIES

HTML = {"Content-Type": "text/html; charset=UTF-8"}


def _parse(status: int, headers: dict[str, str], body: str) -> AccountReport:
    return POOLS["herominers"].parse(
        status, headers, body, REPLIES["herominers"].account, NOW
    )


@pytest.mark.parametrize(
    ("status", "headers", "body", "outcome"),
    [
        (401, {}, "{}", Outcome.AUTH),
        (401, HTML, "<html>log in", Outcome.AUTH),
        (403, {}, "Forbidden", Outcome.AUTH),
        (403, HTML, "<html>Just a moment...", Outcome.API_ERROR),
        (404, {}, "{}", Outcome.API_ERROR),
        (451, {}, "{}", Outcome.API_ERROR),
        (429, {}, "{}", Outcome.RATE_LIMITED),
        (301, {}, "", Outcome.API_ERROR),
        (500, {}, '{"workers": []}', Outcome.API_ERROR),
        (503, HTML, "<html>back soon", Outcome.API_ERROR),
        (200, HTML, "<html>back soon", Outcome.NOT_JSON),
        (200, {}, "\ufeff\n <!DOCTYPE html>", Outcome.NOT_JSON),
        (200, {}, "", Outcome.NOT_JSON),
        (204, {}, "", Outcome.NOT_JSON),
        (200, {}, '{"workers": [{"na', Outcome.NOT_JSON),
        (200, {}, "[" * 200_000, Outcome.API_ERROR),
        (200, {}, f'{{"workers": {"9" * 5000}}}', Outcome.NOT_JSON),
        (200, {"content-type": "text/plain"}, '\ufeff{"workers": []}', Outcome.EMPTY),
    ],
)
def test_status_and_body(
    status: int, headers: dict[str, str], body: str, outcome: Outcome
) -> None:
    """Only JSON with a good status says anything about workers."""
    assert _parse(status, headers, body).outcome is outcome


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("nan", None),
        ("9" * 400, None),
        ("999999999", 86_400),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), None),
        ("Mon, 99 Foo 2031 99:99:99 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    """Retry-After counts in seconds or names a date, and is bounded."""
    assert _parse(429, {"Retry-After": value}, "").retry_after == seconds
    assert _parse(200, {"Retry-After": value}, '{"workers": []}').retry_after is None


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, None),
        ({"Date": "rubbish"}, None),
        ({"date": format_datetime(NOW - timedelta(hours=1))}, timedelta(hours=1)),
        ({"Date": format_datetime(NOW + timedelta(hours=1))}, timedelta(hours=-1)),
        (
            {"Date": format_datetime(NOW - timedelta(seconds=50)), "Age": "50"},
            timedelta(),
        ),
        ({"Date": format_datetime(NOW), "Age": "x"}, None),
    ],
)
def test_clock_error(headers: dict[str, str], error: timedelta | None) -> None:
    """The server's Date shows how wrong our clock is, cached answers allowed for."""
    assert _parse(200, headers, '{"workers": []}').clock_error == error
