"""Tables as RTF, with rtflite (the extra `rtf`)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from specs.analyses import Display


def write_rtf(
    frame: pd.DataFrame, display: Display, source: str, path: Path, footnotes: tuple[str, ...] = ()
) -> bool:
    """A table as RTF; False where rtflite is not installed."""
    try:
        polars, rtflite = import_module("polars"), import_module("rtflite")
    except ImportError:
        return False
    columns = [str(name) or " " for name in frame.columns]
    first, rest = 3.0, [1.0] * (len(columns) - 1)
    sides = ["l", *("c" for _ in rest)]
    notes = list(footnotes)
    notes += [
        f"{name}: {' '.join(text.split())}"
        for name, text in (("Published", display.published), ("Synthetic", display.synthetic))
        if text
    ]
    document = rtflite.RTFDocument(
        df=polars.DataFrame({n: list(frame.iloc[:, i]) for i, n in enumerate(columns)}),
        rtf_page=rtflite.RTFPage(orientation="landscape"),
        rtf_title=rtflite.RTFTitle(text=[f"{display.id}  {display.title}", source]),
        rtf_column_header=[
            rtflite.RTFColumnHeader(
                text=columns, col_rel_width=[first, *rest], text_justification=sides
            )
        ],
        rtf_body=rtflite.RTFBody(col_rel_width=[first, *rest], text_justification=[sides]),
        rtf_footnote=rtflite.RTFFootnote(text=notes) if notes else None,
    )
    path.write_text(document.rtf_encode(), encoding="utf-8", newline="\n")
    return True
