"""Train generative adversarial networks and watch them learn.

Importing this package never imports TensorFlow: that costs seconds and
hundreds of megabytes, so only the code that trains asks for it.
"""

import os
import platform

__version__ = "0.1.0"

# TensorFlow reads this when it is imported. It has oneDNN's convolutions on every x86 processor,
# but uses them by itself on those with AVX-512 only; without, training on images is 2 to 3
# times as fast with them.
ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
if platform.machine() in {"x86_64", "AMD64"}:
    os.environ.setdefault(ONEDNN, "1")

# And this when it first uses a GPU, all of whose memory it would otherwise take at once. Runs,
# pages and other programs share it. TensorFlow's function for that would come too late as soon as
# anybody has made a tensor; data are loaded before a run chooses its device.
GROWTH = "TF_FORCE_GPU_ALLOW_GROWTH"
os.environ.setdefault(GROWTH, "true")
