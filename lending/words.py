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
    return [_STEMMER.stemWord(word) for word in _WORD.findall(fold(text))]


def searchable(*texts: str) -> str:
    """Return what is kept for search: every stem once, each between spaces."""
    seen = dict.fromkeys(stem for text in texts for stem in stems(text))
    return f" {' '.join(seen)} "


def patterns(query: str) -> list[str]:
    """Return the LIKE patterns that a searchable text must all match: each word's beginning."""
    return [f"% {stem}%" for stem in dict.fromkeys(stems(query))]
