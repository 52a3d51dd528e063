"""From a study's folder to its specification, with the standards' tables filled in."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from specs.analyses import OF_RESULTS, AnalysesFile
from specs.cache import NO_CACHE
from specs.codelists import StudyTerminology
from specs.csv_files import read_csv
from specs.dataset_files import DatasetResolver
from specs.errors import SpecError, did_you_mean
from specs.files import (
    ExplanationsFile,
    StudyFile,
    TerminologyFile,
    VisitFile,
)
from specs.findings import FINDING_COLUMNS
from specs.merged import merged, with_split_comments
from specs.model import (
    Dataset,
    Dictionary,
    Document,
    Explanation,
    RawSource,
    Study,
    Visit,
)
from specs.parameter_facts import with_facts
from specs.paths import file_name, inside
from specs.predecessors import inherited
from specs.prefixes import own_prefix, prefixes
from specs.references import check_references
from specs.shared import with_shared
from specs.standards import check_standard
from specs.study_units import UNITS, study_units
from specs.supplemental import supplemental_dataset
from specs.usual_sources import with_ends
from specs.yaml_files import YamlFile, plain_message, read_yaml, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from specs.analyses import Analysis, Display
    from specs.cache import Cache
    from specs.derivation import Derivation
_FOLDERS = {"sdtm": "SDTMIG", "adam": "ADaMIG"}


def study_id(folder: Path, cache: Cache = NO_CACHE) -> str:
    """The id of the study in `folder`, of which nothing but study.yaml is read."""
    return read_yaml(folder / "study.yaml", cache).parsed(StudyFile).study


def load_study(
    folder: Path,
    derivations: Mapping[str, Derivation],
    problems: list[str] | None = None,
    cache: Cache = NO_CACHE,
) -> Study:
    """The specification in `folder`; SpecError lists what is wrong in its files, with lines.

    With a list for `problems`, files of datasets that are wrong are left out and what is wrong in
    them is added to the list, so that the others can be looked at. What the `cache` has of a file
    is not parsed again.
    """
    file = read_yaml(folder / "study.yaml", cache)
    content = file.parsed(StudyFile)
    for name, version in content.standards.items():
        check_standard(name, version, file.place("standards", name))
    terminology = _terminology(folder / "terminology.yaml", content, cache)
    tables = _tables(content, file, folder)
    files = _dataset_files(folder, file, cache)
    named = frozenset(str(dataset_file.data.get("dataset")) for dataset_file, _ in files)
    loaders = [
        DatasetResolver(dataset_file, name, content, tables, terminology, derivations, named)
        for dataset_file, name in files
    ]
    datasets = tuple(
        dataset
        for loaded in merged(_all_or_errors(loaders, problems), content.standards, terminology)
        for dataset in (loaded, *supplemental_dataset(loaded, content.standards, terminology))
    )
    if not problems:
        datasets = with_facts(datasets, derivations)
    with nullcontext() if not problems else suppress(SpecError):  # a source may be left out
        datasets = with_ends(tuple(with_split_comments(inherited(datasets))))
    explanations_file = folder / "explanations.yaml"
    analyses, displays = _analyses(folder / "analyses.yaml", cache)
    study = Study(
        folder=folder,
        id=content.study,
        title=content.title,
        description=content.description,
        protocol=content.protocol,
        usubjid=content.usubjid,
        standards=MappingProxyType(dict(content.standards)),
        terminology=MappingProxyType(dict(content.terminology)),
        data_cut=content.data_cut,
        synthetic=content.synthetic,
        sources=tuple(
            RawSource(s.name, s.reader, MappingProxyType(s.model_extra or {}), file.place("raw", i))
            for i, s in enumerate(content.raw)
        ),
        visits=tuple(_visits(content, file)),
        tables=MappingProxyType(tables),
        datasets=datasets,
        codelists=terminology.used(),
        not_submitted=MappingProxyType(dict(content.not_submitted)),
        unscheduled=_unscheduled(content, file),
        unscheduled_place=file.place("unscheduled"),
        not_read=content.not_read,
        table_files=(
            *(name for name in content.tables.values() if isinstance(name, str)),
            *([UNITS] if UNITS in tables else []),
        ),
        documents=tuple(Document(d.id, d.title, d.href) for d in content.documents),
        dictionaries=tuple(
            Dictionary(name, d.version, d.variables, d.files)
            for name, d in content.dictionaries.items()
        ),
        explanations=_explanations(explanations_file, cache),
        analyses=analyses,
        displays=displays,
        encoding=content.encoding,
        replace=MappingProxyType(dict(content.replace)),
        files=(file.path, *(dataset_file.path for dataset_file, _ in files)),
    )
    if not problems:
        check_references(study)
    return study


def _dataset_files(folder: Path, study: YamlFile, cache: Cache) -> list[tuple[YamlFile, str]]:
    """The files of all datasets, each with its guide, `--` and ids read as they are meant."""
    read = {
        standard: [
            with_shared(read_yaml(path, cache), study)
            for path in sorted((folder / folder_of).glob("*.yaml"))
        ]
        for folder_of, standard in _FOLDERS.items()
    }
    guide_prefixes = prefixes(read["SDTMIG"], read["ADaMIG"])

    def named(file: YamlFile) -> YamlFile:
        own = own_prefix(file, guide_prefixes)
        return replace(
            file,
            meant=lambda text: guide_prefixes.resolved(text, own),
            owners=dict(guide_prefixes.owners),
        )

    return [(named(file), standard) for standard, files in read.items() for file in files]


def _all_or_errors(
    loaders: Iterable[DatasetResolver], problems: list[str] | None
) -> Iterator[Dataset]:
    messages: list[str] = []
    for loader in loaders:
        try:
            yield loader.dataset()
        except SpecError as error:
            messages.append(str(error))
    if problems is not None:
        problems.extend(messages)
    elif messages:
        raise SpecError("\n".join(messages))


def _terminology(path: Path, content: StudyFile, cache: Cache) -> StudyTerminology:
    file = read_yaml(path, cache) if path.exists() else YamlFile(path, {"codelists": {}})
    terms = file.parsed(TerminologyFile).codelists
    terminology = StudyTerminology.of(content.terminology, terms, partial(file.place, "codelists"))
    terminology.check_names()
    return terminology


def _explanations(path: Path, cache: Cache) -> tuple[Explanation, ...]:
    if not path.exists():
        return ()
    file = read_yaml(path, cache)
    explanations = tuple(
        Explanation(
            MappingProxyType(dict(e.match)), e.reason, e.status, file.place("explanations", i)
        )
        for i, e in enumerate(file.parsed(ExplanationsFile).explanations)
    )
    for explanation in explanations:
        _check_match(explanation)
    return explanations


def _check_match(explanation: Explanation) -> None:
    if not explanation.match:
        raise SpecError(
            "an explanation of everything explains nothing",
            where=explanation.place,
            remedy="name under match what the findings have in common",
        )
    for column in explanation.match:
        if column not in FINDING_COLUMNS:
            raise SpecError(
                f"findings have no column {column}",
                where=explanation.place,
                remedy=did_you_mean(column, FINDING_COLUMNS),
            )


def _analyses(path: Path, cache: Cache) -> tuple[tuple[Analysis, ...], tuple[Display, ...]]:
    """The analyses and displays of analyses.yaml; none where there is no such file."""
    if not path.exists():
        return (), ()
    file = read_yaml(path, cache)
    content = file.parsed(AnalysesFile)
    _check_ids(content, file)
    for number, display in enumerate(content.displays):
        remedy = "choose another id: the files of a display are named after it"
        file_name(display.id, file.place("displays", number), remedy)
    return (
        tuple(
            analysis.model_copy(update={"place": file.place("analyses", number)})
            for number, analysis in enumerate(content.analyses)
        ),
        tuple(
            display.model_copy(update={"place": file.place("displays", number)})
            for number, display in enumerate(content.displays)
        ),
    )


def _check_ids(content: AnalysesFile, file: YamlFile) -> None:
    """SpecError for an id that is declared twice, a file that two would be, an unknown analysis."""
    ids = {analysis.id for analysis in content.analyses}
    taken: set[str] = set()
    files = set(OF_RESULTS)
    for section in ("analyses", "displays"):
        for number, one in enumerate(getattr(content, section)):
            place = file.place(section, number)
            if one.id in taken:
                raise SpecError(
                    f"{one.id} is declared twice", where=place, remedy="rename or remove one"
                )
            taken.add(one.id)
            if section == "analyses":
                continue
            if one.id.lower() in files:
                raise SpecError(
                    f"two files of the results would be named {one.id.lower()}",
                    where=place,
                    remedy="choose another id: the files of a display are named after it",
                )
            files.add(one.id.lower())
            for name in one.analyses:
                if name not in ids:
                    raise SpecError(
                        f"{one.id} shows {name}, which is not declared",
                        where=place,
                        remedy=did_you_mean(name, ids),
                    )


def _tables(
    content: StudyFile, file: YamlFile, folder: Path
) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """The tables of a study by name: those it declares, its visits, and the rows of units.csv."""
    tables = {name: _table(rows, file, name) for name, rows in content.tables.items()}
    tables.setdefault("visits", records(content.visits, file, "visits"))
    if units := study_units(folder):
        tables[UNITS] = units
    return tables


def _table(
    table: tuple[tuple[Any, ...], ...] | str, file: YamlFile, name: str
) -> tuple[Mapping[str, Any], ...]:
    """A table of study.yaml: its rows as written there, or those of the CSV file it names."""
    if not isinstance(table, str):
        return records(table, file, "tables", name)
    place = file.place("tables", name)
    path = inside(file.path.parent, table, place)
    try:
        _, rows = read_csv(path)
    except OSError as error:
        raise SpecError(
            f"{table} cannot be read ({error.strerror})", where=place, remedy="check the path"
        ) from None
    return tuple(
        MappingProxyType({key: value.strip() or None for key, value in row.items()})
        for _, row in rows
    )


def _unscheduled(content: StudyFile, file: YamlFile) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The events whose visits are numbered in time, with the fields of dates of each form."""
    events = {str(row["event"]) for row in records(content.visits, file, "visits")}
    for event, forms in content.unscheduled.items():
        place = file.place("unscheduled", event)
        if event not in events:
            raise SpecError(
                f"{event} is not an event of visits",
                where=place,
                remedy=did_you_mean(event, events),
            )
        for form, fields in forms.items():
            if len(fields) > 2:
                raise SpecError(
                    f"{form} has the fields {', '.join(fields)}",
                    where=place,
                    remedy="name the field of a date, or [date, time]",
                )
    return MappingProxyType(
        {event: MappingProxyType(dict(forms)) for event, forms in content.unscheduled.items()}
    )


def _visits(content: StudyFile, file: YamlFile) -> Iterator[Visit]:
    """The visits of study.yaml; SpecError where a row is not one, or an event has two."""
    events: set[str] = set()
    names: dict[float, str] = {}
    for number, row in enumerate(records(content.visits, file, "visits"), start=1):
        place = file.place("visits", number)
        try:
            visit = VisitFile.model_validate(dict(row))
        except ValidationError as error:
            problem = error.errors()[0]
            raise SpecError(
                f"visits: {problem['loc'][0]}: {plain_message(problem)}",
                where=place,
                remedy=f"the columns are {', '.join(VisitFile.model_fields)}",
            ) from None
        if visit.event in events:
            raise SpecError(f"event {visit.event} has two visits", where=place, remedy="remove one")
        events.add(visit.event)
        named = names.setdefault(visit.visitnum, visit.visit)
        if named != visit.visit:
            raise SpecError(
                f"visit number {visit.visitnum:g} is {named} and {visit.visit}",
                where=place,
                remedy="give each visit its own number",
            )
        yield Visit(visit.event, visit.visitnum, visit.visit, visit.visitdy)
