"""Groups of subjects on a Dask cluster whose machines share the disk that the package goes to."""

from __future__ import annotations

import platform
from concurrent.futures import CancelledError
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from cdisckit.groups.engines import TRIES, prepare_worker
from specs.errors import CdisckitError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cdisckit.groups.engines import Report

Task = TypeVar("Task")
Result = TypeVar("Result")

_SAME = ("cdisckit", "numpy", "pandas", "pyarrow", "pandera")
"""What decides the bytes of a package, so that it must be the same everywhere."""


@dataclass(frozen=True)
class Dask:
    """A cluster by the address of its scheduler, which answers within so many seconds."""

    address: str
    patience: float = 20

    def run(
        self, function: Callable[[Task], Result], tasks: Sequence[Task], report: Report
    ) -> list[Result]:
        """As of any engine; CdisckitError where the scheduler is lost, or workers die too often."""
        distributed = _distributed()
        try:
            client = distributed.Client(self.address, timeout=self.patience, set_as_default=False)
        except OSError:
            raise self._lost("there is no Dask scheduler") from None
        try:
            self._check_versions(client)
            client.run(prepare_worker)
            futures = client.map(function, list(tasks), pure=False, retries=TRIES)
            with client.as_current():
                return self._gathered(distributed, futures, report)
        finally:
            client.close(timeout=5)

    def _gathered(self, distributed: Any, futures: list[Any], report: Report) -> list[Any]:
        numbers = {future.key: number for number, future in enumerate(futures)}
        results: dict[int, Any] = {}
        errors: dict[int, CdisckitError] = {}
        for future in distributed.as_completed(futures):
            number = numbers[future.key]
            try:
                results[number] = future.result()
            except CdisckitError as error:
                errors[number] = error
                continue
            except distributed.scheduler.KilledWorker:
                raise CdisckitError(
                    f"workers of the Dask cluster died {TRIES} times over one group of subjects",
                    remedy="give them more memory, or the build smaller groups (--group-size)",
                ) from None
            except (CancelledError, OSError):
                raise self._lost("the Dask scheduler was lost") from None
            report(results[number])
            future.release()
        if errors:
            raise errors[min(errors)]
        if len(results) < len(futures):
            raise self._lost("the Dask scheduler was lost")
        return [results[number] for number in range(len(futures))]

    def _lost(self, what: str) -> CdisckitError:
        return CdisckitError(
            what, where=self.address, remedy="start it, see its log, and build again"
        )

    def _check_versions(self, client: Any) -> None:
        """CdisckitError where a worker has other versions of what decides the bytes."""
        own = versions()
        for worker, theirs in client.run(versions).items():
            differing = [f"{name} {theirs[name]}, here {own[name]}" for name in own
                         if theirs[name] != own[name]]  # fmt: skip
            if differing:
                raise CdisckitError(
                    f"the worker has {'; '.join(differing)}",
                    where=str(worker),
                    remedy="install the same versions on all machines of the cluster",
                )


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that decide the bytes of a package."""
    return {"Python": platform.python_version(), **{name: version(name) for name in _SAME}}


def _distributed() -> Any:
    try:
        import distributed
    except ModuleNotFoundError:
        raise CdisckitError(
            "Dask is not installed", remedy="install cdisckit[dask], on all machines of the cluster"
        ) from None
    return distributed
