"""The table of bad inputs: by which way they come, what is given, and what is said.

Beside these rows, `tests/cli/test_cli_mistakes.py` gives every knob of every recipe values of the
wrong type, outside its bounds and without an end, and every command arguments that it does not
take; `tests/data/test_table.py` and `tests/data/test_own_table.py` hold tables that are none.

In what is given and what is said, {folder} is the folder of the row's files, which are those of
`lying_files` that are named in it.
"""

import os
from dataclasses import dataclass, field
from typing import Any

import pytest

from ganlib import recipes
from ganlib.cli.commands import COMMANDS as COMMANDS_OF_PROGRAM
from ganlib.runs import EXAMPLES, RunStore
from tests.inputs.lying_files import PNG

LONG = "x" * 5_000
RUN = "20261122-0203-a1b2c3d4e5f6"
NO_BYTES = os.fsdecode(b"\xff\xfe")
SCRIPT = "<script>alert(1)</script>"
IMAGE = "![x](https://example.org/x.png)"
EXAMPLE = next(
    run.id for run in RunStore("runs", EXAMPLES).examples() if run.recipe.startswith("toy/")
)
RECIPES = ", ".join(recipes.all_recipes())
TABLES = "csv, tsv, txt, parquet, npy"
STEPS = "steps must be a whole number from 1 to 10,000,000."
KNOBS = ", ".join(recipes.get("toy/scalar").Config.model_fields)
FORMS = 'an object of knobs, or {"recipe": ..., "config": {...}} as downloaded from a page'


@dataclass(frozen=True)
class Command:
    """Arguments on the command line.

    Args:
        given: what follows `python -m ganlib`.
        said: the one line on standard error.
        files: names of files that there are to be, of `lying_files`.
        environment: variables beside those that every test has.
    """

    given: tuple[str, ...]
    said: str
    files: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


def train(recipe: str, *given: str, said: str, files: tuple[str, ...] = ()) -> Command:
    return Command(("train", recipe, *given), said, files)


def drawings(name: str, said: str) -> Command:
    """A file of the user's own drawings."""
    return train("quickdraw/conv", "--set", f"own_file={{folder}}/{name}", said=said, files=(name,))


def table(name: str, said: str) -> Command:
    """A table of the user's own."""
    knobs = ("--set", "target=own", "--set", f"own_table={{folder}}/{name}")
    return train("toy/scalar", *knobs, said=said, files=(name,))


def columns(text: str, said: str) -> Command:
    """Columns of a good one."""
    knobs = ("--set", "target=own", "--set", "own_table={folder}/good.csv")
    return train(
        "toy/scalar", *knobs, "--set", f"own_columns={text}", said=said, files=("good.csv",)
    )


def named(path: str, said: str) -> Command:
    """The path of a table that there is not."""
    return train("toy/scalar", "--set", "target=own", "--set", f"own_table={path}", said=said)


def variable(name: str, value: str, said: str, *files: str) -> Command:
    """A variable of the environment, with the recipe that it matters for, on a network."""
    recipe = "quickdraw/conv" if "QUICKDRAW" in name or "quickdraw" in str(files) else "mnist/dcgan"
    online = {} if name == "GANLIB_OFFLINE" else {"GANLIB_OFFLINE": "0"}
    return Command(("train", recipe), said, files, {**online, name: value})


def read(recipe: str, name: str, *given: str, said: str) -> Command:
    """A file of settings that the command line is to find by its name."""
    argv = ("--config", f"{{folder}}/{name}", *given)
    return train(recipe, *argv, said=said, files=(name,))


def _of(rows: dict[str, Any]) -> list[Any]:
    return [
        pytest.param(*(row if isinstance(row, tuple) else [row]), id=id) for id, row in rows.items()
    ]


COMMANDS = _of(
    {
        # Names, long ones and such as could do harm where they are shown
        "recipe, terminal": Command(
            ("train", "\x1b[2J"), rf"There is no recipe '\x1b[2J'. Allowed: {RECIPES}."
        ),
        "command, bytes": Command(
            (NO_BYTES,),
            r"There is no command '\udcff\udcfe'. "
            f"Allowed: {', '.join(COMMANDS_OF_PROGRAM)}.",
        ),
        "knob, internal": train(
            "toy/scalar",
            "--set",
            "__class__=x",
            said=f"Unknown knob '__class__'. Allowed: {KNOBS}.",
        ),
        "value, digits": train(
            "toy/scalar", "--steps", "9" * 5_000, said=f"{STEPS} Received: '{'9' * 56}...."
        ),
        "drawing, no end": train(
            "toy/plane",
            "--set",
            "target=drawn",
            "--set",
            f"drawing={'1' * 100_000}x",
            said="drawing must be points x,y with spaces between them and semicolons between "
            f"strokes, such as 0,0.5 0.25,0.5; -1,-1. Received: '{'1' * 37}...'.",
        ),
        "bench, digits": Command(
            ("bench", "--repeats", "9" * 5_000),
            f"--repeats and --seconds take a whole number from 1 to 1,000. "
            f"Received: '{'9' * 56}....",
        ),
        # Folders of runs
        "runs, device": train(
            "toy/scalar",
            "--runs",
            "/dev/null/runs",
            said="A run cannot be created in /dev/null/runs: Not a directory. "
            "It must be a writable folder.",
        ),
        "resume, script": Command(
            ("resume", SCRIPT),
            f"There is no run '{SCRIPT}' in {{folder}}/runs. That folder has no runs.",
        ),
        # Variables of the environment
        "GANLIB_RUNS, FIFO": Command(
            ("train", "toy/scalar"),
            "A run cannot be created in {folder}/fifo: Not a directory. "
            "It must be a writable folder.",
            ("fifo",),
            {"GANLIB_RUNS": "{folder}/fifo"},
        ),
        "GANLIB_DATA, device": variable(
            "GANLIB_DATA", "/dev/null", "GANLIB_DATA is /dev/null, which is not a folder."
        ),
        "GANLIB_DATA, long": variable(
            "GANLIB_DATA", f"/{LONG}", f"/{'x' * 116}... cannot be read: File name too long."
        ),
        "GANLIB_DATA, FIFO": variable(
            "GANLIB_DATA",
            "{folder}",
            "{folder}/quickdraw/apple.npy is not a file.",
            "quickdraw/apple.npy=fifo",
        ),
        "GANLIB_DATA, claims": variable(
            "GANLIB_DATA",
            "{folder}",
            "{folder}/mnist.npz: x_train claims 400,000 images; at most 200,000 are read.",
            "mnist.npz",
        ),
        "GANLIB_CACHE, nobody": variable(
            "GANLIB_CACHE",
            "~nobody-is-called-so",
            "GANLIB_CACHE must be a path; there is no such home folder. "
            "Received: '~nobody-is-called-so'.",
        ),
        "GANLIB_OFFLINE": variable(
            "GANLIB_OFFLINE", "maybe", "GANLIB_OFFLINE must be 1 or 0. Received: 'maybe'."
        ),
        "GANLIB_MNIST_URL, file": variable(
            "GANLIB_MNIST_URL",
            "file:///etc",
            "GANLIB_MNIST_URL must be an address that begins with http:// or https://. "
            "Received: 'file:///etc'.",
        ),
        # Drawings of one's own
        "drawings, FIFO": drawings("fifo.npy", "{folder}/fifo.npy is not a file."),
        "drawings, circle": drawings(
            "circle.npy", "{folder}/circle.npy cannot be read: Too many levels of symbolic links."
        ),
        "drawings, nobody": train(
            "quickdraw/conv",
            "--set",
            "own_file=~nobody-is-called-so/a.npy",
            said="own_file must be a path; there is no such home folder. "
            "Received: '~nobody-is-called-so/a.npy'.",
        ),
        "drawings, bytes": train(
            "quickdraw/conv",
            "--set",
            f"own_file={NO_BYTES}.npy",
            said=r"own_file must be text. Received: '\udcff\udcfe.npy'.",
        ),
        # Tables of one's own
        "table, FIFO": table("fifo.csv", "own_table {folder}/fifo.csv is not a file."),
        "table, password": named(
            "/etc/passwd", f"A table must be one of {TABLES}. Received: passwd."
        ),
        "columns, lines": columns(
            "x\ny",
            "own_columns must be names of columns on one line, separated by commas. "
            r"Received: 'x\ny'.",
        ),
        "columns, script": columns(
            SCRIPT, f"good.csv has no numeric column '{SCRIPT}'. Allowed: x, y."
        ),
        # Files of settings that are none
        "settings, large": read(
            "toy/scalar",
            "large.json",
            said="Settings may have up to 1,000,000 bytes. "
            "Received: '{folder}/large.json', which is larger.",
        ),
        "settings, twice": read(
            "toy/scalar",
            "good.json",
            "--config",
            "b.json",
            said="--config may be given only once. Received: '{folder}/good.json' and 'b.json'.",
        ),
        "settings, another preset": read(
            "toy/plane",
            "presets.json",
            "--set",
            "preset=cured",
            said="preset must be 'plain GAN', the preset of this --config file. Received: 'cured'.",
        ),
    }
)


# What stands in a file of settings of `toy/scalar`, on the command line and on the page: (the
# content, the sentence).
SETTINGS = _of(
    {
        "empty": (
            b"",
            f"'a.json' is not JSON (Expecting value in line 1, column 1); it must be {FORMS}.",
        ),
        "cut": (
            b'{"steps": 5',
            "'a.json' is not JSON (Expecting ',' delimiter in line 1, column 12); "
            f"it must be {FORMS}.",
        ),
        "PNG": (PNG, f"'a.json' is not text in UTF-8; it must be JSON: {FORMS}."),
        "deep": (b"[" * 100_000, f"'a.json' is nested too deeply; it must be {FORMS}."),
        "nested": (
            b'{"steps": {"a": 1}}',
            "'a.json': 'steps' must be a string, a number, true, false or a list of strings. "
            "Received: {'a': 1}.",
        ),
        "twice": (
            b'{"steps": 5, "steps": 6}',
            "'a.json' has 'steps' twice; each may be given only once. Received: 5 and 6.",
        ),
        "NaN": (b'{"beta_1": NaN}', "'a.json' must have finite numbers only. Received: NaN."),
        "overflow": (
            b'{"beta_1": 1e999}',
            "beta_1 must be a number, at least 0, below 1. Received: inf.",
        ),
        "digits": (
            b'{"steps": ' + b"9" * 5_000 + b"}",
            "'a.json' has a number with thousands of digits.",
        ),
        "text for a number": (b'{"steps": "many"}', f"{STEPS} Received: 'many'."),
        "number for a text": (b'{"own_table": 5}', "own_table must be text. Received: 5."),
        "list for a choice": (
            b'{"loss": ["hinge"]}',
            "loss must be one of non_saturating, least_squares, hinge, wasserstein, relativistic. "
            "Received: ['hinge'].",
        ),
        "unknown": (b'{"stepz": 5}', f"Unknown knob 'stepz'. Allowed: {KNOBS}."),
        "another recipe": (
            b'{"recipe": "toy/plane", "config": {"steps": 5}}',
            "'a.json' must have settings of toy/scalar. Received: those of 'toy/plane'.",
        ),
        "what excludes each other": (
            b'{"loss": "wasserstein", "gradient_penalty": "none", "weight_clip": 0}',
            "The loss wasserstein needs something that limits the critic's slope: set "
            "weight_clip, gradient_penalty or spectral_normalisation.",
        ),
    }
)


def _uploads(said: dict[str, str]) -> list[Any]:
    """Files that are dropped onto a page, by name: (the name, the sentence).

    Args:
        said: the sentence, or what follows the name in it. The content is that of `lying_files`;
            a name that is not there is an empty file.
    """
    return [
        pytest.param(name, text if name in text else f"{name} {text}", id=name)
        for name, text in said.items()
    ]


NO_NPY = "is not a valid .npy file: its header"
TOO_MANY = "images; at most 2,000,000 are read."
UNFIT = "claims 3 images, but its size does not fit them; the file is damaged."
PICKLED = "contains pickled Python objects, which are never loaded."
NO_TEXT = "is not text; a CSV file was expected."
NO_LINES = "begins with empty lines; a table was expected."
LONG_CELL = "has a cell of more than 131,072 characters; a table of numbers was expected."
NUMBERS = "expected numbers of shape (N,) or (N, columns)."

# Onto "Your own drawings".
DRAWINGS_UPLOADED = _uploads(
    {
        "much.npy": f"claims 100,000,000,000 {TOO_MANY}",
        # In 32 bits, its bytes are few.
        "product.npy": f"claims 23,529,465 {TOO_MANY}",
        "negative.npy": f"{NO_NPY} claims the shape (-3, 784).",
        "call.npy": f"{NO_NPY} cannot be read.",
        "pickled.npy": PICKLED,
        "short.npy": UNFIT,
        "empty.npy": "is empty.",
        f"{SCRIPT}.npy": "is empty.",
        f"{IMAGE}.npy": "is empty.",
        "../../../../tmp/a.npy": "is empty.",
    }
)

# Onto "Your own table".
TABLES_UPLOADED = _uploads(
    {
        "png.csv": NO_TEXT,
        "lines.csv": NO_LINES,
        "mixed.csv": "has no numeric column; it has größe.",
        "quotes.csv": LONG_CELL,
        "wide.csv": "The first line of wide.csv is longer than a megabyte; a table of at most "
        "1,000 columns was expected.",
        "index.csv": "has 100,000 columns; a table of at most 1,000 was expected.",
        "line.csv": LONG_CELL,
        "infinite.csv": "has no numeric column; it has x.",
        "markup.csv": "has no numeric column; it has <img src=x onerror=alert(1)>.",
        "npy.parquet": "cannot be read as a table: Parquet magic bytes not found in footer. "
        "Either the file is corrupted or this is not a parquet file.",
        "footer.parquet": "cannot be read as a table: Parquet file size is 12 bytes, smaller "
        "than the size reported by footer's (2147483647bytes).",
        "bomb.parquet": "has 126,000,000 rows of 1 columns; at most 125,000,000 numbers are read.",
        "product2.npy": "has 4,294,967,296 columns; a table of at most 1,000 was expected.",
        "complex.npy": f"is complex128 of (3,); {NUMBERS}",
        f"{SCRIPT}.csv": "is empty.",
        f"{IMAGE}.csv": "is empty.",
    }
)


# Values in the form, some of which no widget would let through: (recipe, knobs and values, the
# sentence).
FORM = _of(
    {
        "huge": ("toy/scalar", {"steps": f"{10**15}"}, f"S{STEPS[1:]} Received: '{10**15}'."),
        "infinite": (
            "toy/scalar",
            {"generator_learning_rate": "inf"},
            "Generator learning rate must be a number, greater than 0, at most 1. Received: 'inf'.",
        ),
        "half a surrogate": (
            "toy/scalar",
            {"peaks": "\ud800"},
            r"Peaks must be text. Received: '\ud800'.",
        ),
        "table, password": (
            "toy/scalar",
            {"target": "own", "own_table": "../../../../../../etc/passwd"},
            f"A table must be one of {TABLES}. Received: passwd.",
        ),
        "drawing": (
            "toy/plane",
            {"target": "drawn", "drawing": f"0,0 {IMAGE}"},
            "Drawing must be points x,y with spaces between them and semicolons between "
            f"strokes, such as 0,0.5 0.25,0.5; -1,-1. Received: '{IMAGE}'.",
        ),
        "packing": (
            "mnist/dcgan",
            {"packing": "3"},
            "Packing must divide batch size: 128 samples cannot be packed by 3.",
        ),
        "no categories": (
            "quickdraw/conv",
            {"categories": []},
            "Categories must be one or more of 345 choices, such as The Eiffel Tower or "
            "zigzag, separated by commas. Received: none.",
        ),
    }
)


# Addresses that a browser asks a server for: (path, query as it is sent, what the page says).
def _no_id(page: str, query: str, received: str) -> tuple[str, str, str]:
    return (
        page,
        query,
        "A run id is a date, a time and 12 letters or digits, like 20261122-0203-a1b2c3d4e5f6. "
        f"Received: {received}.",
    )


ADDRESSES = _of(
    {
        "path": _no_id("toy", "run=../../../../etc/passwd", "'../../../../etc/passwd'"),
        "path after an id": _no_id("toy", f"run={RUN}/..", f"'{RUN}/..'"),
        "script": _no_id("wgan", f"run={SCRIPT}", f"'{SCRIPT}'"),
        "NUL": _no_id("toy", "run=a%00b", r"'a\x00b'"),
        "bytes": _no_id("toy", "run=%ff%fe", "'��'"),
        "given twice": _no_id("toy", f"run={RUN}&run=none", "'none'"),
        "no such run": ("toy", f"run={RUN}", f"Run {RUN} does not exist."),
        "no such key": ("toy", f"steps=9&{SCRIPT}={IMAGE}", "sampled for every batch. Estimated"),
        "no such run, distributions": ("distributions", f"run={SCRIPT}", "No run has samples yet."),
    }
)


# Choices that no page offers, sent by somebody who speaks the browser's protocol: (page, the
# widget's key, the choice, one that is offered). They are dropped.
SENT = _of(
    {
        "loss": ("toy", "toy/scalar:loss", IMAGE, "Hinge"),
        "preset": ("quickdraw", "quickdraw/conv:preset", SCRIPT, "As printed"),
    }
)

# The same for tiles: (page, the gallery's key, the tile, one that there is).
CLICKED = _of(
    {
        "target": ("toy", "toy/scalar:target:tiles", SCRIPT, "uniform"),
        "target, object": ("toy", "toy/scalar:target:tiles", {"target": [IMAGE]}, "uniform"),
        "dataset": ("mnist", "mnist/dcgan:dataset:tiles", SCRIPT, "fashion_mnist"),
        "recipe": ("toy", "toy.recipes", SCRIPT, "toy/plane"),
        "recipe of another page": ("toy", "toy.recipes", "mnist/dcgan", "toy/plane"),
        "category": ("quickdraw", "quickdraw/conv:categories:gallery", SCRIPT, "bear"),
        "run": ("toy", "toy.example", "../../../../etc/passwd", EXAMPLE),
    }
)
