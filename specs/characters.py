"""Which characters a file of a package can hold: its encoding, and what stands for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow.compute as pc

from specs.distinct import arrow_of, as_plain

if TYPE_CHECKING:
    from collections.abc import Mapping


def foreign_characters(texts: pd.Series, encoding: str) -> pd.Series:
    """The first character of each text that a file in that encoding cannot hold.

    NUL is one in every encoding, as it ends a text. Shape: Series of text or of categories in,
    those that have such a character out, with it.
    """
    categories = isinstance(texts.dtype, pd.CategoricalDtype)
    arrow = arrow_of(texts.cat.categories if categories else texts.astype("str"))
    within = pc.and_(pc.string_is_ascii(arrow), pc.invert(pc.match_substring(arrow, "\0")))
    if pc.all(within).as_py():
        return pd.Series([], index=texts.index[:0], dtype="str")
    suspect = pc.unique(arrow.filter(pc.invert(within))).to_pylist()
    first = {text: _first_foreign(text, encoding) for text in suspect}
    rows = as_plain(texts[texts.isin(suspect)])
    lacking: pd.Series = rows.map(first).dropna()
    return lacking


def with_replacements(texts: pd.Series, replace: Mapping[str, str]) -> pd.Series:
    """The texts with each character that `replace` names as what it gives for it."""
    table: dict[int, str] = {ord(old): new for old, new in replace.items()}
    return as_plain(texts).str.translate(table)


def character(text: str) -> str:
    """A character as messages show it: 'ö' (U+00F6)."""
    return f"{text!r} (U+{ord(text):04X})"


def _first_foreign(text: str, encoding: str) -> str | None:
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        return text[error.start]
    return "\0" if "\0" in text else None
