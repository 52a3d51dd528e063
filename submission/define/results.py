"""Analysis Results Metadata: the declared analyses of a study as result displays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adam.methods import METHODS, method_text
from specs.numbers import exact, number_text
from specs.where import Comparator
from submission.define.elements import description, element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from specs.analyses import Analysis, Selection
    from specs.model import Study
    from specs.where import Where
    from submission.define.datasets import Definitions

_PYTHON = {
    Comparator.EQ: "==",
    Comparator.NE: "!=",
    Comparator.LT: "<",
    Comparator.LE: "<=",
    Comparator.GT: ">",
    Comparator.GE: ">=",
}

_JOINED = "The records are joined by USUBJID."


def result_displays(study: Study, definitions: Definitions) -> Iterator[etree._Element]:
    """The element of all result displays; none when no analysis states reason and purpose.

    Analyses are results of the displays that show them; one that none shows is its own display.
    """
    stated = {analysis.id: analysis for analysis in study.analyses if analysis.reason}
    shown = {name for display in study.displays for name in display.analyses}
    displays = [
        _display(study, display.id, display.title, analyses, definitions)
        for display in study.displays
        if (analyses := [stated[name] for name in display.analyses if name in stated])
    ]
    displays.extend(
        _display(study, analysis.id, analysis.title, [analysis], definitions)
        for name, analysis in stated.items()
        if name not in shown
    )
    if displays:
        yield element("arm:AnalysisResultDisplays", {}, *displays)


def _display(
    study: Study, name: str, title: str, analyses: list[Analysis], definitions: Definitions
) -> etree._Element:
    results = [_result(study, name, analysis, definitions) for analysis in analyses]
    return element(
        "arm:ResultDisplay", {"OID": f"RD.{name}", "Name": name}, description(title), *results
    )


def _result(
    study: Study, display: str, analysis: Analysis, definitions: Definitions
) -> etree._Element:
    """The element of an analysis in a display."""
    dataset = study.dataset(analysis.dataset)
    used = [_dataset(analysis, definitions, analysis.by)]
    comment = ""
    if analysis.against is not None:
        used.append(_dataset(analysis.against, definitions))
        comment = definitions.comments.add(_JOINED, "COM.JOINED")
    code = _code(analysis)
    programming = [
        element("arm:ProgrammingCode", {"Context": "Python"}, element("arm:Code", text=code))
    ]
    return element(
        "arm:AnalysisResult",
        {
            "OID": f"AR.{display}.{analysis.id}",
            "ParameterOID": f"IT.{dataset.name}.PARAMCD" if dataset.has("PARAMCD") else "",
            "AnalysisReason": analysis.reason,
            "AnalysisPurpose": analysis.purpose,
        },
        description(analysis.title),
        element("arm:AnalysisDatasets", {"def:CommentOID": comment}, *used),
        element("arm:Documentation", {}, description(_documentation(analysis))),
        *(programming if code else []),
    )


def _dataset(
    selection: Selection, definitions: Definitions, by: tuple[str, ...] = ()
) -> etree._Element:
    """The records and variables of a dataset that an analysis uses."""
    name = selection.dataset
    names = (selection.variable, *by, *(where.variable for where in selection.where))
    children = [
        element("arm:AnalysisVariable", {"ItemOID": f"IT.{name}.{variable}"})
        for variable in dict.fromkeys(names)
    ]
    if selection.where:
        clause = definitions.where(name, selection.where)
        children.insert(0, element("def:WhereClauseRef", {"WhereClauseOID": clause}))
    return element("arm:AnalysisDataset", {"ItemGroupOID": f"IG.{name}"}, *children)


def _documentation(analysis: Analysis) -> str:
    """The method's own description, and what it is applied to."""
    sentences = [method_text(METHODS[analysis.method])] if analysis.method in METHODS else []
    sentences.append(f"Values: {_selected(analysis)}.")
    if analysis.event:
        sentences.append(f'Event: {analysis.variable} EQ "{analysis.event}".')
    if analysis.against is not None:
        sentences.append(f"Compared with: {_selected(analysis.against)}.")
    if analysis.by:
        sentences.append(f"For each {' and '.join(analysis.by)}.")
    sentences.append(f"Confidence level: {number_text(100 * exact(analysis.level))} %.")
    return " ".join(sentences)


def _selected(selection: Selection) -> str:
    among = " and ".join(map(str, selection.where))
    return f"{selection.dataset}.{selection.variable}{f' where {among}' if among else ''}"


def _code(analysis: Analysis) -> str:
    """A proportion as a program for pandas and scipy; "" for other methods."""
    if analysis.method != "proportion" or analysis.by:
        return ""
    name = analysis.dataset.lower()
    chosen = " & ".join(_condition(name, where) for where in analysis.where)
    return "\n".join(
        (
            "import pandas as pd",
            "from scipy.stats import binomtest",
            "",
            f'{name} = pd.read_sas("{name}.xpt", format="xport", encoding="ascii")',
            f"records = {name}[{chosen}]" if chosen else f"records = {name}",
            f'events = int(records["{analysis.variable}"].eq("{analysis.event}").sum())',
            "share = binomtest(events, len(records))",
            f'interval = share.proportion_ci({analysis.level}, method="exact")',
        )
    )


def _condition(name: str, where: Where) -> str:
    column = f'{name}["{where.variable}"]'
    if where.comparator in (Comparator.IN, Comparator.NOTIN):
        inside = f"{column}.isin({list(where.values)!r})"
        return f"~{inside}" if where.comparator is Comparator.NOTIN else inside
    value = where.values[0]
    ordered = where.comparator not in (Comparator.EQ, Comparator.NE)
    return f"({column} {_PYTHON[where.comparator]} {value if ordered else repr(value)})"
