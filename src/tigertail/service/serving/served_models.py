"""The models that are served, each replaced as a whole while requests run.

A request takes a served model once and is answered from it alone. Who writes a new model, or rolls one back, replaces
its manifest; a thread sees that, copies, opens and checks the new one beside the old, and only then puts it in its
place. A model that cannot be opened, such as one half copied, is left out and tried again; the old one goes on
answering.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tigertail.errors import ModelError, TigertailError
from tigertail.model.store.folder import MANIFEST
from tigertail.model.store.signing import verify_signature
from tigertail.service.serving.model_cache import copied, newest
from tigertail.service.serving.served_model import AS_THE_MODEL, AnswerSettings, ServedModel

LOG: Final = logging.getLogger("tigertail.service")
RETRY_AFTER: Final = 5  # checks after which a model that could not be opened is tried again

_Mark = tuple[int, int, int] | None


@dataclass
class _Place:
    """A role: the model that is served, and the state of its folder when that was last tried."""

    served: ServedModel
    mark: _Mark
    refused: str | None = None
    checks_left: int = 0


class ServedModels:
    """The models that are served, by role.

    Parameters
    ----------
    folders
        Folder of each role's model.
    changed
        Called for every new model: with its role, and whether it replaced the old one. A refused one is tried again;
        where it is refused for another reason then, it counts as new.
    cache_dir
        Where copies of the models are kept, to answer from; None answers from the folders themselves, which then
        must never be written to in place. It is that of one run of the service: where a folder has become unfit, a
        copy is answered from whose signer is not checked again.
    settings
        What else the answers depend on.
    signers
        Public keys, one of which must have signed each model; none means that a signature is not needed.

    Raises
    ------
    ModelError
        If a model is missing or damaged, and no copy of an earlier one is in ``cache_dir``.
    """

    def __init__(
        self,
        folders: dict[str, Path],
        changed: Callable[[str, bool], None] = lambda role, new: None,
        cache_dir: Path | None = None,
        settings: AnswerSettings = AS_THE_MODEL,
        signers: tuple[str, ...] = (),
    ) -> None:
        self._folders = folders
        self._changed = changed
        self._cache_dir = cache_dir
        self._settings = settings
        self._signers = signers
        self._places = {role: self._first(role, folder) for role, folder in folders.items()}
        self._stopped = threading.Event()
        self._lock = threading.Lock()  # one check at a time, also where check is called beside the thread's

    def __getitem__(self, role: str) -> ServedModel:
        """Return the served model to answer from; hold on to it until the answer is whole."""
        return self._places[role].served

    def get(self, role: str) -> ServedModel | None:
        """Return a role's model; None where no such model is served."""
        place = self._places.get(role)
        return None if place is None else place.served

    def served(self) -> dict[str, ServedModel]:
        """Return what is served now."""
        return {role: place.served for role, place in self._places.items()}

    def refused(self) -> dict[str, str]:
        """Return why a newer model of a role was not put in place; no path, as ``/health/ready`` is public."""
        return {role: place.refused for role, place in self._places.items() if place.refused}

    def check(self) -> None:
        """Check every folder for a new model, and serve it in place of the old one."""
        with self._lock:
            for role, folder in self._folders.items():
                self._check_folder(role, folder)

    def watch(self, seconds: float) -> None:
        """Check every so many seconds, on a thread of its own, until :meth:`stop`."""

        def loop() -> None:
            while not self._stopped.wait(seconds):
                try:
                    self.check()
                except Exception:
                    LOG.exception("checking for a new model failed; it is tried again")

        threading.Thread(target=loop, name="served-models", daemon=True).start()

    def stop(self) -> None:
        """Stop the checks."""
        self._stopped.set()

    def _check_folder(self, role: str, folder: Path) -> None:
        place = self._places[role]
        mark = _mark(folder)
        if mark == place.mark:
            place.checks_left -= 1
            if place.refused is None or place.checks_left > 0:
                return
        try:
            opened = self._opened(role, folder)
        # Whatever is wrong with a new model, the old one is not. A panic of Polars is no Exception.
        except BaseException as error:
            problem = _problem(error)
            if mark != place.mark or problem != place.refused:
                LOG.error(
                    "model refused; the one before goes on",
                    extra={"role": role, "problem": _told(error)},
                    exc_info=not isinstance(error, TigertailError),
                )
                self._changed(role, False)
            place.mark, place.refused, place.checks_left = mark, problem, RETRY_AFTER
            return
        if opened.served.version == place.served.version:
            place.mark, place.refused = opened.mark, None
            return
        self._places[role] = opened
        LOG.info("model in place", extra={"role": role, "model": opened.served.version})
        self._changed(role, True)

    def _first(self, role: str, folder: Path) -> _Place:
        """Open a model, or what the other workers answer from where its folder has become unfit meanwhile."""
        try:
            return self._opened(role, folder)
        except BaseException as error:  # as of a new model
            copy = None if self._cache_dir is None else newest(self._cache_dir / role)
            if copy is None:
                raise
            LOG.error(
                "model refused; a copy of the one before goes on",
                extra={"role": role, "problem": _told(error)},
                exc_info=not isinstance(error, TigertailError),
            )
            # A mark of None: the next check tries the folder again.
            return _Place(ServedModel.open(folder, copy, self._settings), None, _problem(error))

    def _opened(self, role: str, folder: Path) -> _Place:
        mark = _mark(folder)  # before it is read, so that a change meanwhile is seen at the next check
        if self._cache_dir is None:
            if self._signers:
                verify_signature(folder, self._signers)
            return _Place(ServedModel.open(folder, None, self._settings), mark)
        try:
            copy = copied(folder, self._cache_dir / role, self._signers)
        except OSError as error:
            raise ModelError(
                f"cannot be copied ({error.strerror or 'no reason given'})",
                path=folder,
                remedy="see that temporary files may be written (TMPDIR), and that there is space for them",
            ) from error
        return _Place(ServedModel.open(folder, copy, self._settings), mark)


def _problem(error: BaseException) -> str:
    return (
        error.problem if isinstance(error, TigertailError) else f"cannot be opened ({type(error).__name__})"
    )


def _told(error: BaseException) -> str:
    """Return what the log says of an error, where paths may stand."""
    return str(error) if isinstance(error, TigertailError) else _problem(error)


def _mark(folder: Path) -> _Mark:
    """Return what changes when a manifest is replaced; None where there is none."""
    try:
        status = (folder / MANIFEST).stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
