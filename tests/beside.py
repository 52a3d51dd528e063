"""Files that are not carried here, for the tests of which they are all: one skip for the module."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def data(folder: str) -> Path:
    """A folder of published raw data, such as examples of exports."""
    return _folder("CDISCKIT_TEST_DATA", "data", folder)


def reference(folder: str) -> Path:
    """A folder of published tables, such as those of a guide."""
    return _folder("CDISCKIT_TEST_REFERENCE", "reference", folder)


def _folder(variable: str, default: str, folder: str) -> Path:
    path = Path(os.environ.get(variable, ROOT.parent / "shared" / default)) / folder
    if not path.is_dir():
        pytest.skip(
            f"{folder} is not at hand; set {variable} to the folder that holds it",
            allow_module_level=True,
        )
    return path
