"""What a define.xml says, with its references followed: what the checks ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from specs.errors import SpecError, TerminologyError
from specs.standards import standard
from specs.terminology import load_terminology

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.standards import Standard, StandardVariable
    from specs.terminology import Codelist, Terminology
    from validation.define.document import Document, Node

# The data structure of ADaMIG that a class of analysis data follows.
_STRUCTURES: Final = {
    "SUBJECT LEVEL ANALYSIS DATASET": "ADSL",
    "BASIC DATA STRUCTURE": "BDS",
    "OCCURRENCE DATA STRUCTURE": "OCCDS",
}
_TERMINOLOGY: Final = {"SDTM": "sdtm", "ADaM": "adam"}
_GUIDES_20: Final = {"SDTM-IG": "SDTMIG", "ADAM-IG": "ADaMIG", "SEND-IG": "SENDIG"}
_KINDS: Final = {"SDTMIG": "SDTM", "SENDIG": "SEND", "ADaMIG": "ADaM"}


@dataclass(frozen=True, eq=False)
class Use:
    """A reference to an ItemDef: the dataset and variable it is for, where known.

    At value level `variable` is the ItemDef that has the value list, else the item itself.
    """

    reference: Node
    item: Node
    dataset: Node | None
    variable: Node
    value_level: bool


@dataclass(frozen=True, eq=False)
class Define:
    """A define.xml with the lookups that checks need."""

    document: Document

    @property
    def root(self) -> Node:
        """The root element."""
        return self.document.root

    @property
    def version(self) -> str:
        """2.0 or 2.1."""
        return self.document.version

    @property
    def folder(self) -> Path:
        """The folder that holds the file; leaves name files from here."""
        return self.document.path.parent

    @cached_property
    def submission(self) -> bool:
        """Whether the file is for a submission; one of version 2.0 always is."""
        return self.version == "2.0" or self.root.get("def:Context") == "Submission"

    @cached_property
    def _by_name(self) -> dict[str, list[Node]]:
        named: dict[str, list[Node]] = {}
        for node in self.document.nodes:
            named.setdefault(node.name, []).append(node)
        return named

    @cached_property
    def _at(self) -> dict[str, list[Node]]:
        return {}

    def at(self, path: str) -> list[Node]:
        """The elements of a name, or of the end of a path: `ItemGroupDef/ItemRef`."""
        if path not in self._at:
            *above, name = path.split("/")
            nodes = self._by_name.get(name, [])
            self._at[path] = [node for node in nodes if _under(node, above)] if above else nodes
        return self._at[path]

    @cached_property
    def _targets(self) -> dict[str, dict[str, Node]]:
        return {}

    def target(self, name: str, oid: str) -> Node | None:
        """The element of that name with that OID (a leaf: ID), or None."""
        if name not in self._targets:
            key = "ID" if name == "def:leaf" else "OID"
            self._targets[name] = {node.get(key): node for node in reversed(self.at(name))}
        return self._targets[name].get(oid) if oid else None

    @cached_property
    def datasets(self) -> list[Node]:
        """The ItemGroupDefs."""
        return self.at("MetaDataVersion/ItemGroupDef")

    def guide_of(self, dataset: Node) -> tuple[str, str]:
        """Name and version of the guide a dataset follows; ("", "") when it names none."""
        if self.version == "2.0":
            holder = dataset.parent
            name = holder.get("def:StandardName") if holder else ""
            name = _GUIDES_20.get(name.upper(), "")
            return (name, holder.get("def:StandardVersion")) if name and holder else ("", "")
        standard = self.target("def:Standard", dataset.get("def:StandardOID"))
        return (standard.get("Name"), standard.get("Version")) if standard is not None else ("", "")

    def kind(self, dataset: Node) -> str:
        """SDTM, SEND or ADaM by the guide the dataset follows, else ""."""
        name, _ = self.guide_of(dataset)
        return next((kind for start, kind in _KINDS.items() if name.startswith(start)), "")

    def class_of(self, dataset: Node) -> str:
        """The class of a dataset, upper case; "" when it has none."""
        node = dataset.first("def:Class")
        return (node.get("Name") if node is not None else dataset.get("def:Class")).upper()

    @cached_property
    def kinds(self) -> set[str]:
        """What the datasets of the file are; in a file of non-standard ones, what it declares."""
        held = {self.kind(dataset) for dataset in self.datasets} - {""}
        names = [s.get("Name") for s in self.at("def:Standard")]
        declared = {kind for start, kind in _KINDS.items() for n in names if n.startswith(start)}
        return held | declared

    def guide(self, dataset: Node) -> Standard | None:
        """The tables of the guide a dataset follows, when cdisckit has them."""
        name, version = self.guide_of(dataset)
        try:
            return standard(name, version)
        except SpecError:
            return None

    def shape(self, dataset: Node) -> str:
        """Under which name the guide describes a dataset: domain, SUPP--, or data structure."""
        name = dataset.get("Name")
        if self.kind(dataset) == "ADaM":
            return _STRUCTURES.get(self.class_of(dataset), "")
        if name.startswith("SUPP") or not dataset.get("Domain"):
            return name
        return dataset.get("Domain")

    def guide_variable(self, use: Use) -> StandardVariable | None:
        """What the guide says of a variable; None when it, or the guide, is unknown."""
        dataset = use.dataset
        if dataset is None or use.value_level:
            return None
        guide = self.guide(dataset)
        return guide.variable(self.shape(dataset), use.item.get("Name")) if guide else None

    @cached_property
    def value_lists(self) -> dict[str, list[Node]]:
        """The ItemDefs that refer to a value list, by its OID."""
        items: dict[str, list[Node]] = {}
        for reference in self.at("ItemDef/def:ValueListRef"):
            if reference.parent is not None:
                items.setdefault(reference.get("ValueListOID"), []).append(reference.parent)
        return items

    @cached_property
    def variables(self) -> list[Use]:
        """Every variable of every dataset, in the order of the file."""
        return [
            Use(reference, item, dataset, item, value_level=False)
            for dataset in self.datasets
            for reference in dataset.all("ItemRef")
            if (item := self.target("ItemDef", reference.get("ItemOID"))) is not None
        ]

    @cached_property
    def _variables_of(self) -> dict[Node, list[Use]]:
        uses: dict[Node, list[Use]] = {}
        for use in self.variables:
            uses.setdefault(use.item, []).append(use)
        return uses

    def variables_of(self, item: Node) -> list[Use]:
        """Where an ItemDef is a variable of a dataset."""
        return self._variables_of.get(item, [])

    @cached_property
    def values(self) -> list[Use]:
        """Every value-level item, for each variable that has its value list."""
        return list(self._value_level())

    def _value_level(self) -> Iterator[Use]:
        for held in self.at("def:ValueListDef"):
            items = [
                (reference, item)
                for reference in held.all("ItemRef")
                if (item := self.target("ItemDef", reference.get("ItemOID"))) is not None
            ]
            for variable in self.value_lists.get(held.get("OID"), []):
                datasets: list[Node | None] = [u.dataset for u in self.variables_of(variable)]
                for dataset in datasets or [None]:
                    for reference, item in items:
                        yield Use(reference, item, dataset, variable, value_level=True)

    @cached_property
    def uses(self) -> dict[Node, list[Use]]:
        """Every use of an ItemDef, at variable and at value level."""
        uses: dict[Node, list[Use]] = {}
        for use in (*self.variables, *self.values):
            uses.setdefault(use.item, []).append(use)
        return uses

    def values_of(self, variable: Node, dataset: Node | None) -> list[Use]:
        """The value-level items of a variable."""
        return self._values_of.get((variable, dataset), [])

    @cached_property
    def _values_of(self) -> dict[tuple[Node, Node | None], list[Use]]:
        uses: dict[tuple[Node, Node | None], list[Use]] = {}
        for use in self.values:
            uses.setdefault((use.variable, use.dataset), []).append(use)
        return uses

    def codelist_of(self, item: Node) -> Node | None:
        """The CodeList an ItemDef refers to."""
        reference = item.first("CodeListRef")
        return self.target("CodeList", reference.get("CodeListOID")) if reference else None

    def terminology_of(self, codelist: Node) -> Terminology | None:
        """The terminology package a CodeList refers to, when cdisckit has that version.

        A 2.0 file names none: then it is None.
        """
        standard = self.target("def:Standard", codelist.get("def:StandardOID"))
        if standard is None or standard.get("Type") != "CT":
            return None
        return self._packages(standard.get("PublishingSet"), standard.get("Version"))

    def _packages(self, set_: str, version: str) -> Terminology | None:
        key = (set_, version)
        if key not in self._loaded:
            wanted: dict[str, str | None] = {"sdtm": None, "adam": None}
            name = _TERMINOLOGY.get(set_)
            try:
                self._loaded[key] = (
                    load_terminology(**{**wanted, name: version}) if name and version else None
                )
            except TerminologyError:
                self._loaded[key] = None
        return self._loaded[key]

    @cached_property
    def _loaded(self) -> dict[tuple[str, str], Terminology | None]:
        return {}

    def published(self, codelist: Node) -> Codelist | None:
        """The published list that a CodeList is drawn from, when cdisckit has it."""
        code = codelist.code()
        terminology = self.terminology_of(codelist) if code else None
        if terminology is None or code not in terminology:
            return None
        return terminology.codelist(code)

    def place(self, node: Node) -> tuple[str, str]:
        """Dataset and variable that an element is about, as far as it is about one."""
        group = node.up("ItemGroupDef")
        if group is not None:
            reference = node.up("ItemRef")
            item = self.target("ItemDef", reference.get("ItemOID")) if reference else None
            return group.get("Name"), item.get("Name") if item else ""
        item = node.up("ItemDef")
        held = node.up("def:ValueListDef")
        if item is None and held is not None:
            item = next(iter(self.value_lists.get(held.get("OID"), [])), None)
        if item is None:
            return "", ""
        use = next(iter(self.uses.get(item, [])), None)
        if use is None:
            return "", item.get("Name")
        return (use.dataset.get("Name") if use.dataset else ""), use.variable.get("Name")


def _under(node: Node, above: list[str]) -> bool:
    """Whether the names end the path of the elements around a node."""
    around = node.parent
    for name in reversed(above):
        if around is None or around.name != name:
            return False
        around = around.parent
    return True
