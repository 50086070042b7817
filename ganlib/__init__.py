"""Train generative adversarial networks and watch them learn.

Importing this package does not import TensorFlow, which takes seconds and hundreds of megabytes;
only code that trains imports it.
"""

import os
import platform

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
