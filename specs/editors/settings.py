"""Schemas in a study's folder, and the settings by which Visual Studio Code finds them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from specs.editors.schemas import KINDS, Names, schemas
from specs.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

SCHEMAS: Final = ".vscode/schemas"
SETTINGS: Final = ".vscode/settings.json"
_SECTION: Final = "yaml.schemas"


def write_schemas(names: Names, to: Path) -> tuple[Path, ...]:
    """Write a schema for each kind of file into a folder; the files."""
    to.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, schema in schemas(names).items():
        path = to / f"{kind}.schema.json"
        text = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return tuple(written)


def write_settings(study: Path) -> Path:
    """Tell Visual Studio Code, with its extension for YAML, which schema is for which file.

    Other settings in the study's folder stay. OutputError where they cannot be read.
    """
    path = study / SETTINGS
    settings: dict[str, Any] = {}
    if path.exists():
        try:
            settings = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            settings = {_SECTION: None}
        if not isinstance(settings.get(_SECTION, {}), dict):
            raise OutputError(
                "is not JSON that settings can be added to",
                where=str(path),
                remedy=f"mend it, or move it away; {_SECTION} is to name the schemas",
            )
    of_kinds = {f"./{SCHEMAS}/{kind}.schema.json": files for kind, (_, files) in KINDS.items()}
    settings[_SECTION] = {**settings.get(_SECTION, {}), **of_kinds}
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(settings, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
