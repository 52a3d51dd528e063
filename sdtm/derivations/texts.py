"""Texts made of texts: joined, cut out by a pattern, told apart by one."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from specs.derivation import derivation
from specs.distinct import as_plain, missing, text_where
from specs.errors import SpecError

_LONGEST = 500
"""The most characters of a pattern."""


@derivation(scope="value")
def joined_text(*texts: pd.Series, separator: str) -> pd.Series:
    """The texts {texts} in this order, with "{separator}" between them; missing ones are left out,
    and it is missing where all are.

    >>> joined_text(pd.Series(["a", None]), pd.Series(["b", "c"]), separator=" - ").tolist()
    ['a - b', 'c']
    """
    joined = as_plain(missing(texts[0].index))
    for text in texts:
        longer = joined.str.cat(text, sep=separator)
        joined = longer.where(longer.notna(), joined.where(joined.notna(), text))
    return joined


@derivation(scope="value")
def part_of_text(text: pd.Series, *, pattern: str) -> pd.Series:
    """The part of {text} that the regular expression "{pattern}" matches first, or of that the
    part in its first parentheses; missing where it matches nothing.

    >>> part_of_text(pd.Series(["3 times a day"]), pattern="([0-9]+) times").tolist()
    ['3']
    """
    matched = _matched(text, pattern)
    whole = pattern if _has_group(pattern) else f"({pattern})"
    around = rf"(?s)^.*?(?:{whole}).*$"
    texts = pc.replace_substring_regex(_array(text), around, r"\1")
    return pd.Series(texts.to_numpy(zero_copy_only=False), text.index, dtype="str").where(matched)


@derivation(scope="value", gives=("Y", "N"))
def matches(text: pd.Series, *, pattern: str) -> pd.Series:
    """Y where the regular expression "{pattern}" matches a part of {text}, N where it does not;
    missing where {text} is.

    >>> matches(pd.Series(["HEADACHE", "RASH", None]), pattern="^HEAD").tolist()
    ['Y', 'N', nan]
    """
    matched = _matched(text, pattern)
    return text_where(matched).mask(text.notna() & ~matched, "N")


def _matched(text: pd.Series, pattern: str) -> pd.Series:
    """Where a pattern matches; SpecError for one that is no regular expression of RE2.

    RE2 takes a time linear in the text, whatever the pattern: it has no back references.
    """
    if len(pattern) > _LONGEST:
        raise SpecError(
            f"the pattern has {len(pattern):,} characters", remedy=f"write at most {_LONGEST}"
        )
    try:
        pc.match_substring_regex(pa.array([""]), pattern)  # without any text it is not read
    except pa.ArrowInvalid as error:
        raise SpecError(
            f"the pattern {pattern} cannot be read ({str(error).partition(': ')[2]})",
            remedy="write a regular expression of RE2: no back references, no look-around",
        ) from None
    matched = pc.match_substring_regex(_array(text), pattern)
    return pd.Series(matched.to_numpy(zero_copy_only=False), text.index).eq(other=True)


def _has_group(pattern: str) -> bool:
    """Whether a pattern has parentheses that keep what they match."""
    try:
        pc.extract_regex(_array(pd.Series([], dtype="str")), f"(?P<whole>{pattern})")
    except pa.ArrowInvalid:
        return True
    return "(?P<" in pattern


def _array(text: pd.Series) -> pa.Array:
    return pa.array(text.astype("str"), type=pa.string(), from_pandas=True)
