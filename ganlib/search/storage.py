"""The database of studies: Optuna's tables, in SQLite beside the runs or at any address."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from ganlib.errors import PATH, ConfigError, RunError, quote
from ganlib.search.settings import Settings, check_same

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import RDBStorage

DATABASE = "search.db"
# In the folder of runs: locks of the studies and trials that are being worked on.
LOCKS = ".search"
# Key of a study's settings in the database.
SETTINGS = "settings"
_GOAL = "trials"
_RUNS = "runs"
# Several workers write at the same time; SQLite lets one of them at a time.
_BUSY_S = 60


def database_url(runs: Path) -> str:
    """Returns the address of the database in a folder of runs."""
    return f"sqlite:///{runs.absolute() / DATABASE}"


@contextmanager
def locked(runs: Path, name: str) -> Iterator[None]:
    """Holds a lock in a folder of runs; the system releases it when the process ends.

    Args:
        runs: the folder; created if it is missing.
        name: of the lock.

    Raises:
        RunError: the folder cannot be written to.
    """
    path = lock_path(runs, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, thread_local=False)
        lock.acquire()
    except OSError as error:
        raise RunError(
            f"A search cannot be kept in {quote(str(runs), PATH)}: "
            f"{error.strerror or error}. It must be a writable folder."
        ) from None
    try:
        yield
    finally:
        lock.release()


def lock_path(runs: Path, name: str) -> Path:
    """Returns the file of a lock; see `locked`."""
    return runs / LOCKS / f"{name}.lock"


def open_storage(runs: Path, url: str | None = None) -> "RDBStorage":
    """Opens the database of studies; creates it if it is missing.

    Args:
        runs: folder of runs, with the usual database.
        url: address of another database, such as "sqlite:///search.db" or
            "postgresql://me@host/name".

    Raises:
        ConfigError: the database cannot be opened.
        RunError: the folder cannot be written to.
    """
    if url is not None:
        return _open(url)
    with locked(runs, "database"):
        return _open(database_url(runs))


def create_study(
    storage: "RDBStorage",
    name: str,
    settings: Settings,
    runs: Path,
    *,
    goal: int | None = None,
) -> "Study":
    """Creates a study, or opens it if it exists with the same settings.

    Args:
        storage: the database.
        name: of the study.
        settings: of the study.
        runs: folder of its runs.
        goal: see `set_goal`.

    Raises:
        ConfigError: a study of this name exists with other settings, or with runs in another
            folder.
        RunError: the folder of runs cannot be written to.
    """
    import optuna

    with locked(runs, name):
        study = find_study(storage, name)
        if study is None:
            directions = [one.direction for one in settings.objectives]
            study = optuna.create_study(storage=storage, study_name=name, directions=directions)
        if SETTINGS not in study.user_attrs:
            study.set_user_attr(SETTINGS, settings.to_json())
        check_same(name, settings_of(study), settings)
        # The usual database is in the folder of runs and may be moved together with it.
        if storage.url != database_url(runs):
            folder = str(runs.absolute())
            if (before := study.user_attrs.get(_RUNS, folder)) != folder:
                raise ConfigError(
                    f"The runs of study {name} are in {quote(before, PATH)}. "
                    f"Received: {quote(folder, PATH)}."
                )
            study.set_user_attr(_RUNS, folder)
        set_goal(study, goal)
        return study


def find_study(storage: "RDBStorage", name: str) -> "Study | None":
    """Opens a study; returns None if there is none of this name.

    Raises:
        ConfigError: it is a study of another program.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        study = optuna.load_study(storage=storage, study_name=name)
    except KeyError:
        return None
    if SETTINGS not in study.user_attrs and study.get_trials(deepcopy=False):
        raise ConfigError(
            f"Study {name} was not created by ganlib. Give another name with --study."
        )
    return study


def settings_of(study: "Study") -> Settings:
    """Returns the settings of a study."""
    return Settings.from_json(study.user_attrs[SETTINGS])


def set_goal(study: "Study", goal: int | None) -> None:
    """Writes the total number of trials, to which later commands continue the study.

    Args:
        study: the study.
        goal: number of trials, including those that have ended; None for no limit.
    """
    study.set_user_attr(_GOAL, goal)


def goal_of(study: "Study") -> int | None:
    """Returns the total number of trials; None for no limit."""
    goal: int | None = study.user_attrs.get(_GOAL)
    return goal


def _open(url: str) -> "RDBStorage":
    import optuna
    from sqlalchemy import exc
    from sqlalchemy.engine import make_url

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    options: dict[str, Any] = {}
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            options = {"connect_args": {"timeout": _BUSY_S}}
    except exc.ArgumentError:
        # The text may contain a password, so it is not repeated.
        raise ConfigError(
            "--storage takes the address of a database, such as sqlite:///search.db or "
            "postgresql://me@host/name."
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return optuna.storages.RDBStorage(url, engine_kwargs=options)
    except (ImportError, exc.SQLAlchemyError, RuntimeError, UnicodeError) as error:
        original = getattr(error, "orig", None) or error
        reason = (str(original).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        hidden = quote(parsed.render_as_string(hide_password=True), PATH)
        raise ConfigError(f"The database {hidden} cannot be opened: {reason}.") from None
