from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as Debian installs it or as CDISCKIT_CHROMIUM names it."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = Path(os.environ.get("CDISCKIT_CHROMIUM", "/usr/bin/chromium"))
    if not path.exists():
        pytest.skip(f"there is no Chromium at {path}; CDISCKIT_CHROMIUM may name one")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=str(path))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: CDISCKIT_TEST_ARTIFACTS, or a temporary folder."""
    folder = os.environ.get("CDISCKIT_TEST_ARTIFACTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        return Path(folder)
    return tmp_path_factory.mktemp("artifacts")
