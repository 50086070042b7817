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
