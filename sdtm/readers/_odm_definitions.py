"""ODM: the definitions of items, groups, forms, events, code lists and units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdtm.accepted import WORDS, Limit
from sdtm.readers._xml import line_of, local, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml import etree

DEFINITIONS = frozenset(
    {
        "ItemDef",
        "ItemGroupDef",
        "FormDef",
        "StudyEventDef",
        "CodeList",
        "MultiSelectList",
        "MeasurementUnit",
    }
)
"""The elements that are read whole."""

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Definition:
    """What one element defines: its attributes (by name without namespace) and what it holds.

    `refs` are the OIDs of the parts it refers to, in their order; `choices` are a code list's
    codes and decodes; `limits` an item's range checks; `aliases` pairs of context and name.
    """

    oid: str
    attributes: Mapping[str, str]
    line: int
    label: str = ""
    refs: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    codelist: str = ""
    unit: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[tuple[str, str], ...] = ()

    @property
    def repeating(self) -> bool:
        """Whether it may occur several times; ODM 2.0 has several words for yes."""
        return self.attributes.get("Repeating", "No") != "No"


@dataclass(frozen=True)
class Definitions:
    """The definitions of a metadata version, by element name and OID."""

    of: Mapping[str, dict[str, Definition]] = field(
        default_factory=lambda: {name: {} for name in DEFINITIONS}
    )
    included: dict[tuple[str, str], None] = field(default_factory=dict)

    def get(self, element: str, oid: str) -> Definition | None:
        """The definition of that element and OID, if there is one."""
        return self.of[element].get(oid)

    def add(self, element: str, definition: Definition) -> bool:
        """Add a definition; False where one of that OID is there already."""
        definitions = self.of[element]
        if definition.oid in definitions:
            return False
        definitions[definition.oid] = definition
        return True

    def items_of(self, oid: str) -> tuple[str, ...]:
        """The OIDs of the items a group refers to."""
        group = self.get("ItemGroupDef", oid)
        items = self.of["ItemDef"]
        return tuple(ref for ref in group.refs if ref in items) if group else ()

    def groups_of(self, oid: str) -> tuple[str, ...]:
        """The OIDs of the groups that a form or a group refers to."""
        owner = self.get("FormDef", oid) or self.get("ItemGroupDef", oid)
        groups = self.of["ItemGroupDef"]
        return tuple(ref for ref in owner.refs if ref in groups) if owner else ()

    def choices(self, item: Definition) -> Mapping[str, str]:
        """The codes of an item with their meaning; none where it has no code list."""
        codelist = self.get("CodeList", item.codelist) or self.get("MultiSelectList", item.codelist)
        return codelist.choices if codelist else {}

    def several(self, oid: str) -> bool:
        """Whether an item holds several codes, as OpenClinica says by a list of its own."""
        item = self.get("ItemDef", oid)
        return item is not None and self.get("MultiSelectList", item.codelist) is not None

    def unit(self, oid: str) -> str:
        """A unit as it is written; the OID where nothing defines it."""
        unit = self.get("MeasurementUnit", oid)
        return (unit.label or unit.attributes.get("Name", "") or oid) if unit else oid

    def unused(self) -> list[Definition]:
        """The items that no group refers to."""
        referred = {ref for group in self.of["ItemGroupDef"].values() for ref in group.refs}
        return [item for oid, item in self.of["ItemDef"].items() if oid not in referred]


def merged(
    versions: Mapping[tuple[str, str], Definitions], used: Iterable[tuple[str, str]]
) -> Definitions:
    """What the used metadata versions define, each with its study's units and what it includes."""
    whole = Definitions()
    for version in _with_included(versions, list(used) or list(versions)):
        for element, definitions in versions.get(version, Definitions()).of.items():
            whole.of[element].update(definitions)
    return whole


def _with_included(
    versions: Mapping[tuple[str, str], Definitions], wanted: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    order: dict[tuple[str, str], None] = {}
    for version in wanted:
        if version in order:
            continue
        chain = [version]
        for name in chain:
            chain += [v for v in versions.get(name, Definitions()).included if v not in chain]
        order |= dict.fromkeys([(version[0], ""), *reversed(chain)])
    return list(order)


def definition(element: etree._Element, language: str) -> Definition:
    """What a definition element says."""
    attributes = {str(key).rpartition("}")[2]: str(v) for key, v in element.attrib.items()}
    refs: list[str] = []
    choices: dict[str, str] = {}
    aliases: list[tuple[str, str]] = []
    labels: dict[str, str] = {}
    limits: list[Limit] = []
    codelist = unit = ""
    for child in element:
        name = local(child)
        if name in ("ItemRef", "ItemGroupRef", "FormRef"):
            refs.append(child.get(f"{name.removesuffix('Ref')}OID", ""))
        elif name == "CodeListRef":
            codelist = child.get("CodeListOID", "")
        elif name == "MultiSelectListRef":
            codelist = child.get("MultiSelectListID", "")
        elif name == "MeasurementUnitRef":
            unit = unit or child.get("MeasurementUnitOID", "")
        elif name == "RangeCheck":
            limits.append(_limit(child))
        elif name == "Alias":
            aliases.append((child.get("Context", ""), child.get("Name", "")))
        elif name in ("CodeListItem", "EnumeratedItem", "MultiSelectListItem"):
            code = child.get("CodedValue", child.get("CodedOptionValue", ""))
            decode = [one for one in child if local(one) == "Decode"]
            choices[code] = _translated(decode, language) or code
        elif name in ("Question", "Symbol", "Description"):
            labels[name] = _translated([child], language)
    label = labels.get("Question") or labels.get("Symbol") or labels.get("Description") or ""
    return Definition(
        oid=attributes.get("OID", attributes.get("ID", "")),
        attributes=attributes,
        line=line_of(element),
        label=label,
        refs=tuple(refs),
        limits=tuple(limits),
        codelist=codelist,
        unit=unit,
        choices=choices,
        aliases=tuple(aliases),
    )


def _limit(element: etree._Element) -> Limit:
    """A range check; without values, as a formal expression has none, it cannot be applied."""
    comparator = element.get("Comparator", "")
    values = tuple(text_of(child).strip() for child in element if local(child) == "CheckValue")
    hard = element.get("SoftHard") == "Hard"
    return Limit(comparator, values, hard) if comparator in WORDS else Limit("IN", (), hard)


def _translated(elements: Iterable[etree._Element], language: str) -> str:
    """The text in the wanted language, else the first."""
    texts = [text for element in elements for text in element if local(text) == "TranslatedText"]
    wanted = [text for text in texts if text.get(LANGUAGE, "").startswith(language)]
    chosen = [*wanted, *texts][:1]
    return " ".join(text_of(chosen[0]).split()) if chosen else ""
