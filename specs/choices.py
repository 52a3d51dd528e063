"""Which records a value was chosen among: the account of baselines, windows, ties and look-ups.

A derivation that chooses gives it beside its values (`Outcome.choices`), with the labels of its
sources; in a finished table rows and records are named by their positions.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from specs.distinct import as_category, stacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

COLUMNS = ("row", "record", "because")
"""A record that was looked at for a row, and why it lost; missing where it was chosen."""

_TEXTS = ("variable", "source", "because")

EQUAL = "it is equal in all that counts, and another was collected later"
"""Why a record lost where nothing else tells it from the one chosen."""


def choices(
    group: pd.Series, chosen: pd.Series, reasons: Iterable[tuple[pd.Series, str]], last: str = EQUAL
) -> pd.DataFrame:
    """The account of one record chosen of each group: whole numbers on the labels of candidates.

    `chosen` is true for those chosen. A loser lost for the first of `reasons` in whose values it
    differs from the one chosen, else for the `last`. The row of a group is the record chosen, or
    the first where none of it was.
    """
    codes, groups = pd.factorize(group)
    won = chosen.to_numpy(dtype="bool")
    winner = np.full(len(groups), -1)
    winner[codes[::-1]] = np.arange(len(codes))[::-1]
    winner[codes[won][::-1]] = np.flatnonzero(won)[::-1]
    own = winner[codes]
    reason = np.full(len(codes), -1, dtype="int8")
    texts = []
    for number, (values, text) in enumerate([*reasons, (None, last)]):
        texts.append(text)
        lost = ~won & (reason < 0)
        if values is not None:
            codes_of, _ = pd.factorize(values)
            lost &= codes_of != codes_of[own]
        reason[lost] = number
    because = pd.Categorical.from_codes(reason, pd.Index(texts, dtype="str"))
    labels = group.index.to_numpy()
    return pd.DataFrame({"row": labels[own], "record": labels, "because": because})


def choices_of_subjects(
    subjects: pd.Series, chosen: pd.Index, reasons: Iterable[tuple[pd.Series, str]]
) -> pd.DataFrame:
    """The same for one record chosen of each subject; `chosen` are their labels.

    The row is the subject, as derivations of scope `subject` name it.
    """
    won = pd.Series(subjects.index.isin(chosen), index=subjects.index)
    group = pd.Series(pd.factorize(subjects)[0], index=subjects.index)
    return choices(group, won, reasons).assign(row=subjects.to_numpy())


def taken_from(rows: pd.Index, records: Iterable[object]) -> pd.DataFrame:
    """The account of values taken over from one record each, without others to choose from."""
    because = pd.Series(np.nan, index=range(len(rows)), dtype="str")
    return pd.DataFrame({"row": rows, "record": list(records), "because": because})


def moved(
    table: pd.DataFrame | None,
    own: str,
    rows: NDArray[np.int64],
    others: Mapping[str, NDArray[np.int64]] = MappingProxyType({}),
) -> pd.DataFrame | None:
    """An account whose rows, and records of the dataset `own`, stand at other positions.

    `rows` has for each position the new one; `others` the same for records of other datasets.
    """
    if table is None:
        return None
    record = table["record"].to_numpy(copy=True)
    for source, positions in [*others.items(), (own, rows)]:
        of_source = (table["source"] == source).to_numpy()
        record[of_source] = positions[record[of_source]]
    return table.assign(row=rows[table["row"].to_numpy()], record=record)


def below(tables: Iterable[pd.DataFrame | None]) -> pd.DataFrame | None:
    """Accounts below each other."""
    filled = [table for table in tables if table is not None and len(table)]
    if not filled:
        return None
    columns = {
        name: stacked([as_category(t[name]) if name in _TEXTS else t[name] for t in filled])
        for name in map(str, filled[0])
    }
    return pd.DataFrame(columns, copy=False)
