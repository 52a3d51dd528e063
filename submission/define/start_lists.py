"""The codelists of define.xml files as entries of terminology.yaml, each under one name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sdtm.answers import MULTIPLE
from submission.define.elements import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specs.terminology import Terminology
    from submission.define.document import Codelist, Document

PARAMETER_LISTS = {
    "PARAMCD": "Parameter Code",
    "PARAM": "Parameter",
    "PARAMN": "Parameter (N)",
}


class Lists:
    """Names for codelists, and what terminology.yaml says of each.

    A list of the standard keeps its name; a second selection of it is named after its OID. A list
    the terminology at hand does not have becomes a list of the sponsor.
    """

    def __init__(self, documents: Iterable[Document], standard: Terminology) -> None:
        self.entries: dict[str, dict[str, Any]] = {}
        self.remarks: list[str] = []
        self._standard = standard
        self._names: dict[tuple[int, str], str] = {}
        self._name_of: dict[str, str] = {}
        for document in documents:
            for codelist in document.codelists:
                if codelist.terms:
                    key = (id(document), codelist.oid)
                    self._names[key] = self._added(codelist)

    def name(self, document: Document, oid: str) -> str:
        """The name of a codelist; "" for none, and for a dictionary."""
        return self._names.get((id(document), oid), "")

    def standard_name(self, code: str) -> str:
        """The short name of a list of the standard; "" when it is not at hand."""
        return self._standard.codelist(code).name if code in self._standard else ""

    def _added(self, codelist: Codelist) -> str:
        entry, base = self._of_standard(codelist)
        if not base:
            entry = {"label": codelist.name, "terms": _decoded(codelist.terms)}
        key = repr((base, entry))
        if key not in self._name_of:
            name = self._new(base, codelist.oid)
            if base and name != base:
                entry = {"label": codelist.name, **entry, "of": base}
            self._name_of[key] = name
            self.entries[name] = entry
        return self._name_of[key]

    def _of_standard(self, codelist: Codelist) -> tuple[dict[str, Any], str]:
        """What is said of a list of the standard, and its name there; "" for others."""
        if not codelist.code:
            return {}, ""
        if codelist.code not in self._standard:
            self.remarks.append(
                f"codelist {codelist.name} ({codelist.code}) is not in the terminology at hand and"
                " became a list of the sponsor, without C-codes"
            )
            return {}, ""
        base = self._standard.codelist(codelist.code)
        own = [t for t in codelist.terms if t.value not in base]
        if not base.extensible:  # several ticked choices, which is no term of any list
            own = [term for term in own if term.value != MULTIPLE]
        if own and not base.extensible:
            self.remarks.append(
                f"codelist {codelist.name} ({codelist.code}) is not extensible and has no"
                f" {', '.join(term.value for term in own)}: it became a list of the sponsor"
            )
            return {}, ""
        entry: dict[str, Any] = {}
        if codelist.name != base.title:
            entry["label"] = codelist.name
        used = {term.value for term in codelist.terms}
        only = [value for value in base.values if value in used]
        if only and len(only) < len(base.values):
            entry["only"] = only
        if own:
            entry["extend"] = _decoded(own)
        return entry, base.name

    def _new(self, base: str, oid: str) -> str:
        if base and base not in self.entries:
            return base
        name = re.sub(r"\W+", "_", oid.removeprefix("CL.")).strip("_").upper() or "LIST"
        name = f"OWN_{name}" if name in self._standard else name
        taken = 1
        while name in self.entries:
            taken += 1
            name = f"{name.rstrip('0123456789').rstrip('_')}_{taken}"
        return name


def _decoded(terms: Iterable[Any]) -> Mapping[str, str | None]:
    return {term.value: one_line(term.decode) if term.decode else None for term in terms}
