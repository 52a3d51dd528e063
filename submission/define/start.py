"""A study's files started from define.xml files: what these say is filled in, the rest is named.

A define.xml does not know fields of forms or names of functions. Where a rule needs a field it has
a name that begins with `todo_`; a method becomes an entry of methods.yaml.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from specs.methods import METHODS
from specs.standards import GUIDES, latest
from specs.terminology import load_terminology, versions
from submission.define.codelists import DICTIONARIES
from submission.define.elements import one_line
from submission.define.start_datasets import DescribedDataset, predecessors_of
from submission.define.start_lists import Lists
from submission.define.start_rules import Rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from specs.derivation import Derivation
    from submission.define.document import Document, ItemOrigin

_GUIDES = {
    **dict.fromkeys(("SDTMIG", "SDTM-IG", "SDTMIG-MD", "SENDIG", "SEND-IG"), "SDTMIG"),
    **dict.fromkeys(("ADaMIG", "ADaM-IG", "ADAMIG", "ADAM-IG"), "ADaMIG"),
}
_OF_2_0 = {
    "CRF": ("Collected", "Investigator"),
    "eDT": ("Collected", "Vendor"),
    "Derived": ("Derived", "Sponsor"),
    "Assigned": ("Assigned", "Sponsor"),
    "Protocol": ("Protocol", "Sponsor"),
    "COLLECTED": ("Collected", "Investigator"),
}
_NO_DATA = re.compile(r"\s*The (?:dataset|variable|value) has no data at the data cut of [\d-]+\.")

_PLAIN = re.compile(r"[A-Za-z@][\w.@/-]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


class StudyDraft:
    """A study's files by path, as text, with what could not be taken over."""

    def __init__(
        self, documents: Sequence[Document], derivations: Mapping[str, Derivation]
    ) -> None:
        """`derivations` are the derivations at hand."""
        self.documents = tuple(_as_2_1(document) for document in documents)
        self.remarks: list[str] = []
        self.files: dict[str, str] = {}
        self._ct = self._terminology()
        lists = Lists(self.documents, load_terminology(
            sdtm=self._ct["SDTM"], adam=self._ct.get("ADaM")
        ))  # fmt: skip
        described = [
            DescribedDataset(document, group, self.documents)
            for document in self.documents
            for group in document.groups
            if not group.name.startswith("SUPP")
        ]
        rules = Rules(derivations, {name for dataset in described for name in dataset.names()})
        for dataset in described:
            path = f"{'adam' if dataset.analysis else 'sdtm'}/{dataset.group.name.lower()}.yaml"
            self.files[path] = _yaml(dataset.content(lists, rules))
        for path, entry in predecessors_of(rules.missing).items():
            self.files[path] = "# No define.xml given describes it: what others take from it.\n"
            self.files[path] += _yaml(entry)
            self.remarks.append(f"{entry['dataset']} is named as predecessor and not described")
        entries = {name: entry for name, entry in lists.entries.items() if entry}
        if entries:
            self.files["terminology.yaml"] = _yaml({"codelists": entries})
        if rules.methods:
            self.files[METHODS] = "# Write each as a function in derivations.py, and rename it.\n"
            self.files[METHODS] += _yaml({"methods": rules.methods})
        self.files["study.yaml"] = "".join(f"{line}\n" for line in self._study())
        self.remarks.extend(lists.remarks)

    def _terminology(self) -> dict[str, str]:
        """The versions of terminology, those at hand where a define.xml names others."""
        at_hand: dict[str, list[str]] = {}
        for name, version, _ in versions():
            at_hand.setdefault(name, []).append(version)
        used = {"SDTM": at_hand["SDTM"][-1]}
        named = {
            s.publishing_set: s.version for d in self.documents for s in d.standards
            if s.type == "CT" and s.publishing_set in at_hand
        }  # fmt: skip
        for name, version in named.items():
            used[name] = version if version in at_hand[name] else at_hand[name][-1]
            if version != used[name]:
                self.remarks.append(
                    f"{name} terminology {version} is not here, {used[name]} is used; add it with"
                    " `cdisckit ct add FILE` and import again"
                )
        if any(d.purpose == "Analysis" for document in self.documents for d in document.groups):
            used.setdefault("ADaM", at_hand["ADaM"][-1])
        return used

    def _guides(self) -> dict[str, str]:
        """The guides by version, those known where a define.xml names others."""
        used: dict[str, str] = {}
        for standard in (s for d in self.documents for s in d.standards if s.type == "IG"):
            name = _GUIDES.get(standard.name)
            if name is None:
                self.remarks.append(f"the guide {standard.full_name} is not known")
                continue
            used[name] = GUIDES[name]
            if standard.version != GUIDES[name]:
                self.remarks.append(f"{name} {standard.version} is read as {name} {GUIDES[name]}")
        purposes = {g.purpose == "Analysis" for d in self.documents for g in d.groups}
        for name in [_part_of_package(analysis) for analysis in sorted(purposes)]:
            used.setdefault(name, GUIDES[name])
        if any(path.startswith("sdtm/") for path in self.files):
            used.setdefault("SDTMIG", GUIDES["SDTMIG"])
        return used

    def _study(self) -> Iterator[str]:
        """The lines of study.yaml."""
        first = self.documents[0]
        notice = _notice(first)
        text = first.description.removesuffix(notice).strip() if notice else first.description
        day = (first.as_of or first.created)[:10]
        yield f"# Started from the define.xml {one_line(first.name)}. Review lines marked review."
        yield f"study: {flow(first.study or 'STUDY')}"
        yield f"title: {flow(first.study or 'STUDY')}   # review"
        yield f"description: {flow(one_line(text))}"
        yield f"protocol: {flow(first.protocol or first.study or 'STUDY')}"
        if notice:
            yield f"synthetic: {flow(notice)}"
        yield f"standards: {flow(self._guides())}"
        yield f"terminology: {flow(self._ct)}"
        yield f"data_cut: {day if re.fullmatch('[0-9-]{10}', day) else '1900-01-01'}   # review"
        dictionaries = dict(self._dictionaries())
        if dictionaries:
            yield f"dictionaries: {flow(dictionaries)}"
        files = dict(self._documents())
        if files:
            yield "documents:"
            yield from (f"  - {flow(file)}" for file in files.values())
        yield "raw: []   # review: where the raw data are"

    def _dictionaries(self) -> Iterator[tuple[str, Any]]:
        """Each dictionary with its version, and the variables the guide does not say it codes."""
        guide = latest("SDTMIG")
        for document in self.documents:
            for codelist in document.codelists:
                if not codelist.dictionary:
                    continue
                users = {
                    item.name: guide.variable(group.domain or group.name, item.name)
                    for group in document.groups
                    for reference in group.references
                    for item in [document.item.get(reference.item)]
                    if item is not None and item.codelist == codelist.oid
                }
                own = sorted(
                    name for name, entry in users.items()
                    if not name.endswith("BODSYS")
                    and (entry is None or DICTIONARIES.get(entry.format) != codelist.dictionary)
                )  # fmt: skip
                version = codelist.dictionary_version
                yield (
                    codelist.dictionary,
                    {"version": version, "variables": own} if own else version,
                )

    def _documents(self) -> Iterator[tuple[str, dict[str, str]]]:
        for document in self.documents:
            crf = {reference.leaf for reference in document.annotated_crf}
            for leaf in document.leaves:
                name = "ACRF" if leaf.oid in crf else leaf.oid.removeprefix("LF.")
                yield name, {"id": name, "title": leaf.title or leaf.href, "href": leaf.href}


def _part_of_package(analysis: bool) -> str:
    return "ADaMIG" if analysis else "SDTMIG"


def _notice(document: Document) -> str:
    """What is to be said of the data wherever they are shown: the description ends with it."""
    comment = document.comment_by_oid.get(document.comment)
    text = one_line(comment.text) if comment else ""
    return text if text and one_line(document.description).endswith(text) else ""


def _as_2_1(document: Document) -> Document:
    """The document with origins as Define-XML 2.1 names them, and without what only data tell."""

    def origin(declared: ItemOrigin) -> ItemOrigin:
        kind, source = _OF_2_0.get(declared.type, (declared.type, ""))
        return declared if declared.source else replace(declared, type=kind, source=source)

    return replace(
        document,
        description=one_line(document.description),
        items=tuple(replace(i, origins=tuple(map(origin, i.origins))) for i in document.items),
        comments=tuple(
            replace(c, text=_NO_DATA.sub("", one_line(c.text))) for c in document.comments
        ),
        methods=tuple(replace(m, text=one_line(m.text)) for m in document.methods),
    )


def _yaml(content: Mapping[str, Any]) -> str:
    """A file's content: its parts in block style, what stands in them in one line each."""
    lines: list[str] = []
    for key, value in content.items():
        if key in ("variables", "supplemental", "parameters", "codelists", "methods") and value:
            lines.append(f"{key}:")
            for name, held in value.items():
                lines.extend(_entry(name, held))
        else:
            lines.append(f"{key}: {flow(value)}")
    return "\n".join(lines) + "\n"


def _entry(name: str, held: Any) -> Iterator[str]:
    """A variable, list or parameter in one line, its value level in a line each."""
    values = held.get("values") if isinstance(held, dict) else None
    if not values:
        yield f"  {flow(name)}: {flow(held)}"
        return
    yield f"  {flow(name)}:"
    yield from (f"    {key}: {flow(entry)}" for key, entry in held.items() if key != "values")
    yield "    values:"
    yield from (f"      - {flow(value)}" for value in values)


def flow(value: Any) -> str:
    """A value as YAML 1.2 writes it in one line.

    >>> flow({"when": [{"LBTESTCD": {"EQ": "ALT"}}], "label": "In U/L: yes", "length": 5})
    '{when: [{LBTESTCD: {EQ: ALT}}], label: "In U/L: yes", length: 5}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.casefold() not in _WORDS:
        return value if not value.startswith("@") else json.dumps(value)
    return json.dumps(value, ensure_ascii=False)
