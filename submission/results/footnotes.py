"""What stands under a table or figure of its numbers: whose they are, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submission.results.populations import populations
from submission.results.tables import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from specs.analyses import Display, Selection
    from specs.model import Study
    from specs.tables import Table


def footnotes(
    study: Study,
    display: Display,
    results: pd.DataFrame,
    tables: Mapping[str, Table],
    frame: pd.DataFrame | None = None,
) -> tuple[str, ...]:
    """The sentences under a display, `frame` being the table as it is printed."""
    return (
        *_populations(study, display, tables),
        *_missing(display, results),
        *_signs(display, frame),
    )


def _populations(study: Study, display: Display, tables: Mapping[str, Table]) -> Iterator[str]:
    """The population flags that the records of a display are selected by."""
    analyses: list[Selection] = [a for a in study.analyses if a.id in display.analyses]
    people = tables["ADSL"].frame
    flags = [f for selection in (*analyses, *display.panels) for f in populations(study, selection)]
    for name, label in dict.fromkeys(flags):
        yield f"{label} ({name} EQ Y): {int(people[name].eq('Y').sum())} subjects."


def _missing(display: Display, results: pd.DataFrame) -> Iterator[str]:
    shown = results[results["analysis"].isin(display.analyses)]
    if shown["method"].eq("proportion").any():
        yield "A missing value is not an event; the denominator is all records."


def _signs(display: Display, frame: pd.DataFrame | None) -> Iterator[str]:
    if frame is not None and display.shows == "by_subject" and frame.isin([NONE]).to_numpy().any():
        yield f"{NONE}: missing, with the cause under Reason where it decides."
    if display.shows == "event_grid" and "percent_of" in display.options:
        yield "n (%) E: subjects, their share of the population, and events."
