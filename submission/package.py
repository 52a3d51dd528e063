"""The folder an agency gets: transport files and define.xml, in the places of an eCTD."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from specs.errors import SpecError, shortened
from specs.lineage import variable_lineage
from specs.paths import file_name
from submission.attributes import measured
from submission.define import read_define, write_define, write_stylesheet
from submission.define.html import Addition, DatasetAddition, write_html
from submission.define.html.addition import SHOWN_RECORDS
from submission.writable import encoding_of, writable
from submission.xpt import Column, split_xpt, write_xpt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from specs.model import Dataset, Study
    from specs.tables import Table
    from submission.attributes import DatasetAttributes

PARTS = {"SDTMIG": "tabulations/sdtm", "ADaMIG": "analysis/adam/datasets"}


def write_package(
    study: Study,
    sdtm_tables: Mapping[str, Table],
    adam_tables: Mapping[str, Table],
    folder: Path,
    created: datetime,
) -> tuple[Path, ...]:
    """Write the transport files, define.xml and define.html of a study under a folder; list them.

    The folder exists and is empty. A dataset without records has no file; define.xml says that it
    has no data. A part, tabulations or analysis, for which nothing is specified is left out.
    `created` is a local time without zone, exact to the second; it is the only time that is
    written. Errors: SpecError (a study id that cannot name a folder), MappingError (a dataset that
    was not built), TransportError (a value that a file cannot hold).
    """
    written: list[Path] = []
    for standard, tables in (("SDTMIG", sdtm_tables), ("ADaMIG", adam_tables)):
        if not study.of(standard):
            continue
        target = part_folder(folder, study.id, standard)
        target.mkdir(parents=True)
        tables = writable(study, tables)
        attributes = measured(study, standard, tables)
        for dataset in study.of(standard):
            if attributes[dataset.name].has_data:
                path = target / f"{dataset.name.lower()}.xpt"
                frame = tables[dataset.name].frame
                encoding = encoding_of(study, dataset, frame)
                write_xpt(
                    frame,
                    path,
                    name=dataset.name,
                    label=dataset.label,
                    columns=columns(dataset, attributes[dataset.name]),
                    created=created,
                    encoding=encoding,
                )
                written.extend((path, *split_xpt(path, encoding=encoding)))
        first = {d.name: tables[d.name].frame.head(SHOWN_RECORDS) for d in study.of(standard)}
        written.extend(write_description(study, standard, attributes, first, target, created))
    return tuple(written)


def write_description(
    study: Study,
    standard: str,
    attributes: Mapping[str, DatasetAttributes],
    first: Mapping[str, pd.DataFrame],
    target: Path,
    created: datetime,
) -> tuple[Path, ...]:
    """Write define.xml and its page beside the files of a standard; `first` are first records."""
    define = target / "define.xml"
    write_define(study, standard, attributes, define, created)
    page = define.with_suffix(".html")
    write_html(read_define(define), page, _addition(study, standard, attributes, first))
    return define, write_stylesheet(target), page


def _addition(
    study: Study,
    standard: str,
    attributes: Mapping[str, DatasetAttributes],
    first: Mapping[str, pd.DataFrame],
) -> Addition:
    """What define.html shows beside define.xml: records, and where variables come from."""
    lineage = variable_lineage(study).groupby(["dataset", "variable"], sort=False)["source"]
    sources: dict[str, dict[str, tuple[str, ...]]] = {}
    for (dataset, variable), names in lineage:
        shown = tuple(s for s in dict.fromkeys(names) if not s.startswith(("constant ", "@")))
        sources.setdefault(str(dataset), {})[str(variable)] = shown
    here = PurePosixPath(PARTS[standard])
    up = "/".join(".." for _ in here.parts)
    return Addition(
        datasets={
            dataset.name: DatasetAddition.of(
                first[dataset.name][[v.name for v in dataset.variables]],
                sources.get(dataset.name),
                attributes[dataset.name].records,
            )
            for dataset in study.of(standard)
        },
        elsewhere={
            dataset.name: f"{up}/{PARTS[dataset.standard]}/define.html"
            for dataset in study.datasets
            if dataset.standard != standard
        },
    )


def part_folder(package: Path, study: str, standard: str) -> Path:
    """Where a package has the files of a standard: transport files and define.xml."""
    return package / "m5" / "datasets" / folder_name(study) / PARTS[standard]


def dataset_file(package: Path, study: str, dataset: Dataset) -> Path:
    """Where a package has the transport file of a dataset."""
    return part_folder(package, study, dataset.standard) / f"{dataset.name.lower()}.xpt"


def columns(dataset: Dataset, attributes: DatasetAttributes) -> tuple[Column, ...]:
    """The variables of a transport file, in the order of the specification."""
    return tuple(
        Column(
            name=variable.name,
            label=variable.label,
            type=variable.type,
            length=attributes.variables[variable.name].size,
            format=attributes.variables[variable.name].display_format,
        )
        for variable in dataset.variables
    )


def folder_name(identifier: str) -> str:
    """The name of a study's folder in a package, and of the package.

    SpecError for an id that cannot name one.
    """
    name = identifier.lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise SpecError(
            f"the study id {shortened(identifier)!r} cannot name a folder of the package",
            where="study.yaml",
            remedy="use letters, digits, - and _",
        )
    return file_name(name, "study.yaml: study")
