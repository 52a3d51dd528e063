"""Branching logic: the condition under which a form shows a field, as REDCap writes it.

`[sex] = "0" and [given_birth] = "1"`; a ticked box is `[race(5)] = "1"`. What reaches beyond the
form's own record, or calls a function, is not understood here, and nothing is said of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.raw import TICKED
from specs.distinct import as_plain
from specs.numbers import numbers_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdtm.raw import Form

_TOKEN = re.compile(
    r"""\s*(?:(?P<field>\[[a-z0-9_-]+(?:\([^()\[\]]+\))?\])|(?P<text>"[^"]*"|'[^']*'|-?[0-9.]+)"""
    r"""|(?P<compare><=|>=|<>|!=|=|<|>)|(?P<word>and|or)\b|(?P<bracket>[()]))""",
    flags=re.IGNORECASE,
)
_COMPARE: dict[str, Callable[[pd.Series, pd.Series], pd.Series]] = {
    "=": pd.Series.eq, "<>": pd.Series.ne, "!=": pd.Series.ne,
    "<": pd.Series.lt, ">": pd.Series.gt, "<=": pd.Series.le, ">=": pd.Series.ge,
}  # fmt: skip


def shown(logic: str, form: Form) -> pd.Series | None:
    """Where a form's records show a field: a bool Series, or None where that cannot be told."""
    tokens = [match for match in _TOKEN.finditer(logic) if match.lastgroup]
    if not tokens or "".join(t[0] for t in tokens).strip() != logic.strip():
        return None
    try:
        reader = _Reader(tokens, form)
        rows = reader.any_of()
    except (LookupError, TypeError):  # TypeError: an amount compared with a text
        return None
    return rows if reader.at == len(tokens) else None


@dataclass
class _Reader:
    """Where the reading stands among the tokens; LookupError where they are not understood."""

    tokens: list[re.Match[str]]
    form: Form
    at: int = 0

    def any_of(self) -> pd.Series:
        rows = self.all_of()
        while self._next("word", "or"):
            rows = rows | self.all_of()
        return rows

    def all_of(self) -> pd.Series:
        rows = self.one()
        while self._next("word", "and"):
            rows = rows & self.one()
        return rows

    def one(self) -> pd.Series:
        if self._next("bracket", "("):
            rows = self.any_of()
            if not self._next("bracket", ")"):
                raise LookupError(")")
            return rows
        left, sign, right = self._operand(), self._taken("compare"), self._operand()
        amounts = [numbers_of(side) for side in (left, right)]
        numeric = amounts[0].notna() & amounts[1].notna()
        if sign in ("=", "<>", "!="):
            as_text = _COMPARE[sign](left, right)
            return as_text.where(~numeric, _COMPARE[sign](*amounts)).astype("bool")
        return _COMPARE[sign](*amounts) & numeric

    def _operand(self) -> pd.Series:
        """The next value: a text, a field of the records, or whether a box is ticked."""
        token = self.tokens[self.at]
        self.at += 1
        frame = self.form.frame
        if token.lastgroup == "text":
            return pd.Series(token[0].strip().strip("\"'"), index=frame.index, dtype="str")
        if token.lastgroup != "field":
            raise LookupError(token[0])
        name, _, code = token["field"].strip("[]").rstrip(")").partition("(")
        column = "@event" if name == "event-name" else name
        if column not in self.form.fields and column != "@event":
            raise LookupError(name)
        if not code:
            answers: pd.Series = as_plain(self.form.texts(column)).fillna("")
            return answers
        values = as_plain(frame[column]).fillna("")
        ticked = values.str.split(TICKED).map(lambda codes: "1" if code in codes else "0")
        return ticked.astype("str")

    def _taken(self, kind: str) -> str:
        token = self.tokens[self.at]
        self.at += 1
        if token.lastgroup != kind:
            raise LookupError(token[0])
        return token[0].strip()

    def _next(self, kind: str, text: str) -> bool:
        """Whether the next token is that one, which is then taken."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        met = token is not None and token.lastgroup == kind
        met = met and token[0].strip().lower() == text  # type: ignore[index]  # found: it is there
        self.at += int(met)
        return met
