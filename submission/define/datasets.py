"""Datasets, variables and their value level as elements of define.xml."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from specs.standards import standard
from submission.define.codelists import CodeLists
from submission.define.elements import (
    description,
    element,
    leaf,
    leaf_id,
    one_line,
    yes_no,
)
from submission.define.origins import Origins
from submission.define.pools import Comments, Methods, where_clause
from submission.define.records import categories_comment, parameters_comment, records_comment
from submission.define.value_level import variable_level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml import etree

    from specs.model import Dataset, Study, Variable
    from specs.where import Where
    from submission.attributes import Attributes, DatasetAttributes
    from submission.define.origins import ItemOrigin, ItemOrigins
    from submission.define.value_level import ValueItem

ANNOTATED_CRF = "ACRF"

_CLASSES = (
    "TRIAL DESIGN",
    "SPECIAL PURPOSE",
    "INTERVENTIONS",
    "EVENTS",
    "FINDINGS",
    "FINDINGS ABOUT",
    "RELATIONSHIP",
    "STUDY REFERENCE",
    "SUBJECT LEVEL ANALYSIS DATASET",
)

_WITHOUT_DOMAIN = ("RELREC", "POOLDEF")

_ON_CRF = ("Investigator", "Subject")


def in_define_order(datasets: Iterable[Dataset]) -> list[Dataset]:
    """Datasets by class, in the order of the Define-XML specification, then by name."""
    ranks = {name: rank for rank, name in enumerate(_CLASSES)}
    return sorted(datasets, key=lambda d: (ranks.get(d.class_, len(ranks)), d.name))


def is_standard(dataset: Dataset, study: Study) -> bool:
    """Whether a dataset is one of the guide's; every class of analysis data is."""
    if dataset.purpose == "Analysis":
        return True
    guide = standard(dataset.standard, study.standards[dataset.standard])
    return guide.dataset(dataset.name if dataset.parent else dataset.code) is not None


@dataclass
class Definitions:
    """The parts of a MetaDataVersion while datasets are added one by one."""

    study: Study
    attributes: Mapping[str, DatasetAttributes]
    codelists: CodeLists
    annotated_crf: bool = False
    value_lists: list[etree._Element] = field(default_factory=list)
    where_clauses: list[etree._Element] = field(default_factory=list)
    item_groups: list[etree._Element] = field(default_factory=list)
    items: list[etree._Element] = field(default_factory=list)
    methods: Methods = field(default_factory=Methods)
    comments: Comments = field(default_factory=Comments)
    notation: str = ""  # the OID of the comment that tells how to read the others
    _clauses: set[str] = field(default_factory=set)

    def add(self, dataset: Dataset) -> None:
        """Add a dataset with all it refers to."""
        measured = self.attributes[dataset.name]
        origins = Origins(self.study, dataset, measured.by_value)
        references = [
            self._variable(origins, variable, number, measured)
            for number, variable in enumerate(dataset.variables, start=1)
        ]
        self.item_groups.append(self._item_group(dataset, measured, references))

    def _item_group(
        self, dataset: Dataset, measured: DatasetAttributes, references: list[etree._Element]
    ) -> etree._Element:
        """The ItemGroupDef of a dataset."""
        reference = dataset.reference or dataset.class_ == "TRIAL DESIGN"
        tabulation = dataset.purpose == "Tabulation"
        of_guide = is_standard(dataset, self.study)
        domain = dataset.code if tabulation and dataset.name not in _WITHOUT_DOMAIN else ""
        no_data = "" if measured.has_data else self._no_data("dataset")
        comment = _joined(dataset.comment, records_comment(self.study, dataset), no_data)
        identifier = leaf_id(dataset.name)
        attributes = {
            "OID": f"IG.{dataset.name}",
            "Name": dataset.name,
            "Repeating": yes_no(dataset.repeating and not reference),
            "IsReferenceData": yes_no(reference),
            "SASDatasetName": dataset.name,
            "Domain": domain,
            "Purpose": dataset.purpose,
            "def:Structure": dataset.structure or f"One record per {', '.join(dataset.keys)}",
            "def:ArchiveLocationID": identifier if measured.has_data else "",
            "def:StandardOID": f"STD.{dataset.standard}" if of_guide else "",
            "def:IsNonStandard": not of_guide,
            "def:HasNoData": not measured.has_data,
            "def:CommentOID": self.comments.add(comment, f"COM.{dataset.name}"),
        }
        children = [description(dataset.label), *references]
        if domain and domain != dataset.name:
            name = self._domain_label(dataset)
            children.append(element("Alias", {"Context": "DomainDescription", "Name": name}))
        children.append(_class(dataset))
        if measured.has_data:
            file = f"{dataset.name.lower()}.xpt"
            children.append(leaf(identifier, file, file))
        return element("ItemGroupDef", attributes, *children)

    def _domain_label(self, dataset: Dataset) -> str:
        guide = standard(dataset.standard, self.study.standards[dataset.standard])
        in_guide = guide.dataset(dataset.code)
        if in_guide is not None:
            return in_guide.label
        return self.study.dataset(dataset.parent).label if dataset.parent else dataset.label

    def _no_data(self, what: str) -> str:
        return f"The {what} has no data at the data cut of {self.study.data_cut.isoformat()}."

    def _why_no_data(self, variable: Variable) -> str:
        """Why a variable is null: the study has no such data, or none so far."""
        if not variable.blank:
            return self._no_data("variable")
        return "" if variable.comment else "The guide expects the variable; the study has no data."

    def _variable(
        self, origins: Origins, variable: Variable, number: int, measured: DatasetAttributes
    ) -> etree._Element:
        """Define a variable and its value level; the reference to it is returned."""
        dataset = origins.dataset
        attributes = measured.variables[variable.name]
        level = variable_level(origins, variable, measured)
        oid = f"IT.{dataset.name}.{variable.name}"
        value_list = f"VL.{dataset.name}.{variable.name}" if level.items else ""
        no_data = measured.has_data and not attributes.has_data
        text = _comment(
            _joined(variable.comment, self._of_parameters(dataset, variable.name)),
            level.origins,
            self._why_no_data(variable) if no_data else "",
        )
        self.items.append(
            self._item(
                oid,
                variable.name,
                variable.label,
                attributes,
                self.codelists.refer(dataset, variable, attributes),
                level.origins.kinds,
                self.comments.add(text, f"COM.{dataset.name}.{variable.name}"),
                value_list,
            )
        )
        if value_list:
            self._value_list(dataset, variable, value_list, level.items)
        tabulation = dataset.purpose == "Tabulation"
        keys = dataset.keys
        return element(
            "ItemRef",
            {
                "ItemOID": oid,
                "OrderNumber": number,
                "Mandatory": yes_no(variable.mandatory),
                "KeySequence": keys.index(variable.name) + 1 if variable.name in keys else None,
                "MethodOID": self._method(level.origins, f"{dataset.name}.{variable.name}"),
                "Role": variable.role if tabulation else "",
                "def:IsNonStandard": tabulation and not variable.standard,
                "def:HasNoData": no_data,
            },
        )

    def _value_list(
        self, dataset: Dataset, variable: Variable, oid: str, values: tuple[ValueItem, ...]
    ) -> None:
        """Add the value list of a variable, and an ItemDef for each of its lines."""
        references = []
        for number, value in enumerate(values, start=1):
            path = f"{dataset.name}.{variable.name}.{value.value}"
            no_data = "" if value.attributes.has_data else self._no_data("value")
            text = _comment(value.comment, value.origins, no_data)
            self.items.append(
                self._item(
                    f"IT.{path}",
                    value.name,
                    value.label,
                    value.attributes,
                    self.codelists.refer(dataset, variable, value.attributes, value.value),
                    value.origins.kinds,
                    self.comments.add(text, f"COM.{path}"),
                )
            )
            references.append(
                element(
                    "ItemRef",
                    {
                        "ItemOID": f"IT.{path}",
                        "OrderNumber": number,
                        "Mandatory": yes_no(variable.mandatory),
                        "KeySequence": value.key,
                        "MethodOID": self._method(value.origins, path),
                        "Role": value.role,
                        "def:HasNoData": not value.attributes.has_data,
                    },
                    element(
                        "def:WhereClauseRef",
                        {"WhereClauseOID": self.where(dataset.name, value.where)},
                    ),
                )
            )
        self.value_lists.append(element("def:ValueListDef", {"OID": oid}, *references))

    def _of_parameters(self, dataset: Dataset, name: str) -> str:
        """What is said of a variable that follows from the parameter."""
        if name == "PARAMCD" and dataset.purpose == "Analysis":
            return parameters_comment(self.study, dataset)
        return categories_comment(dataset) if name == "PARCAT1" else ""

    def where(self, dataset: str, conditions: Iterable[Where]) -> str:
        """The OID of the where clause of these conditions, which is defined once."""
        oid, clause = where_clause(dataset, conditions)
        if oid not in self._clauses:
            self._clauses.add(oid)
            self.where_clauses.append(clause)
        return oid

    def _method(self, origins: ItemOrigins, path: str) -> str:
        return self.methods.add(origins.method, path, origins.calls)

    def _item(
        self,
        oid: str,
        name: str,
        label: str,
        attributes: Attributes,
        codelist: etree._Element | None,
        origins: tuple[ItemOrigin, ...],
        comment: str,
        value_list: str = "",
    ) -> etree._Element:
        """The ItemDef of a variable or of a value-level item."""
        children = [description(label)] if label else []
        if codelist is not None:
            children.append(codelist)
        children.extend(self._origins(origins))
        if value_list:
            children.append(element("def:ValueListRef", {"ValueListOID": value_list}))
        return element(
            "ItemDef",
            {
                "OID": oid,
                "Name": name,
                "SASFieldName": name,
                "DataType": attributes.data_type,
                "Length": attributes.length,
                "SignificantDigits": attributes.significant_digits,
                "def:DisplayFormat": attributes.display_format,
                "def:CommentOID": comment,
            },
            *children,
        )

    def _origins(self, origins: tuple[ItemOrigin, ...]) -> Iterator[etree._Element]:
        distinct = dict.fromkeys((o.type, o.source, o.predecessor) for o in origins)
        for kind, source, predecessor in distinct:
            children = [description(predecessor)] if predecessor else []
            if self.annotated_crf and kind == "Collected" and source in _ON_CRF:
                children.append(element("def:DocumentRef", {"leafID": leaf_id(ANNOTATED_CRF)}))
            yield element("def:Origin", {"Type": kind, "Source": source}, *children)


def _comment(own: str, origins: ItemOrigins, no_data: str) -> str:
    """What a comment says: what the study says, what of the origin no method does, the tables."""
    return _joined(own, origins.comment, *origins.tables, no_data)


def _joined(*texts: str) -> str:
    """Texts one after the other, as sentences; what was said before is not said again."""
    whole = ""
    for text in map(one_line, texts):
        if text and text not in whole:
            whole = (
                f"{whole if whole.endswith(('.', '!', '?')) or not whole else f'{whole}.'} {text}"
            )
    return whole.strip()


def _class(dataset: Dataset) -> etree._Element:
    node = element("def:Class", {"Name": dataset.class_})
    name = ""
    if dataset.class_ == "BASIC DATA STRUCTURE" and dataset.has("CNSR"):
        name = "TIME-TO-EVENT"
    if dataset.class_ == "OCCURRENCE DATA STRUCTURE" and dataset.has("AETERM"):
        name = "ADVERSE EVENT"
    if name:
        node.append(element("def:SubClass", {"Name": name, "ParentClass": dataset.class_}))
    return node
