"""Train generative adversarial networks and watch them learn.

Importing this package does not import TensorFlow, which takes seconds and hundreds of megabytes;
only code that trains imports it.

Example:
    run = ganlib.train("toy/scalar", steps=2_000, target="uniform")
    run.wait()
    run.metrics
"""

import os
import platform
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganlib.api import RunHandle, RunList, list_runs, open_run, train
    from ganlib.api import list_runs as runs

__all__ = ["RunHandle", "RunList", "list_runs", "open_run", "runs", "train"]

__version__ = "0.1.0"

# Read by TensorFlow at import. By default it uses oneDNN's convolutions only on x86 processors
# with AVX-512. On other x86 processors they make training on images 2 to 3 times as fast.
ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
if platform.machine() in {"x86_64", "AMD64"}:
    os.environ.setdefault(ONEDNN, "1")

# Read by TensorFlow when it first uses a GPU. Without it, TensorFlow reserves all of the GPU's
# memory at once, which runs, pages and other programs share. TensorFlow's function for the same
# setting must be called before the first tensor exists, but data are loaded before a run chooses
# its device.
GROWTH = "TF_FORCE_GPU_ALLOW_GROWTH"
os.environ.setdefault(GROWTH, "true")


def __getattr__(name: str) -> Any:
    """Imports the API when it is first used, so that `import ganlib` stays quick."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import ganlib.api
    import ganlib.runs

    # The package, which can be called like a function.
    return ganlib.runs if name == "runs" else getattr(ganlib.api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
