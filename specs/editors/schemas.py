"""JSON Schemas of a study's files, made from the models that read them.

What a model takes in several shapes before it is checked (`records: ae`, one thing for a list of
it) is said here beside the shape; names of functions, codelists, datasets and fields come from the
study.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from specs import dataset_models, files, rule_models
from specs.analyses import AnalysesFile
from specs.csv_files import read_csv
from specs.methods import MethodsFile
from specs.where import Comparator, any_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from specs.derivation import Derivation

Schema = dict[str, Any]

KINDS: Final[Mapping[str, tuple[type[BaseModel], str]]] = {
    "study": (files.StudyFile, "study.yaml"),
    "terminology": (files.TerminologyFile, "terminology.yaml"),
    "explanations": (files.ExplanationsFile, "explanations.yaml"),
    "analyses": (AnalysesFile, "analyses.yaml"),
    "methods": (MethodsFile, "methods.yaml"),
    "sdtm": (dataset_models.SdtmFile, "sdtm/*.yaml"),
    "adam": (dataset_models.AdamFile, "adam/*.yaml"),
}
"""The kinds of files, each with its model and where in a study it stands."""

_SCALAR: Final[Schema] = {"type": ["string", "number", "boolean", "null"]}
_TEXT: Final[Schema] = {"type": "string"}


@dataclass(frozen=True)
class Names:
    """What a study's files may name: functions, codelists, and of the study datasets and fields.

    `datasets` has for each what its variables are called, `forms` for each form its fields.
    """

    derivations: Mapping[str, Derivation] = field(default_factory=dict)
    codelists: tuple[str, ...] = ()
    datasets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def schemas(names: Names) -> Mapping[str, Schema]:
    """The schema of each kind of file."""
    return {kind: _schema(kind, names) for kind in KINDS}


def _schema(kind: str, names: Names) -> Schema:
    model, _ = KINDS[kind]
    schema = model.model_json_schema(by_alias=True)
    definitions: dict[str, Schema] = schema.setdefault("$defs", {})
    texts = _texts()
    for name, definition in [(model.__name__, schema), *definitions.items()]:
        of = _models(model).get(name)
        for key, described in definition.get("properties", {}).items():
            text = texts.get(f"{name}.{key}", texts.get(key, ""))
            shaped = _shaped(described, of, key, kind)
            for noise in ("title", "default"):
                shaped.pop(noise, None)
            definition["properties"][key] = {**shaped, "description": text} if text else shaped
        definition.get("properties", {}).pop("place", None)
    for name, several in _SHAPES.items():
        if name in definitions:
            definitions[name] = several(definitions[name], name)
    if "Where" in definitions:
        definitions["Where"] = _clause()
    if kind in ("sdtm", "adam"):
        definitions |= _of_rules(names, kind)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"cdisckit: {KINDS[kind][1]}",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def _of_rules(names: Names, kind: str) -> dict[str, Schema]:
    """What the schemas of datasets refer to, with the names that rules may use."""
    return {
        "Where": _clause(),
        "Conditions": _conditions(),
        "Called": {"oneOf": list(_called(names))} if names.derivations else _TEXT,
        "Constants": {"allOf": list(_constants(names))} if names.derivations else {},
        "ListName": {"enum": ["", *sorted(set(names.codelists))]} if names.codelists else _TEXT,
        "Source": _suggested(_sources(names, kind)),
        "Records": _suggested(list(dict.fromkeys((*names.forms, *names.datasets)))),
    }


def _shaped(described: Schema, model: type[BaseModel] | None, key: str, kind: str) -> Schema:
    """A property as files may write it."""
    validators = _validators(model, key)
    if key == "derived":
        return {"$ref": "#/$defs/Called"}
    if key == "codelist":
        name = {"$ref": "#/$defs/ListName"}
        several = "array" in str(described)
        return {"anyOf": [name, {"type": "array", "items": name}]} if several else name
    if key == "from" and model is not None and model.__name__ in ("SdtmBlock", "JoinModel"):
        return {"$ref": "#/$defs/Records"}
    if any_written in validators:
        return {"$ref": "#/$defs/Conditions"}
    if key == "by" and model is dataset_models.JoinModel:
        return {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}, {"type": "object"}]}
    if key in ("not_submitted", "unscheduled"):
        fields: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
        if key == "unscheduled":
            fields = {"type": "object", "additionalProperties": fields}
        return {"type": "object", "additionalProperties": fields}
    if key in ("standards", "terminology") and kind == "study":
        return {"type": "object", "additionalProperties": {"type": ["string", "number"]}}
    if key == "records":
        one = {"anyOf": [{"$ref": "#/$defs/Records"}, described["items"]]}
        return {"anyOf": [*one["anyOf"], {"type": "array", "items": one}]}
    if files.listed in validators or (key == "by" and model is not dataset_models.JoinModel):
        item = {"$ref": "#/$defs/Source"} if key == "from" else described.get("items", _TEXT)
        return {"anyOf": [item, {"type": "array", "items": item}]}
    return dict(described)


def _validators(model: type[BaseModel] | None, key: str) -> list[Any]:
    if model is None:
        return []
    fields = [f for n, f in model.model_fields.items() if key in (n, f.alias)]
    return [getattr(constraint, "func", None) for one in fields for constraint in one.metadata]


def _taken(_: Schema, __: str) -> Schema:
    source = {"$ref": "#/$defs/Source"}
    constant = {
        "type": "object",
        "properties": {"constant": {"type": ["string", "number"]}},
        "required": ["constant"],
        "additionalProperties": False,
    }
    return {"anyOf": [source, {"type": "array", "items": source, "minItems": 1}, constant]}


def _with_constants(definition: Schema, _: str) -> Schema:
    return {**definition, "allOf": [{"$ref": "#/$defs/Constants"}]}


def _variable(definition: Schema, name: str) -> Schema:
    """A variable: described, a list of rules, or a word."""
    words = ["standard", "shared", *(["absent"] if name == "SdtmVariable" else [])]
    rules = {"type": "array", "items": definition["properties"]["rules"]["items"]}
    return {"anyOf": [{"enum": words}, _with_constants(definition, name), rules]}


def _own_rules(definition: Schema, _: str) -> Schema:
    rule = definition["properties"]["rules"]["items"]
    return {"anyOf": [{"const": "none"}, rule, {"type": "array", "items": rule}]}


def _dictionary(definition: Schema, _: str) -> Schema:
    return {"anyOf": [{"type": ["string", "number"]}, definition]}


def _terms(definition: Schema, _: str) -> Schema:
    for key in ("terms", "extend"):
        terms = definition["properties"][key]
        listed = {"type": "array", "items": {"type": ["string", "number"]}}
        description = terms.pop("description", "")
        definition["properties"][key] = {"anyOf": [terms, listed], "description": description}
    return definition


_SHAPES: Final[Mapping[str, Callable[[Schema, str], Schema]]] = {
    "Taken": _taken,
    "SdtmVariable": _variable,
    "VariableModel": _variable,
    "OwnRules": _own_rules,
    "DictionaryFile": _dictionary,
    "CodelistFile": _terms,
    "SdtmRule": _with_constants,
    "RuleModel": _with_constants,
    "SdtmValue": _with_constants,
    "ValueModel": _with_constants,
    "ParameterModel": _with_constants,
    "AdamBlock": _with_constants,
}
"""The definitions that a file may write in several shapes, or that call functions."""


def _clause() -> Schema:
    """One condition: `{AEYN: {EQ: "1"}}`."""
    compared = {
        "type": "object",
        "properties": {
            c.value: {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]}
            for c in Comparator
        },
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {
        "type": "object",
        "additionalProperties": compared,
        "minProperties": 1,
        "maxProperties": 1,
        "description": 'One condition, such as {AEYN: {EQ: "1"}}; "" stands for missing.',
    }


def _conditions() -> Schema:
    clauses = {"type": "array", "items": {"$ref": "#/$defs/Where"}}
    return {"anyOf": [clauses, {"type": "array", "items": {**clauses, "minItems": 1}}]}


def _called(names: Names) -> Iterator[Schema]:
    """Each function with what it does."""
    for name, derivation in sorted(names.derivations.items()):
        sources = ", ".join(f"{p.name}" for p in derivation.sources)
        yield {"const": name, "description": f"from: {sources}\n\n{derivation.paragraph}"}


def _constants(names: Names) -> Iterator[Schema]:
    """For each function the constants it takes."""
    for name, derivation in sorted(names.derivations.items()):
        constants: Schema = {
            "type": "object",
            "properties": {p.name: {} for p in derivation.constants},
            "additionalProperties": False,
        }
        yield {
            "if": {"properties": {"derived": {"const": name}}, "required": ["derived"]},
            "then": {"properties": {"with": constants}},
        }


def _sources(names: Names, kind: str) -> list[str]:
    """What a rule may read, to be suggested."""
    of_datasets = [f"{d}.{name}" for d, variables in names.datasets.items() for name in variables]
    fields = [f for fields in names.forms.values() for f in fields] if kind == "sdtm" else []
    return [*dict.fromkeys(fields), *of_datasets]


def _suggested(names: list[str]) -> Schema:
    """Any text, some of them suggested."""
    return {"anyOf": [{"enum": names}, _TEXT]} if names else dict(_TEXT)


def _models(model: type[BaseModel]) -> Mapping[str, type[BaseModel]]:
    """The models by the names that their definitions have."""
    modules = (dataset_models, rule_models, files)
    classes = {n: m for module in modules for n, m in vars(module).items() if isinstance(m, type)}
    models = {n: m for n, m in classes.items() if issubclass(m, BaseModel)}
    return {**models, model.__name__: model}


def _texts() -> Mapping[str, str]:
    """What is told of each key."""
    _, rows = read_csv(Path(__file__).with_name("keys.csv"))
    return {row["key"]: row["text"] for _, row in rows}
