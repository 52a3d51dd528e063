"""Tables as transport files can hold them: what was found too long, or foreign, is made to fit.

A finding tells each such text (CK-LENGTH, CK-CHARACTER), and a final package is refused. A draft
is written all the same, so that whoever mends the texts sees the rest of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from specs.characters import foreign_characters
from specs.distinct import arrow_of, is_text
from specs.limits import LONGEST_TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from specs.model import Dataset, Study
    from specs.tables import Table

_WIDEST = "utf-8"


def writable(study: Study, tables: Mapping[str, Table]) -> dict[str, Table]:
    """The tables with texts cut to 200 bytes, between characters, and NUL as a blank."""
    changed_tables = dict(tables)
    for dataset in study.datasets:
        if dataset.name in tables:
            frame = tables[dataset.name].frame
            cut = {name: _fitting(frame[name]) for name in _texts(dataset, frame)}
            changed = {name: texts for name, texts in cut.items() if texts is not None}
            if changed:
                changed_tables[dataset.name] = replace(
                    tables[dataset.name], frame=frame.assign(**changed)
                )
    return changed_tables


def encoding_of(study: Study, dataset: Dataset, frame: pd.DataFrame) -> str:
    """The encoding of a dataset's file: the study's, or UTF-8 where that lacks a character."""
    fits = all(foreign_characters(frame[n], study.encoding).empty for n in _texts(dataset, frame))
    return study.encoding if fits else _WIDEST


def _texts(dataset: Dataset, frame: pd.DataFrame) -> list[str]:
    return [v.name for v in dataset.variables if v.type == "Char" and v.name in frame]


def _fitting(texts: pd.Series) -> pd.Series | None:
    """The texts as they fit; None where they do already."""
    plain = texts if is_text(texts) else texts.astype("str")
    arrow = arrow_of(plain)
    long = pc.max(pc.binary_length(arrow)).as_py() or 0
    nul = pc.any(pc.match_substring(arrow, "\0")).as_py()
    if long <= LONGEST_TEXT and not nul:
        return None
    return plain.map(
        lambda text: (
            text.replace("\0", " ").encode()[:LONGEST_TEXT].decode(errors="ignore").rstrip()
        ),
        na_action="ignore",
    ).astype("str")
