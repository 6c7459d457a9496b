r"""One way to write a value, and the hashes over it. Knows no database.

The writing is that of RFC 8785 (JSON Canonicalization Scheme), kept to whole numbers: one line of
UTF-8, no spaces, keys sorted, nothing escaped that need not be. A hash is SHA-256 over two
parts with a line feed between, in hexadecimal, so that a shell is enough to compute it again:

    printf '%s\n%s' "$previous_hash" "$payload" | sha256sum
    printf '%s\n%s' "$salt" "$words" | sha256sum
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256

_HOLDS_NO = "a canonical value holds no {}: {!r}"

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]
"""What is left of a value once it is written and read back."""

LARGEST = 2**53 - 1
"""Beyond it, tools that keep numbers as floats would read another one."""

FIRST = "0" * 64
"""What stands for the previous hash where there is nothing before."""


class NotCanonical(ValueError):
    """A value, or a text, that has no single way of being written."""


def canonical(value: object) -> str:
    """Return the one way to write a value.

    Mappings with text keys, lists, tuples, text, whole numbers, booleans, None; enums as their
    value, aware instants in UTC with microseconds and a Z, days as YYYY-MM-DD.

    Raises:
        NotCanonical: a float, a naive datetime, a number too large, a lone surrogate, any other
            type.
    """
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def parse(text: str) -> Plain:
    """Return the value that a canonical text stands for.

    Raises:
        NotCanonical: the text is not JSON, or not written in the one way.
    """
    try:
        value: Plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotCanonical("not JSON") from error
    if canonical(value) != text:
        raise NotCanonical("not written in the canonical way")
    return value


def digest_of(value: object) -> str:
    """Return SHA-256 over the canonical writing of a value.

    Raises:
        NotCanonical: see `canonical`.
    """
    return sha256(canonical(value).encode()).hexdigest()


def link(previous_hash: str, payload: str) -> str:
    """Return the hash of an entry: over the hash of the one before it and its own payload."""
    return _over(previous_hash, payload)


def digest_of_words(salt: str, words: str) -> str:
    """Return what is kept of words for ever; without the salt they cannot be guessed from it."""
    return _over(salt, words)


def instant(at: datetime) -> str:
    """Return an instant as ISO 8601 in UTC, with microseconds.

    Raises:
        NotCanonical: it is naive.
    """
    if at.tzinfo is None:
        raise NotCanonical(_HOLDS_NO.format("naive datetime", at))
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _over(first: str, second: str) -> str:
    return sha256(f"{first}\n{second}".encode()).hexdigest()


def _plain(value: object) -> Plain:
    match value:
        case None | bool():
            return value
        case StrEnum():
            return _text(value.value)
        case str() if type(value) is str:
            return _text(value)
        case int() if type(value) is int:
            if abs(value) > LARGEST:
                raise NotCanonical(_HOLDS_NO.format("number beyond 2^53 - 1", value))
            return value
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return [_plain(each) for each in value]
        case Mapping():
            return _sorted(value)
    raise NotCanonical(_HOLDS_NO.format(type(value).__name__, value))


def _sorted(mapping: Mapping[object, object]) -> dict[str, Plain]:
    texts: dict[str, object] = {}
    for key, value in mapping.items():
        if not isinstance(key, str):
            raise NotCanonical(_HOLDS_NO.format("key that is not text", key))
        texts[_text(str(key))] = value
    # RFC 8785 sorts by UTF-16 code units, as JavaScript does.
    order = sorted(texts, key=lambda key: key.encode("utf-16-be"))
    return {key: _plain(texts[key]) for key in order}


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical(_HOLDS_NO.format("lone surrogate", text)) from error
    return text
