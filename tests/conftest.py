from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _folder(variable: str, default: str) -> Path:
    folder = Path(os.environ.get(variable, ROOT.parent / "shared" / default))
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there; set {variable} to the folder to run this test")
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    return _folder("CDISCKIT_TEST_DATA", "data")


@pytest.fixture(scope="session")
def shared_reference() -> Path:
    return _folder("CDISCKIT_TEST_REFERENCE", "reference")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
