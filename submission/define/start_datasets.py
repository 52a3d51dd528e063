"""A dataset of a define.xml as a dataset's file: what the guide says already is left out."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from specs.limits import LONGEST_TEXT
from specs.standards import latest
from submission.define.calls import CONTEXT
from submission.define.elements import one_line
from submission.define.start_lists import PARAMETER_LISTS
from submission.define.start_rules import predecessor
from submission.planned import usual_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from specs.standards import Standard, StandardVariable
    from submission.define.document import Document, Item, ItemGroup, ItemReference
    from submission.define.start_lists import Lists
    from submission.define.start_rules import Rules

_STRUCTURES = {
    "SUBJECT LEVEL ANALYSIS DATASET": "ADSL",
    "BASIC DATA STRUCTURE": "BDS",
    "OCCURRENCE DATA STRUCTURE": "OCCDS",
}
_ALWAYS = ("STUDYID", "DOMAIN", "USUBJID", "--SEQ")
"""What a dataset of SDTM has without being told."""

_BY_GUIDE = {
    "STUDYID": "protocol",
    "DOMAIN": "assigned",
    "VISITNUM": "assigned",
    "VISIT": "assigned",
    "VISITDY": "protocol",
    "USUBJID": "derived",
    "--SEQ": "derived",
}
"""Variables for which the guide has a rule, with its verb."""

_RESULTS = ("AVAL", "AVALC")
_TODO = "TODO"


@dataclass(frozen=True)
class DescribedDataset:
    """A dataset of one of the documents that are read together."""

    document: Document
    group: ItemGroup
    documents: Sequence[Document]

    @property
    def analysis(self) -> bool:
        """Whether it is a dataset of ADaM."""
        return self.group.purpose == "Analysis"

    def names(self) -> Iterator[str]:
        """`DATASET.VARIABLE` of all that is described, qualifiers and parameters among them."""
        own = [item.name for _, item in self._items]
        owners = [self.group.name, *self.parameters] if self.analysis else [self.group.name]
        yield from (f"{owner}.{name}" for owner in owners for name in own)
        yield from (f"{self.group.name}.{item.name}" for _, item in self._qualifiers)

    def content(self, lists: Lists, rules: Rules) -> dict[str, Any]:
        """What the dataset's file says."""
        group, in_guide = self.group, self._standard.dataset(self._owner)
        content: dict[str, Any] = {"dataset": group.name}
        if not self.analysis and group.domain and group.domain != group.name:
            content["domain"] = group.domain
        named = not self.analysis or self._owner == group.name  # found without its class
        described = (
            ("label", group.label, in_guide.label if in_guide and named else ""),
            ("class", group.class_, in_guide.class_ if in_guide and named else ""),
            ("structure", group.structure, in_guide.structure if in_guide else ""),
        )
        content |= {key: value for key, value, there in described if value not in ("", there)}
        if in_guide is None and not self.analysis:
            content.setdefault("class", "FINDINGS")
            content.setdefault("label", _TODO)
        content["keys"] = self._keys
        if records := self._records:
            content["records"] = records
        content |= self._comment(group.comment)
        methods = {code: self._method_of(code) for code in self.parameters}
        if self.analysis and self.parameters:
            content["parameters"] = {
                code: self._parameter(code, label, methods[code], rules)
                for code, label in self.parameters.items()
            }
        content["variables"] = {
            item.name: entry
            for reference, item in self._items
            if (entry := self._variable(reference, item, lists, rules, methods)) is not None
        }
        content["variables"] |= dict.fromkeys(self._not_there, "absent")
        qualifiers = {
            item.name: self._described(reference, item, lists, None)
            | _joined(rules.of(self.document, reference, item, f"{group.name}.{item.name}"))
            for reference, item in self._qualifiers
        }
        return content | ({"supplemental": qualifiers} if qualifiers else {})

    @property
    def _not_there(self) -> list[str]:
        """What the guide expects in a dataset of SDTM and is not described."""
        described = {item.name for _, item in self._items}
        in_guide = () if self.analysis else self._standard.variables(self._owner)
        return [v.variable for v in in_guide if v.core == "Exp" and v.variable not in described]

    def _variable(
        self, reference: ItemReference, item: Item, lists: Lists, rules: Rules,
        methods: Mapping[str, str],
    ) -> dict[str, Any] | None:  # fmt: skip
        """What is said of a variable; None when the guide says all of it."""
        path = f"{self.group.name}.{item.name}"
        in_guide = self._in_guide(item.name)
        entry = self._described(reference, item, lists, in_guide)
        values = list(self._values(item, lists, rules, methods))
        if values:
            entry["values"] = values
        if self._is_standard(item, reference):
            return (
                {**entry, "standard": True} if entry or self._short(item) not in _ALWAYS else None
            )
        return entry | _joined(rules.of(self.document, reference, item, path))

    def _is_standard(self, item: Item, reference: ItemReference) -> bool:
        """Whether the rule is the guide's own, as far as origin and method tell."""
        verb = _BY_GUIDE.get(self._short(item))
        verbs = [origin.type.lower() for origin in item.origins]
        method = self.document.method.get(reference.method)
        repeated = method is None or any(e.context == CONTEXT for e in method.expressions)
        return not self.analysis and verb is not None and verbs == [verb] and repeated

    def _short(self, item: Item) -> str:
        """The name of a variable with `--` for the domain."""
        return re.sub(f"^{re.escape(self.group.domain or self.group.name)}", "--", item.name)

    def _described(
        self, reference: ItemReference, item: Item, lists: Lists, in_guide: StandardVariable | None
    ) -> dict[str, Any]:
        """What is said of a variable beside its rule and its value level."""
        entry: dict[str, Any] = {}
        if in_guide is None or item.label != in_guide.label:
            entry["label"] = one_line(item.label) or _TODO
        kind = item.data_type or "text"
        if in_guide is None or kind != usual_type(in_guide.type, in_guide.format):
            entry["type"] = kind
        entry |= {} if reference.no_data else _size(item)
        codelist = self._codelist(item, lists)
        if codelist != self._usual_list(in_guide, lists):
            entry["codelist"] = codelist
        if item.display_format:
            entry["format"] = item.display_format
        entry |= self._comment(item.comment)
        if not self.analysis and reference.role and reference.role != getattr(in_guide, "role", ""):
            entry["role"] = reference.role
        if reference.mandatory != (in_guide is not None and in_guide.core == "Req"):
            entry["core"] = "Req" if reference.mandatory else "Perm"
        return entry

    def _comment(self, oid: str) -> dict[str, str]:
        comment = self.document.comment_by_oid.get(oid)
        return {"comment": comment.text} if comment is not None and comment.text else {}

    def _codelist(self, item: Item, lists: Lists) -> str:
        codelist = self.document.codelist.get(item.codelist)
        title = PARAMETER_LISTS.get(item.name)
        if codelist is None or (title and codelist.name == f"{title} ({self.group.name})"):
            return ""  # the list of a dataset's parameters is made of these
        return lists.name(self.document, item.codelist)

    def _usual_list(self, in_guide: StandardVariable | None, lists: Lists) -> str | None:
        """The list that the guide gives a variable; None where it gives several."""
        if in_guide is None or not in_guide.codelists:
            return ""
        return lists.standard_name(in_guide.codelists[0]) if len(in_guide.codelists) == 1 else None

    def _values(
        self, item: Item, lists: Lists, rules: Rules, methods: Mapping[str, str]
    ) -> Iterator[dict[str, Any]]:
        """The value level of a variable; a where clause of several has a line for each."""
        held = self.document.value_list.get(item.value_list)
        for reference in held.references if held else ():
            described = self.document.item.get(reference.item)
            if described is None:
                continue
            for oid in reference.where:
                when = self._when(oid)
                if not when:
                    continue
                code = _only_value(when)
                path = f"{self.group.name}.{item.name}.{code or len(when)}"
                line: dict[str, Any] = {"when": when}
                if described.label:
                    line["label"] = one_line(described.label)
                line |= {"type": described.data_type or "text", **_size(described)}
                if codelist := lists.name(self.document, described.codelist):
                    line["codelist"] = codelist
                if described.display_format:
                    line["format"] = described.display_format
                line |= self._comment(described.comment)
                if item.name not in _RESULTS or not methods.get(code):
                    line |= _joined(rules.of(self.document, reference, described, path))
                yield line

    def _when(self, oid: str) -> list[dict[str, Any]]:
        """A where clause as conditions; none when it is about other datasets."""
        clause = self.document.where_clause.get(oid)
        own = {item.oid: item.name for _, item in self._items}
        if clause is None or any(check.item not in own for check in clause.checks):
            return []
        return [
            {own[c.item]: {c.comparator: c.values[0] if len(c.values) == 1 else list(c.values)}}
            for c in clause.checks
        ]

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The labels of the parameters by code."""
        if not self.analysis:
            return {}
        codes = next((i for _, i in self._items if i.name == "PARAMCD"), None)
        held = self.document.codelist.get(codes.codelist) if codes else None
        return {t.value: one_line(t.decode or t.value) for t in held.terms} if held else {}

    def _method_of(self, code: str) -> str:
        """The OID of the method by which all values of a parameter are derived; "" if none is."""
        methods = set()
        for item in (i for _, i in self._items if i.name in _RESULTS):
            held = self.document.value_list.get(item.value_list)
            for reference in held.references if held else ():
                described = self.document.item.get(reference.item)
                if any(self._when(w) == [{"PARAMCD": {"EQ": code}}] for w in reference.where):
                    kinds = {o.type for o in described.origins} if described else set()
                    methods.add(reference.method if kinds == {"Derived"} else "")
        return methods.pop() if len(methods) == 1 else ""

    def _parameter(self, code: str, label: str, method: str, rules: Rules) -> dict[str, Any]:
        held = self.document.method.get(method)
        entry: dict[str, Any] = {"label": label}
        if code in self._numbers:
            entry["number"] = self._numbers[code]
        if held is not None:
            entry["derived"] = rules.function(held, f"{self.group.name}.{code}")
        if self._dated and code not in self._dated:
            entry["variables"] = {"ADT": "none"}
        return entry

    @cached_property
    def _dated(self) -> set[str]:
        """The parameters for which ADT is described, where it is described one by one."""
        item = next((i for _, i in self._items if i.name == "ADT"), None)
        held = self.document.value_list.get(item.value_list) if item else None
        whens = [self._when(oid) for r in (held.references if held else ()) for oid in r.where]
        if any(len(when) != 1 or set(when[0]) != {"PARAMCD"} for when in whens):
            return set()
        codes = (
            code
            for when in whens
            for values in when[0]["PARAMCD"].values()
            for code in (values if isinstance(values, list) else [values])
        )
        return set(codes)

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        """PARAMN of the parameters: as its list has it, else the next that is free."""
        item = next((i for _, i in self._items if i.name == "PARAMN"), None)
        if item is None:
            return {}
        held = self.document.codelist.get(item.codelist)
        terms = [t for t in held.terms if t.value.isdigit()] if held else []
        by_label = {one_line(t.decode or t.value): int(t.value) for t in terms}
        numbers: dict[str, int] = {}
        for code, label in self.parameters.items():
            number = by_label.get(label, by_label.get(code))
            if number is None or number in numbers.values():
                number = max((*by_label.values(), *numbers.values()), default=0) + 1
            numbers[code] = number
        return numbers

    @cached_property
    def _standard(self) -> Standard:
        return latest("ADaMIG" if self.analysis else "SDTMIG")

    @property
    def _owner(self) -> str:
        """The dataset or data structure of the guide."""
        if not self.analysis:
            return self.group.domain or self.group.name
        return _STRUCTURES.get(self.group.class_, self.group.name)

    def _in_guide(self, name: str) -> StandardVariable | None:
        return self._standard.variable(self._owner, name)

    @cached_property
    def _items(self) -> list[tuple[ItemReference, Item]]:
        items = ((r, self.document.item.get(r.item)) for r in self.group.references)
        return [(reference, item) for reference, item in items if item is not None]

    @cached_property
    def _qualifiers(self) -> list[tuple[ItemReference, Item]]:
        """What the SUPP-- dataset of a domain holds: the value level of its QVAL."""
        document = self.document
        qualifiers = []
        for other in document.groups:
            if other.name not in (f"SUPP{self.group.name}", f"SUPP{self.group.domain}"):
                continue
            for reference in other.references:
                item = document.item.get(reference.item)
                held = document.value_list.get(item.value_list) if item else None
                for value in held.references if held and item and item.name == "QVAL" else ():
                    described = document.item.get(value.item)
                    if described is not None:
                        qualifiers.append((value, described))
        return qualifiers

    @property
    def _keys(self) -> list[str]:
        keyed = [(r, i.name) for r, i in (*self._items, *self._qualifiers) if r.key.isdigit()]
        return [name for _, name in sorted(keyed, key=lambda pair: int(pair[0].key))]

    @cached_property
    def _others(self) -> list[DescribedDataset]:
        """The datasets of all documents, this one among them."""
        return [
            DescribedDataset(document, group, self.documents)
            for document in self.documents
            for group in document.groups
        ]

    @property
    def _records(self) -> dict[str, str]:
        """What the records come from: a form to be named, or what most predecessors are of."""
        if not self.analysis:
            return {"from": f"todo_{self.group.name.lower()}"}
        owners = Counter(
            predecessor(origin.description).partition(".")[0]
            for _, item in self._items
            for origin in item.origins
            if origin.type == "Predecessor"
        )
        codes = {code for other in self._others for code in other.parameters}
        others = [name for name, _ in owners.most_common() if name not in ("", "ADSL", *codes)]
        return {"from": others[0]} if others else {}


def predecessors_of(missing: Mapping[str, str]) -> Mapping[str, dict[str, Any]]:
    """Files for datasets that are named as predecessors and described nowhere."""
    files: dict[str, dict[str, Any]] = {}
    guide = latest("SDTMIG")
    for source in sorted(missing):
        owner, _, name = source.partition(".")
        tabulation = not owner.startswith("AD")
        path = f"{'sdtm' if tabulation else 'adam'}/{owner.lower()}.yaml"
        content = files.setdefault(path, {"dataset": owner})
        if len(content) == 1:
            if guide.dataset(owner) is None:
                content |= {"label": owner, "class": "EVENTS" if tabulation else "ADAM OTHER"}
            content |= {"keys": ["USUBJID"], "records": {"from": f"todo_{owner.lower()}"}}
            content["variables"] = {}
        in_guide = guide.variable(owner, name) if tabulation else None
        rule = {"collected": f"todo_{name.lower()}"}
        if in_guide is None:
            section = "supplemental" if tabulation and guide.dataset(owner) else "variables"
            content.setdefault(section, {})[name] = {"label": _TODO, **rule}
        elif name not in _ALWAYS:
            codelist = {} if len(in_guide.codelists) < 2 else {"codelist": ""}
            content["variables"][name] = {**codelist, **rule}
    return files


def _size(item: Item) -> dict[str, int]:
    sizes = {}
    if item.length.isdigit() and 1 <= int(item.length) <= LONGEST_TEXT:
        sizes["length"] = int(item.length)
    if item.significant_digits.isdigit():
        sizes["digits"] = int(item.significant_digits)
    return sizes


def _joined(rules: list[dict[str, Any]]) -> dict[str, Any]:
    """Rules as they stand in a variable: one beside the rest, several in a list."""
    if len(rules) > 1:
        return {"rules": rules}
    return rules[0] if rules else {}


def _only_value(when: list[dict[str, Any]]) -> str:
    """The value of the one condition of equality; "" for other conditions."""
    conditions = [c for clause in when for c in clause.values()]
    if len(conditions) == 1 and isinstance(conditions[0].get("EQ"), str):
        return str(conditions[0]["EQ"])
    return "_".join(re.sub(r"\W", "", str(v)) for c in conditions for v in c.values())
