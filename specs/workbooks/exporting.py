"""A study's specification as a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from specs.method_texts import Step, chain
from specs.model import Origin
from specs.prefixes import with_prefix
from specs.shared import with_shared
from specs.workbooks import rule_cells
from specs.workbooks.added import SECTIONS, added_sheets
from specs.workbooks.layouts import FIRST, LAYOUTS, ORIGINS_2_0, RULED
from specs.workbooks.sheets import Sheet, Workbook
from specs.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from specs.model import Dataset, Rule, Study, Variable
    from specs.workbooks.layouts import Family

    Cells = Mapping[str, Any]


def exported(study: Study, family: Family = "C") -> Workbook:
    """The specification as a workbook of a layout, with the added sheets."""
    files = {path.relative_to(study.folder).as_posix(): path for path in study.files}
    file = read_yaml(study.folder / "study.yaml")
    contents = {
        name: with_shared(read_yaml(path), file).content
        for name, path in files.items()
        if "/" in name
    }
    export = _Export(study, family, written_rules(contents))
    rows: Mapping[str, Iterator[Cells]] = {
        FIRST[family]: export.attributes(),
        "Datasets": export.datasets(),
        "Variables": export.variables(),
        "ValueLevel": export.value_level(),
        "WhereClauses": export.where_clauses(),
        "Codelists": export.codelists(),
        "Dictionaries": export.dictionaries(),
        "Methods": export.methods(),
        "Comments": export.comments(),
        "Documents": export.documents(),
    }
    sheets = [
        Sheet.of(name, (*head, *(rule_cells.COLUMNS if name in RULED else ())), rows[name])
        for name, head in LAYOUTS[family].items()
    ]
    terms = study.folder / "terminology.yaml"
    if terms.exists():
        contents["terminology.yaml"] = read_yaml(terms).content
    sheets += added_sheets(contents)
    return Workbook(f"{study.id}.xlsx", tuple(sheets))


def written_rules(contents: Mapping[str, Any]) -> Mapping[tuple[str, str], list[dict[str, Any]]]:
    """The rules as the files write them, by dataset and name of variable, qualifier, parameter.

    Those of several files for one dataset stand behind each other.
    """
    rules: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for content in contents.values():
        dataset = content.get("dataset", "")
        domain = content.get("domain") or dataset
        for section, own in SECTIONS.items():
            for name, entry in (content.get(section) or {}).items():
                key = (dataset, with_prefix(name, domain))
                rules.setdefault(key, []).extend(rule_cells.rules_of(entry, own))
    return rules


class _Export:
    """The sheets of the layout, read off the resolved specification."""

    def __init__(
        self, study: Study, family: Family, rules: Mapping[tuple[str, str], list[Any]]
    ) -> None:
        self._study = study
        self._family = family
        self._rules = rules

    def attributes(self) -> Iterator[Cells]:
        """Study and standard."""
        study = self._study
        name, version = next(iter(study.standards.items()))
        values = {
            "StudyName": study.id,
            "StudyDescription": study.description,
            "ProtocolName": study.protocol,
            "StandardName": name.replace("IG", "-IG"),
            "StandardVersion": version,
            "Language": "en",
        }
        return ({"Attribute": key, "Value": value} for key, value in values.items())

    def datasets(self) -> Iterator[Cells]:
        """One row per dataset, SUPP-- among them."""
        for dataset in self._study.datasets:
            yield {
                "Dataset": dataset.name,
                "Label": dataset.label,
                "Description": dataset.label,
                "Class": dataset.class_,
                "Structure": dataset.structure,
                "Purpose": dataset.purpose,
                "Key Variables": ", ".join(dataset.keys),
                "Standard": f"{dataset.standard} {self._study.standards[dataset.standard]}",
                "Repeating": dataset.repeating,
                "Reference Data": dataset.reference,
                "Comment": f"COM.{dataset.name}" if dataset.comment else "",
            }

    def variables(self) -> Iterator[Cells]:
        """One row per variable of every dataset."""
        for dataset in self._study.datasets:
            for number, variable in enumerate(dataset.variables, start=1):
                cells = self._described(dataset, variable, variable.name)
                yield {"Order": number, **cells, **self._ruled(dataset, variable.name)}

    def value_level(self) -> Iterator[Cells]:
        """One row per qualifier of SUPP--, per parameter, and per declared line of value level."""
        for dataset, clause, name, variable in self._by_value():
            name_in_full = f"{variable}.{clause[2]}"
            where = f"{dataset.name}.{name_in_full}" if self._family == "A" else " ".join(clause)
            if isinstance(name, str):
                ruled = self._ruled(dataset, clause[2])
                yield {"Dataset": dataset.name, "Variable": variable, "Where Clause": where,
                       "Label": name, "Description": name,
                       "Data Type": "text" if variable == "AVALC" else "float",
                       "Origin": "Derived" if ruled["Rule"] else "",
                       "Codelist": self._codelist_of(dataset, clause[2]), **ruled}  # fmt: skip
            else:
                cells = self._described(dataset, name, name_in_full)
                qualifier = self._ruled(dataset, name.name) if dataset.parent else {}
                yield {**cells, "Variable": variable, "Where Clause": where,
                       "Description": name.label, **qualifier}  # fmt: skip

    def _ruled(self, dataset: Dataset, name: str) -> Cells:
        return rule_cells.cells(self._rules.get((dataset.parent or dataset.name, name), []))

    def where_clauses(self) -> Iterator[Cells]:
        """The conditions of the value level, in layout A."""
        for dataset, (on, comparator, value), _, variable in self._by_value():
            yield {"ID": f"{dataset.name}.{variable}.{value}", "Dataset": dataset.name,
                   "Variable": on, "Comparator": comparator, "Value": value}  # fmt: skip

    def codelists(self) -> Iterator[Cells]:
        """One row per term of every codelist that the specification refers to."""
        for name, used in self._study.codelists.items():
            version = self._study.terminology.get(used.standard, "")
            for number, term in enumerate(used.codelist.terms, start=1):
                yield {
                    "ID": name,
                    "Name": used.codelist.title,
                    "NCI Codelist Code": used.codelist.code,
                    "Data Type": "text",
                    "Terminology": f"{used.standard} CT {version}" if used.standard else "",
                    "Order": number,
                    "Term": term.value,
                    "NCI Term Code": term.code,
                    "Decoded Value": term.preferred,
                }

    def dictionaries(self) -> Iterator[Cells]:
        """MedDRA and the like."""
        for dictionary in self._study.dictionaries:
            yield {"ID": dictionary.name, "Name": dictionary.name, "Data Type": "text",
                   "Dictionary": dictionary.name, "Version": dictionary.version}  # fmt: skip

    def methods(self) -> Iterator[Cells]:
        """The method of every derived variable: what each of its rules gives."""
        for dataset in self._study.datasets:
            for variable in dataset.variables:
                derived = any(rule.derivation for rule in variable.rules)
                if derived and not dataset.parent:
                    name = f"{dataset.name}.{variable.name}"
                    steps = [Step(r.condition_text(), r.method_text()) for r in variable.rules]
                    yield {"ID": f"MT.{name}", "Name": f"Algorithm to derive {name}",
                           "Type": "Computation", "Description": chain(steps)}  # fmt: skip

    def comments(self) -> Iterator[Cells]:
        """The comments on datasets and variables."""
        for dataset in self._study.datasets:
            if dataset.comment:
                yield {"ID": f"COM.{dataset.name}", "Description": dataset.comment}
            for variable in (*dataset.variables, *(dataset.supplemental if dataset.parent else ())):
                if variable.comment:
                    name = f"COM.{dataset.name}.{variable.name}"
                    yield {"ID": name, "Description": variable.comment}

    def documents(self) -> Iterator[Cells]:
        """The documents the package refers to."""
        for document in self._study.documents:
            yield {"ID": document.id, "Title": document.title, "Href": document.href}

    def _by_value(self) -> Iterator[tuple[Dataset, tuple[str, str, str], Variable | str, str]]:
        for dataset in self._study.datasets:
            if dataset.parent:
                for variable in dataset.supplemental:
                    yield dataset, ("QNAM", "EQ", variable.name), variable, "QVAL"
            for parameter in dataset.parameters:
                if parameter.codelist or parameter.rule:
                    result = "AVALC" if parameter.codelist else "AVAL"
                    yield dataset, ("PARAMCD", "EQ", parameter.code), parameter.label, result
            for variable in dataset.variables:
                for value in variable.values:
                    clause = value.where[0]
                    if len(value.where) == 1:
                        shown = (clause.variable, clause.comparator.value, ", ".join(clause.values))
                        yield dataset, shown, value.described, variable.name

    def _codelist_of(self, dataset: Dataset, code: str) -> str:
        return next(p.codelist for p in dataset.parameters if p.code == code)

    def _described(self, dataset: Dataset, variable: Variable, name: str) -> Cells:
        """The cells of a variable that every layout has."""
        first = variable.rules[0] if variable.rules else None
        origin = first.origin.value if first else "assigned"
        predecessor = first.sources[0] if first and first.origin is Origin.PREDECESSOR else ""
        derived = any(rule.derivation for rule in variable.rules)
        return {
            "Dataset": dataset.name,
            "Variable": variable.name,
            "Label": variable.label,
            "Data Type": _data_type(variable),
            "Length": variable.length or "",
            "Significant Digits": "" if variable.digits is None else variable.digits,
            "Format": variable.format,
            "Mandatory": variable.mandatory,
            "Assigned Value": _constant(first),
            "Codelist": variable.codelist,
            "Origin": ORIGINS_2_0[origin] if self._family != "C" else origin.capitalize(),
            "Source": first.origin_source if first and not predecessor else "",
            "Method": f"MT.{dataset.name}.{name}" if derived and not dataset.parent else "",
            "Predecessor": predecessor,
            "Role": variable.role,
            "Comment": f"COM.{dataset.name}.{variable.name}" if variable.comment else "",
        }


def _data_type(variable: Variable) -> str:
    if variable.data_type:
        return variable.data_type
    if variable.is_date:
        return "datetime"
    return "float" if variable.type == "Num" else "text"


def _constant(rule: Rule | None) -> str:
    return str(rule.constant) if rule and rule.constant is not None and not rule.when else ""
