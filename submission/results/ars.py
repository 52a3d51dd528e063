"""The results as a CDISC Analysis Results Standard 1.0 reporting event (JSON).

Analyses, methods and results come from analyses.yaml and the computed table; where clauses become
analysis sets and data subsets, `by` becomes data-driven groupings, displays become outputs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adam.methods import METHODS, method_text
from submission.results.populations import populations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from specs.analyses import Analysis, Display
    from specs.model import Study
    from specs.where import Where

Object = dict[str, Any]

REASON, PURPOSE, FILE = "AnalysisReasonEnum", "AnalysisPurposeEnum", "OutputFileTypeEnum"
TERMS = {
    REASON: (
        "SPECIFIED IN PROTOCOL",
        "SPECIFIED IN SAP",
        "DATA DRIVEN",
        "REQUESTED BY REGULATORY AGENCY",
    ),
    PURPOSE: (
        "PRIMARY OUTCOME MEASURE",
        "SECONDARY OUTCOME MEASURE",
        "EXPLORATORY OUTCOME MEASURE",
    ),
    FILE: ("pdf", "rtf", "txt"),
}
"""The standard's terms; what is none of them becomes a sponsor's term, which each may have."""

_UNSAID = {REASON: "SPECIFIED IN SAP", PURPOSE: "EXPLORATORY OUTCOME MEASURE"}


def reporting_event(
    study: Study, results: pd.DataFrame, files: Mapping[str, tuple[str, ...]]
) -> Object:
    """The reporting event of a study; `files` names the files of each display."""
    used = list(dict.fromkeys(analysis.method for analysis in study.analyses))
    return {
        "id": f"{study.id}-RE",
        "version": 1,
        "name": f"Results of {study.id}",
        "description": " ".join(study.synthetic.split()) or study.title,
        "mainListOfContents": {
            "name": "Contents",
            "contentsList": {"listItems": list(_contents(study))},
        },
        "otherListsOfContents": [
            {
                "name": "Outputs",
                "contentsList": {
                    "listItems": [
                        {key: value for key, value in item.items() if key != "sublist"}
                        for item in _contents(study)
                    ]
                },
            }
        ],
        "terminologyExtensions": list(_extensions(study, files)),
        "analysisSets": [
            _set(flag, label, number)
            for number, (flag, label) in enumerate(
                dict.fromkeys(
                    population
                    for analysis in study.analyses
                    for population in _population(study, analysis)
                ),
                1,
            )
        ],
        "dataSubsets": [
            _subset(f"DS_{analysis.id}", analysis.title, analysis.dataset, analysis.where, number)
            for number, analysis in enumerate(study.analyses, 1)
            if analysis.where
        ],
        "analysisGroupings": [
            {
                "id": f"AG_{dataset}_{name}",
                "name": f"{dataset}.{name}",
                "label": name,
                "groupingDataset": dataset,
                "groupingVariable": name,
                "dataDriven": True,
            }
            for dataset, name in dict.fromkeys(
                (analysis.dataset, name) for analysis in study.analyses for name in analysis.by
            )
        ],
        "methods": [_method(name, results) for name in used],
        "analyses": [_analysis(study, analysis, results) for analysis in study.analyses],
        "outputs": [_output(display, files.get(display.id, ())) for display in study.displays],
    }  # fmt: skip


def write_ars(
    study: Study, results: pd.DataFrame, files: Mapping[str, tuple[str, ...]], path: Path
) -> None:
    """Write the reporting event as JSON."""
    event = reporting_event(study, results, files)
    text = json.dumps(event, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _contents(study: Study) -> Iterator[Object]:
    """The items of the list of contents, one for each display."""
    for number, display in enumerate(study.displays, 1):
        item: Object = {
            "name": f"{display.id} {display.title}",
            "level": 1,
            "order": number,
            "outputId": f"OUT_{display.id}",
        }
        if display.analyses:
            titles = {analysis.id: analysis.title for analysis in study.analyses}
            item["sublist"] = {
                "listItems": [
                    {"name": titles[name], "level": 2, "order": n, "analysisId": f"AN_{name}"}
                    for n, name in enumerate(display.analyses, 1)
                ]
            }
        yield item


def _subset(identifier: str, name: str, dataset: str, where: Iterable[Where], order: int) -> Object:
    clauses = [_condition(dataset, clause) for clause in where]
    subset: Object = {"id": identifier, "name": name, "level": 1, "order": order}
    if len(clauses) == 1:
        return {**subset, "condition": clauses[0]}
    return {
        **subset,
        "compoundExpression": {
            "logicalOperator": "AND",
            "whereClauses": [
                {"level": 2, "order": number, "condition": clause}
                for number, clause in enumerate(clauses, 1)
            ],
        },
    }


def _condition(dataset: str, clause: Where) -> Object:
    return {
        "dataset": dataset,
        "variable": clause.variable,
        "comparator": clause.comparator.value,
        "value": list(clause.values),
    }


def _method(name: str, results: pd.DataFrame) -> Object:
    """A method with its operations, one for each statistic."""
    rows = results[results["method"].eq(name)].drop_duplicates("statistic")
    return {
        "id": f"MT_{name}",
        "name": name,
        "label": name.replace("_", " "),
        "description": method_text(METHODS[name]),
        "operations": [
            {
                "id": f"MT_{name}_{code}",
                "name": label,
                "label": label,
                "order": number,
                "resultPattern": _pattern(shown),
            }
            for number, (code, label, shown) in enumerate(
                zip(rows["statistic"], rows["label"], rows["shown"], strict=True), 1
            )
        ],
    }


def _population(study: Study, analysis: Analysis) -> list[tuple[str, str]]:
    """The population an analysis is of, if its records are selected by one: flag and label."""
    return list(populations(study, analysis))[:1]


def _set(flag: str, label: str, number: int) -> Object:
    """A population as an analysis set."""
    condition = {"dataset": "ADSL", "variable": flag, "comparator": "EQ", "value": ["Y"]}
    return {
        "id": f"AS_{flag}",
        "name": label,
        "label": label,
        "level": 1,
        "order": number,
        "condition": condition,
    }


def _analysis(study: Study, analysis: Analysis, results: pd.DataFrame) -> Object:
    """An analysis with its results."""
    rows = results[results["analysis"].eq(analysis.id)]
    attributes: Object = {
        "id": f"AN_{analysis.id}",
        "version": 1,
        "name": analysis.title,
        "reason": _term(REASON, analysis.reason or _UNSAID[REASON]),
        "purpose": _term(PURPOSE, analysis.purpose or _UNSAID[PURPOSE]),
        "dataset": analysis.dataset,
        "variable": analysis.variable,
        "methodId": f"MT_{analysis.method}",
        "orderedGroupings": [
            {
                "order": number,
                "groupingId": f"AG_{analysis.dataset}_{name}",
                "resultsByGroup": True,
            }
            for number, name in enumerate(analysis.by, 1)
        ],
        "results": [_result(analysis, row) for row in rows.to_dict("records")],
    }
    for flag, _ in _population(study, analysis):
        attributes["analysisSetId"] = f"AS_{flag}"
    if analysis.where:
        attributes["dataSubsetId"] = f"DS_{analysis.id}"
    if analysis.against is not None:
        second = analysis.against
        clauses = " and ".join(map(str, second.where))
        attributes["description"] = f"Against {second.dataset}.{second.variable} with {clauses}"
    return attributes


def _result(analysis: Analysis, row: Mapping[Any, Any]) -> Object:
    result: Object = {
        "operationId": f"MT_{analysis.method}_{row['statistic']}",
        "rawValue": "" if row["value"] != row["value"] else repr(float(row["value"])),
        "formattedValue": row["shown"],
    }
    groups = [
        {
            "groupingId": f"AG_{analysis.dataset}_{name}",
            "groupValue": row[f"value{number}"],
        }
        for number, name in enumerate(analysis.by, 1)
    ]
    return {**result, "resultGroups": groups}


def _term(kind: str, term: str) -> Object:
    if term in TERMS[kind]:
        return {"controlledTerm": term}
    return {"sponsorTermId": _sponsor_id(kind, term)}


def _sponsor_id(kind: str, term: str) -> str:
    return f"TERM_{kind.removesuffix('Enum')}_{term.upper().replace(' ', '_')}"


def _extensions(study: Study, files: Mapping[str, tuple[str, ...]]) -> Iterator[Object]:
    """For each extensible list of terms those of the sponsor, if it has any."""
    used = {
        REASON: (analysis.reason for analysis in study.analyses),
        PURPOSE: (analysis.purpose for analysis in study.analyses),
        FILE: (_type(name) for names in files.values() for name in names),
    }
    for kind, terms in used.items():
        own = [term for term in dict.fromkeys(terms) if term and term not in TERMS[kind]]
        if own:
            yield {
                "id": f"TE_{kind}",
                "enumeration": kind,
                "sponsorTerms": [
                    {"id": _sponsor_id(kind, term), "submissionValue": term} for term in own
                ],
            }


def _type(file: str) -> str:
    return file.rpartition(".")[2]


def _output(display: Display, files: tuple[str, ...]) -> Object:
    """The output of a display, with its title and footnote."""
    return {
        "id": f"OUT_{display.id}",
        "version": 1,
        "name": display.title,
        "fileSpecifications": [
            {"name": name, "location": name, "fileType": _term(FILE, _type(name))} for name in files
        ],
        "displays": [
            {
                "order": 1,
                "display": {
                    "id": f"DISP_{display.id}",
                    "version": 1,
                    "name": display.title,
                    "displayTitle": display.title,
                    "displaySections": [
                        {
                            "sectionType": kind,
                            "orderedSubSections": [
                                {
                                    "order": 1,
                                    "subSection": {
                                        "id": f"DISP_{display.id}_{kind.upper()}",
                                        "text": text,
                                    },
                                }
                            ],
                        }
                        for kind, text in (
                            ("Title", display.title),
                            ("Footnote", _footnote(display)),
                        )
                        if text
                    ],
                },
            }
        ],
    }


def _footnote(display: Display) -> str:
    texts = (("Published", display.published), ("Synthetic", display.synthetic))
    return " ".join(f"{name}: {' '.join(text.split())}" for name, text in texts if text)


def _pattern(shown: str) -> str:
    """`83.3` as `XX.X`."""
    return "".join("X" if character.isdigit() else character for character in shown)
