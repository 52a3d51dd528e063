"""The origins and methods of a define.xml as rules: those that are known, and those to be written.

A method that names its function in a formal expression of cdisckit is that rule again. Any other
becomes an entry of methods.yaml with its text, whose function is to be written. A field of a form,
which no define.xml knows, has a name that begins with `todo_`.
"""

from __future__ import annotations

import keyword
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from specs.errors import SpecError
from submission.define.calls import CONSTANT, CONTEXT, TAKEN, read_calls
from submission.define.elements import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from specs.derivation import Derivation
    from submission.define.calls import Call
    from submission.define.document import Document, Item, ItemOrigin, ItemReference, Method

TODO = "todo_"
"""What names begin with that are to be replaced."""

_VERBS = {
    "Collected": "collected",
    "Assigned": "assigned",
    "Protocol": "protocol",
    "Predecessor": "predecessor",
    "Derived": "derived",
}
_SOURCES = {"collected": "Investigator", "predecessor": ""}

_VARIABLE = re.compile(r"\b([A-Z][A-Z0-9]{1,7})\.([A-Z][A-Z0-9_]{0,7})\b")
_QUALIFIER = re.compile(r'\bSUPP([A-Z0-9]{2,4})\.QVAL\b.*?QNAM\W+(?:EQ\W+)?"?([A-Z][A-Z0-9_]{0,7})')


class Rules:
    """The rules of variables; the methods whose functions are to be written come on the way."""

    def __init__(self, derivations: Mapping[str, Derivation], variables: Collection[str]) -> None:
        """`derivations` are those at hand, `variables` all `DATASET.VARIABLE` described."""
        self.missing: dict[str, str] = {}
        self._derivations = derivations
        self._variables = variables
        self._functions: dict[tuple[str, str], str] = {}
        self.methods: dict[str, dict[str, str]] = {}

    def of(
        self, document: Document, reference: ItemReference, item: Item, path: str
    ) -> list[dict[str, Any]]:
        """The rules of a variable or value; `path` is what a function for it is named after."""
        method = document.method.get(reference.method)
        calls = self._calls(method, item) if method is not None else []
        if calls:
            return calls
        rules: list[dict[str, Any]] = []
        for origin in item.origins:
            rules.extend(self._rule(origin, method, path))
        if method is not None and not any("derived" in rule for rule in rules):
            rules.append({"derived": self.function(method, path)})
        return rules

    def _rule(self, origin: ItemOrigin, method: Method | None, path: str) -> Iterator[Any]:
        """The rule that an origin states; none for one that is not known."""
        verb = _VERBS.get(origin.type)
        if verb is None:
            return
        rule: dict[str, Any]
        if verb == "derived":
            rule = {verb: self.function(method, path)}
        elif verb == "predecessor":
            source = predecessor(origin.description)
            if not source:
                return
            if source not in self._variables:
                self.missing.setdefault(source, path)
            rule = {verb: source}
        else:
            rule = {verb: f"{TODO}{path.rpartition('.')[2].lower()}"}
        if origin.source and origin.source != _SOURCES.get(verb, "Sponsor"):
            rule["source"] = origin.source.lower()
        yield rule

    def function(self, method: Method | None, path: str) -> str:
        """The name of the function that stands for a method."""
        text = one_line(method.text) if method else ""
        others = [e for e in method.expressions if e.context != CONTEXT] if method else []
        programs = "\n\n".join(f"{e.context}:\n{e.code}" for e in others)
        name = re.sub(r"\W+", "_", f"{TODO}{path}".lower()).strip("_")
        key = (text or name, programs)
        if key not in self._functions:
            name = f"{name}_" if keyword.iskeyword(name) or name in self.methods else name
            self._functions[key] = name
            words = text or f"The define.xml has no method for {path}."
            self.methods[name] = {"text": words} | ({"programs": programs} if programs else {})
        return self._functions[key]

    def _calls(self, method: Method, item: Item) -> list[dict[str, Any]]:
        """The rules that a formal expression states, where all of them can be repeated here."""
        for expression in method.expressions:
            if expression.context == CONTEXT:
                try:
                    return [self._repeated(call, item) for call in read_calls(expression.code)]
                except (SpecError, SyntaxError, TypeError, ValueError):
                    return []  # not what cdisckit writes, or of another version
        return []

    def _repeated(self, call: Call, item: Item) -> dict[str, Any]:
        """The rule that a call states; ValueError where none can."""
        rule: dict[str, Any]
        if call.function == CONSTANT:
            kinds = [_VERBS.get(o.type, "") for o in item.origins]
            verb = next((v for v in kinds if v in ("assigned", "protocol", "collected")), "")
            constant = call.sources[0]
            rule = {verb or "assigned": {"constant": constant}}
        elif call.function == TAKEN:
            rule = {"predecessor": self._there(call.sources[0])}
        else:
            derivation = self._derivations.get(call.function)
            if derivation is None or derivation.scope == "dataset" or call.gives or call.per:
                raise ValueError(f"{call.function} makes no values of a variable alone")
            derivation.check_call(len(call.sources), call.constants, "")
            rule = {"derived": call.function, "from": [self._there(s) for s in call.sources]}
            if call.constants:
                rule["with"] = dict(call.constants)
        for name, conditions in (("when", call.when), ("where", call.where)):
            if conditions:
                rule[name] = [
                    {w.variable: {w.comparator.value: list(w.values)}} for w in conditions
                ]
        return rule

    def _there(self, source: str) -> str:
        """A source, if what it names is described; ValueError if not."""
        own = "." not in source or source.startswith("@")
        if not own and not any(fnmatchcase(name, source) for name in self._variables):
            raise ValueError(f"there is no {source}")
        return source


def predecessor(text: str) -> str:
    """The variable that a predecessor's text names: `AE.AETRTPRV` for a qualifier; "" if none.

    >>> predecessor('SUPPAE.QVAL where QNAM EQ "AETRTPRV"'), predecessor("DM.AGE")
    ('AE.AETRTPRV', 'DM.AGE')
    """
    qualifier = _QUALIFIER.search(text)
    if qualifier:
        return ".".join(qualifier.groups())
    match = _VARIABLE.search(text)
    return match[0] if match else ""
