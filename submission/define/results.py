"""Analysis Results Metadata: the declared analyses of a study as result displays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.where import Comparator
from submission.define.elements import description, element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from specs.model import Analysis, Study
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


def result_displays(study: Study, definitions: Definitions) -> Iterator[etree._Element]:
    """The element of all result displays; none when no analysis states reason and purpose."""
    displays = [
        _display(study, analysis, definitions) for analysis in study.analyses if analysis.reason
    ]
    if displays:
        yield element("arm:AnalysisResultDisplays", {}, *displays)


def _display(study: Study, analysis: Analysis, definitions: Definitions) -> etree._Element:
    dataset = study.dataset(analysis.dataset)
    used = dict.fromkeys((analysis.variable, *(w.variable for w in analysis.where)))
    reference = None
    if analysis.where:
        clause = definitions.where(dataset.name, analysis.where)
        reference = element("def:WhereClauseRef", {"WhereClauseOID": clause})
    result = element(
        "arm:AnalysisResult",
        {
            "OID": f"AR.{analysis.id}.1",
            "ParameterOID": f"IT.{dataset.name}.PARAMCD" if dataset.has("PARAMCD") else "",
            "AnalysisReason": analysis.reason,
            "AnalysisPurpose": analysis.purpose,
        },
        description(analysis.title),
        element(
            "arm:AnalysisDatasets",
            {},
            element(
                "arm:AnalysisDataset",
                {"ItemGroupOID": f"IG.{dataset.name}"},
                *([reference] if reference is not None else []),
                *(
                    element("arm:AnalysisVariable", {"ItemOID": f"IT.{dataset.name}.{name}"})
                    for name in used
                ),
            ),
        ),
        element("arm:Documentation", {}, description(_documentation(analysis))),
        element(
            "arm:ProgrammingCode",
            {"Context": "Python"},
            element("arm:Code", text=_code(analysis)),
        ),
    )
    return element(
        "arm:ResultDisplay",
        {"OID": f"RD.{analysis.id}", "Name": analysis.id},
        description(analysis.title),
        result,
    )


def _documentation(analysis: Analysis) -> str:
    among = " and ".join(map(str, analysis.where))
    return (
        f"Number and percentage of the records of {analysis.dataset}"
        f"{f' with {among}' if among else ''}"
        f' that have {analysis.variable} EQ "{analysis.event}",'
        f" with the exact {100 * analysis.level:g} % confidence interval of Clopper and Pearson."
    )


def _code(analysis: Analysis) -> str:
    """The analysis as a program for pandas and scipy."""
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
