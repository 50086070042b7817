"""Many people at one server: they open, leave, start, pause, resume, stop, change and delete.

`python -m tests.bench.load --sessions 20 --minutes 10 --seed 0`: so many sessions, each a real
client of the server's protocol, follow a random script of their own that the seed decides. When
they have left, the server's log must hold no exception, every run must be there once, in a state
that somebody has asked for, with its files whole, and the server must have given its memory back.
"""

import argparse
import asyncio
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ganlib import recipes
from ganlib.errors import RunError
from ganlib.runs import RunStore
from ganlib.ui.pages import PAGES
from tests.bench.whole import ENDED, faults
from tests.support.server import AppServer, served
from tests.support.tab import Tab

ADDRESSES = ("", *(page.name for page in PAGES[1:]))
# Recipes that are started, and between how many steps.
STARTED = {"toy/scalar": (50, 4_000), "toy/gaussian-vector": (20, 300), "fashion/dense": (10, 60)}
# What is entered into a form, allowed and not.
ENTERED: tuple[tuple[str, tuple[float | str, ...]], ...] = (
    ("batch_size", (64, 128, 1, 0)),
    ("seed", (0, 1, -1, "abc")),
    ("sample_every", (20, 50, 100)),
    ("generator_learning_rate", (1e-3, 2e-4, 0)),
)
_BUTTONS = ("pause", "resume", "stop")
_ACTIONS = {"go": 4, "reload": 2, "start": 4, "press": 6, "enter": 3, "delete": 1, "look": 3}
# Further runs are not started while so many train or wait.
_MOST_ACTIVE = 8
_PAUSE_S = (0.1, 2.0)
# The last runs must have ended by then, and memory must have been given back.
_DRAINED_S = 300.0
_SETTLED_S = 20.0
# The server may hold so much more, once all have left, than before they came.
_MOST_GROWN_MB = 60.0
_SHOWN = 3_000
_COMPLAINTS = ("Traceback", "Exception", "ERROR", "CRITICAL")


@dataclass
class Record:
    """What was asked of the server.

    Args:
        started: the recipe of each run, by id.
        asked: the buttons that were pressed while a run was on view, by its id.
        doomed: ids of runs whose deletion was confirmed.
        actions: how often each was taken.
        refused: sentences that pages showed as errors, and how often.
        faults: what went wrong, a sentence each.
    """

    started: dict[str, str] = field(default_factory=dict)
    asked: dict[str, set[str]] = field(default_factory=dict)
    doomed: set[str] = field(default_factory=set)
    actions: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What is left when all have gone.

    Args:
        record: what they did.
        states: of the runs that are there.
        faults: what went wrong, a sentence each; empty where nothing did.
        memory_mb: resident memory of the server: after the warm-up, its highest during the
            load, a few seconds after the last one has left, and once Streamlit has let go of
            sessions that may come back.
    """

    record: Record
    states: Counter[str]
    faults: tuple[str, ...]
    memory_mb: tuple[float, float, float, float]


class Person:
    """One session and what it does.

    Args:
        server: that is visited.
        seed: decides everything that does not depend on what the pages say.
        record: shared by all.
    """

    def __init__(self, server: AppServer, seed: int, record: Record):
        self._server = server
        self._store = RunStore(server.runs)
        self._random = random.Random(seed)
        self._record = record
        self._page = ""
        self._tab = Tab(server.url, "")

    async def live(self, until: float) -> None:
        """Comes, acts until a time on the clock `time.monotonic`, and leaves."""
        name = "open"
        try:
            await self._open(self._random.choice(ADDRESSES))
            while time.monotonic() < until:
                [name] = self._random.choices(list(_ACTIONS), list(_ACTIONS.values()))
                self._record.actions[name] += 1
                await getattr(self, f"_{name}")()
                self._see()
                await asyncio.sleep(self._random.uniform(*_PAUSE_S))
        except (TimeoutError, ConnectionError) as error:
            self._record.faults.append(
                f"a session on {self._page!r} got stuck at {name!r}: {error!r}"
            )
        finally:
            await self._tab.close()

    async def _open(self, page: str, query: str = "") -> None:
        self._page = page
        self._tab = Tab(self._server.url, page, query)
        await self._tab.__aenter__()

    async def _go(self) -> None:
        self._page = self._random.choice(ADDRESSES)
        await self._tab.go(self._page)

    async def _reload(self) -> None:
        query = "&".join(f"{name}={value}" for name, value in self._tab.screen.address.items())
        await self._tab.close()
        await self._open(self._page, query)

    async def _look(self) -> None:
        """Opens the page of any run that there is, as from a link that somebody sent."""
        if known := list(self._record.started):
            run_id = self._random.choice(known)
            await self._tab.close()
            await self._open(recipes.get(self._record.started[run_id]).page, f"run={run_id}")

    async def _start(self) -> None:
        recipe = recipes.get(self._random.choice(list(STARTED)))
        steps = self._random.randint(*STARTED[recipe.name])
        if len(self._store.active()) >= _MOST_ACTIVE:
            return
        await self.start(recipe.name, steps)

    async def start(self, name: str, steps: int) -> str:
        """Starts a run from its page; its id, empty where the page does not allow it."""
        recipe = recipes.get(name)
        self._page = recipe.page
        await self._tab.go(recipe.page)
        await self._tab.enter(f"{recipe.page}.recipe", f"{recipe.title}  ·  {recipe.name}")
        await self._tab.enter(f"{recipe.name}:steps", steps)
        await self._tab.enter(f"{recipe.name}:batch_size", 64)
        await self._tab.enter(f"{recipe.name}:seed", self._random.randrange(3))
        before = self._tab.screen.address.get("run", "")
        if not self._tab.screen.can_press("start"):
            return ""
        await self._tab.press("start")
        run_id = self._tab.screen.address.get("run", "")
        if run_id == before:
            return ""
        self._record.started[run_id] = name
        return run_id

    async def _press(self) -> None:
        keys = [key for key in _BUTTONS if self._tab.screen.can_press(key)]
        if keys:
            await self.press(self._random.choice(keys))

    async def press(self, key: str) -> None:
        """Presses a button of the run on view, and remembers that."""
        # Before, for the run may end so before the page is drawn again.
        self._record.asked.setdefault(self._tab.screen.address.get("run", ""), set()).add(key)
        await self._tab.press(key)

    async def _enter(self) -> None:
        name, values = self._random.choice(ENTERED)
        keys = [key for key in self._tab.screen.widgets if key.endswith(f":{name}")]
        if keys:
            await self._tab.enter(keys[0], self._random.choice(values))

    async def _delete(self) -> None:
        """Selects a row of the table, and deletes the run that is then shown."""
        self._page = "runs"
        await self._tab.go("runs")
        tables = [key for key in self._tab.screen.widgets if key.startswith("runs.")]
        rows = len(self._store.list())
        if not tables or not rows:
            return
        row = self._random.randrange(rows)
        await self._tab.enter(tables[0], f'{{"selection": {{"rows": [{row}], "columns": []}}}}')
        chosen = [
            key.removesuffix(".name") for key in self._tab.screen.widgets if key.endswith(".name")
        ]
        if not chosen or not self._tab.screen.can_press("delete"):
            return
        await self._tab.press("delete")
        if self._tab.screen.can_press("delete_confirmed"):
            self._record.doomed.add(chosen[0])
            self._record.actions["delete confirmed"] += 1
            await self._tab.press("delete_confirmed")

    def _see(self) -> None:
        if "exception" in self._tab.screen.kinds:
            said = [text for text in self._tab.screen.texts if text]
            self._record.faults.append(f"the page {self._page!r} shows an exception: {said}")
        for text in self._tab.screen.errors:
            self._record.refused[_without_ids(text)] += 1


async def put_under_load(
    server: AppServer,
    sessions: int,
    seconds: float,
    seed: int,
    *,
    warm_up_s: float = 0.0,
    forget_s: float = 0.0,
) -> Outcome:
    """Has so many sessions at a server for so long, and looks at what they have left.

    Args:
        server: that has no runs yet.
        sessions: at the same time.
        seconds: until they leave.
        seed: decides what they do.
        warm_up_s: how long as many sessions do the like before memory is measured for the
            first time; what they do counts, too.
        forget_s: to wait for Streamlit to let go of sessions that may come back.
    """
    record = Record()
    await _warm_up(server, record)
    if warm_up_s:
        await _live_together(server, sessions, warm_up_s, seed + 1, record)
    before = await _least_memory_mb(server, _SETTLED_S / 4)
    highest = await _live_together(server, sessions, seconds, seed, record)
    soon = await _least_memory_mb(server, _SETTLED_S)
    await asyncio.sleep(forget_s)
    late = await _least_memory_mb(server, 1.0)
    store = RunStore(server.runs)
    states = Counter(row.status.state if row.status else row.damage for row in store.list())
    found = (*record.faults, *_run_faults(store, record), *_log_faults(server))
    return Outcome(record, states, found, (before, highest, soon, late))


async def _live_together(
    server: AppServer, sessions: int, seconds: float, seed: int, record: Record
) -> float:
    """The server's highest memory in MB, until all have left and the last run has ended."""
    until = time.monotonic() + seconds
    people = [Person(server, 1_000 * seed + index, record) for index in range(sessions)]
    living, highest = asyncio.gather(*(person.live(until) for person in people)), 0.0
    while not living.done():
        highest = max(highest, memory_mb(server))
        await asyncio.wait([living], timeout=0.5)
    await living
    await _drain(server, record)
    return highest


async def _warm_up(server: AppServer, record: Record) -> None:
    """Every page once, and a run of each recipe to its end."""
    person = Person(server, 0, record)
    await person._open("")
    for page in ADDRESSES[1:]:
        await person._tab.go(page)
    for name, (steps, _) in STARTED.items():
        await person.start(name, steps)
        await _drain(server, record)
    await person._tab.close()


async def _drain(server: AppServer, record: Record) -> None:
    """Waits for the last run; those that rest are stopped by somebody who comes back."""
    store, until = RunStore(server.runs), time.monotonic() + _DRAINED_S
    while active := store.active():
        if time.monotonic() > until:
            record.faults.append(f"{len(active)} runs had not ended after {_DRAINED_S:.0f} s")
            return
        for run in active:
            if run.status().state == "paused":
                person = Person(server, 0, record)
                await person._open(recipes.get(run.recipe).page, f"run={run.id}")
                if person._tab.screen.can_press("stop"):
                    await person.press("stop")
                await person._tab.close()
        await asyncio.sleep(0.2)


def _run_faults(store: RunStore, record: Record) -> Iterator[str]:
    there = [row.id for row in store.list()]
    for run_id in sorted({*there} - {*record.started}):
        yield f"{run_id}: it is there, and nobody has started it"
    for run_id, name in record.started.items():
        if run_id not in there:
            if run_id not in record.doomed:
                yield f"{run_id}: it is gone, and nobody has deleted it"
            continue
        yield from faults(store, run_id)
        try:
            run = store.open(run_id)
            status = run.status()
        except RunError as error:
            yield str(error)
            continue
        if run.recipe != name:
            yield f"{run_id}: it is of {run.recipe}, and was started as {name}"
        allowed = {"finished"}
        if "stop" in record.asked.get(run_id, ()):
            allowed |= {"stopped"}
        if status.state in ENDED and status.state not in allowed:
            yield f"{run_id}: it is {status.state}, and nobody asked for that. {status.message}"


def _log_faults(server: AppServer) -> Iterator[str]:
    log = server.log()
    for word in _COMPLAINTS:
        if word in log:
            at = log.index(word)
            yield f"the server's log holds {word!r}: {_errors(log)}\n{log[at : at + _SHOWN]}"
            return


def _errors(log: str) -> dict[str, int]:
    """The last line of each traceback without ids, and how often it is there."""
    plain = re.sub("\\x1b\\[[0-9;]*m", "", log)
    lines = re.findall(r"^\w+(?:Error|Exception)\b.*$", plain, re.MULTILINE)
    return dict(Counter(map(_without_ids, lines)))


def _without_ids(text: str) -> str:
    return re.sub(r"[0-9]{8}-[0-9]{4}-[0-9a-f]{12}", "...", text)


async def _least_memory_mb(server: AppServer, within_s: float) -> float:
    """The lowest in that time: the collector of the server comes when it comes."""
    least, until = memory_mb(server), time.monotonic() + within_s
    while time.monotonic() < until:
        await asyncio.sleep(0.5)
        least = min(least, memory_mb(server))
    return least


def memory_mb(server: AppServer) -> float:
    """Resident memory of the server's process."""
    return psutil.Process(server.pid).memory_info().rss / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--warm-up", type=float, default=2.5, help="minutes before these")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path, help="a file to keep the server's log in")
    # Streamlit keeps a session that has left for two minutes, in case it comes back.
    parser.add_argument("--forget", type=float, default=130.0, help="seconds to wait at the end")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as server:
        found = asyncio.run(
            put_under_load(
                server,
                options.sessions,
                60 * options.minutes,
                options.seed,
                warm_up_s=60 * options.warm_up,
                forget_s=options.forget,
            )
        )
        if options.log:
            options.log.write_text(server.log())
    record = found.record
    print(f"{options.sessions} sessions, {options.minutes:g} min, seed {options.seed}")
    print(f"actions: {dict(record.actions)}")
    print(f"{len(record.started)} runs started, {len(record.doomed)} deletions confirmed")
    print(f"left behind: {dict(found.states)}")
    for text, times in record.refused.most_common():
        print(f"refused {times} times: {text}")
    names = ("before", "highest", "after", "2 minutes after")
    print(", ".join(f"{n} {mb:.0f} MB" for n, mb in zip(names, found.memory_mb, strict=True)))
    wrong = list(found.faults)
    before, _, *after = found.memory_mb
    if max(after) > before + _MOST_GROWN_MB:
        wrong.append(f"the server holds more than {_MOST_GROWN_MB:.0f} MB beyond what it held")
    print("\n".join(wrong) or "nothing went wrong")
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
