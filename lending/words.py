"""Search words made forgiving: accents, case, plural and word endings do not count."""

import re
import unicodedata

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("french")
_WORD = re.compile(r"[a-z0-9]+")


def fold(text: str) -> str:
    """Return the text in lower case and without accents or ligatures."""
    text = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae")
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def stems(text: str) -> list[str]:
    """Return the stem of each word, in order."""
    return [_stem(word) for word in _WORD.findall(fold(text))]


def _stem(word: str) -> str:
    # The stemmer keeps the s of micros, sonos and abris, which is the plural's all the same.
    singular = word[:-1] if len(word) > 3 and word.endswith("s") else word
    return str(_STEMMER.stemWord(singular))


def searchable(*texts: str) -> str:
    """Return what is kept for search: every word once, each between spaces.

    A word whose stem is not its beginning is followed by the stem: whoever types finds it at
    every letter, in the singular and in the plural.
    """
    kept: dict[str, None] = {}
    for word in (word for text in texts for word in _WORD.findall(fold(text))):
        kept[word] = None
        stem = _stem(word)
        if not word.startswith(stem):
            kept[stem] = None
    return f" {' '.join(kept)} "


def patterns(query: str) -> list[str]:
    """Return the LIKE patterns that a searchable text must all match: each word's beginning."""
    return [f"% {stem}%" for stem in dict.fromkeys(stems(query))]
