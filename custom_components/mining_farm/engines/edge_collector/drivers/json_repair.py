"""Repairs for the broken JSON of real firmware, never inside a string literal."""

import re

# Possessive, and a string that never ends takes the rest: a megabyte of anything is
# scanned once. What is sound goes by in one match, so one defect costs two calls.
_TOKEN = re.compile(
    r'(?:[^"{}\[,nNiI-]++|"[^"\\]*+"|,(?!\s*+[\]}])|\}(?!\s*+\{)'
    r"|[\[{](?!\s*+,)|null|-(?=[0-9]))++"
    r'|(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+")'
    r'|(?P<cut>".*+)'
    r"|(?P<gap>\})"
    r"|(?P<open>[\[{]\s*+),"
    r"|(?P<comma>,)"
    r"|(?P<nan>-?(?:nan|inf(?:inity)?)\b)",
    re.DOTALL | re.IGNORECASE,
)
_MAX_TOKENS = 2_000
"""Defects, about twice, that are mended: far more than firmware makes, and 10 ms of work."""
_BAD_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9A-Fa-f]{4})|(.))', re.DOTALL)


def repair_json(text: str) -> str:
    r"""Return the text with the known defects mended; anything else stays broken.

    `}{` gets its comma (stats of every old bmminer), `[,` and a comma before a closing
    bracket lose theirs (S7, Whatsminer), nan and inf become null (starting Avalons),
    and `\'` or a lone backslash in a string becomes what was meant (Whatsminer).
    """
    return _TOKEN.sub(_mend, text, count=_MAX_TOKENS)


def _mend(match: re.Match[str]) -> str:
    """Return what takes the place of one token."""
    token = match[0]
    match match.lastgroup:
        case "string":
            return _BAD_ESCAPE.sub(_mend_escape, token) if "\\" in token else token
        case "gap":
            return "},"
        case "nan":
            return "null"
        case "open":
            return token[:-1]
        case "comma":
            return ""
        case _:
            return token


def _mend_escape(match: re.Match[str]) -> str:
    """Return a valid escape as it is, a quote bare, and any other backslash doubled."""
    valid, stray = match.groups()
    if valid is not None:
        return match[0]
    return stray if stray == "'" else "\\\\" + stray
