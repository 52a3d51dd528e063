"""What of analyses.yaml is wrong before there are any data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adam.methods import METHODS
from specs.condition_values import impossible
from specs.errors import SpecError, did_you_mean
from specs.where import Comparator, Where
from submission.results.figures import FIGURES
from submission.results.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.analyses import Analysis, Selection
    from specs.model import Study


def result_problems(study: Study) -> Iterator[SpecError]:
    """Datasets, variables, values, methods, tables and figures that are named and not there."""
    for analysis in study.analyses:
        yield from _analysis_problems(study, analysis)
    for display in study.displays:
        names = TABLES if display.kind == "table" else FIGURES
        if display.shows not in names:
            yield SpecError(
                f"{display.id}: there is no {display.kind} {display.shows}",
                where=display.place,
                remedy=did_you_mean(display.shows, names),
            )
        for panel in display.panels:
            yield from _selection_problems(study, panel, display.place)
            if panel.against is not None:
                yield from _selection_problems(study, panel.against, display.place)


def _analysis_problems(study: Study, analysis: Analysis) -> Iterator[SpecError]:
    if analysis.method not in METHODS:
        yield SpecError(
            f"analysis {analysis.id}: there is no method {analysis.method}",
            where=analysis.place,
            remedy=did_you_mean(analysis.method, METHODS),
        )
    yield from _selection_problems(study, analysis, analysis.place, analysis.by)
    if analysis.event:
        event = Where(
            variable=analysis.variable, comparator=Comparator.EQ, values=(analysis.event,)
        )
        if study.has(analysis.dataset):
            of = study.dataset(analysis.dataset)
            yield from impossible(study, of, (event,), analysis.place)
    if analysis.against is not None:
        yield from _selection_problems(study, analysis.against, analysis.place)


def _selection_problems(
    study: Study, selection: Selection, place: str, by: tuple[str, ...] = ()
) -> Iterator[SpecError]:
    if not study.has(selection.dataset):
        yield SpecError(
            f"there is no dataset {selection.dataset}",
            where=place,
            remedy=did_you_mean(selection.dataset, [d.name for d in study.datasets]),
        )
        return
    dataset = study.dataset(selection.dataset)
    names = [variable.name for variable in dataset.variables]
    for name in (selection.variable, *by, *(where.variable for where in selection.where)):
        if name not in names:
            yield SpecError(
                f"{dataset.name} has no {name}", where=place, remedy=did_you_mean(name, names)
            )
    yield from impossible(study, dataset, selection.where, place)
