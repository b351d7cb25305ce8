"""Finding rows by what people type: without accents and case, by parts of words, and by words that are nearly right."""

from __future__ import annotations

from functools import lru_cache

from django.db import connection
from django.db.models import Func, Q, TextField

MOST_WORDS = 8
"""How many words of a search count."""


class Folded(Func):
    """Texts as one, in lower case and without accents, so that Élodie is found by `elodie`.

    A function of the database makes it, since PostgreSQL's own `unaccent` may not stand in an index.
    """

    function = "handoff_fold"
    output_field = TextField()


@lru_cache(maxsize=1024)
def folded(text: str) -> str:
    """`text` as `Folded` stores it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT handoff_fold(%s)", [text])
        [fold] = cursor.fetchone()
    return str(fold)


def folded_words(text: str) -> list[str]:
    """The words that a search for `text` looks for: the first eight, folded."""
    return folded(text.replace("\x00", "")).split()[:MOST_WORDS]


def has_word(column: str, word: str) -> Q:
    """Where `word`, folded, is a part of the folded `column`."""
    return Q(**{f"{column}__contains": word})


def like_word(column: str, word: str) -> Q:
    """Where the folded `column` has a word that begins much like `word`, or is much like it as a whole. Trigrams tell:
    at least 0.6 of them are shared, or 0.5.
    """
    begins = Q(**{f"{column}__trigram_word_similar": word})
    return begins | Q(**{f"{column}__trigram_strict_word_similar": word})
