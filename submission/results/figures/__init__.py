"""Figures by the name that a display gives under `shows`."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from specs.errors import MappingError, did_you_mean
from submission.results.figures import heat_map, paired, scatter, style, timeline, trajectories

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

    from specs.analyses import Display
    from specs.tables import Table

    Drawing = Callable[[Display, pd.DataFrame, Mapping[str, Table]], Figure]

FIGURES: Mapping[str, Drawing] = MappingProxyType(
    {
        "trajectories": trajectories.draw,
        "heat_map": heat_map.draw,
        "paired": paired.draw,
        "scatter": scatter.draw,
        "timeline": timeline.draw,
    }
)


PER_SHEET: Mapping[str, int] = MappingProxyType({"heat_map": 24, "timeline": 20})
"""So many subjects are on a sheet of figures that draw each by itself; more have more sheets."""


def draw(
    display: Display,
    results: pd.DataFrame,
    tables: Mapping[str, Table],
    notice: str,
    folder: Path,
) -> tuple[str, ...]:
    """The figure a display declares, written as SVG and PNG; the files, sheet by sheet.

    `notice` stands under it. MappingError where there is no figure of that name.
    """
    if display.shows not in FIGURES:
        raise MappingError(
            f"{display.id}: there is no figure {display.shows}",
            where=display.place,
            remedy=did_you_mean(display.shows, FIGURES),
        )
    adsl = tables["ADSL"]
    each = PER_SHEET.get(display.shows, len(adsl.frame))
    files: list[str] = []
    with style.settings():
        for number, people in enumerate(style.sheets_of(adsl.frame, each), 1):
            shown = {**tables, "ADSL": replace(adsl, frame=people)}
            figure = FIGURES[display.shows](display, results, shown)
            if notice:
                style.warning(figure, notice)
            name = display.id.lower() if number == 1 else f"{display.id.lower()}-{number}"
            files += style.save(figure, folder, name)
    return tuple(files)
