"""Train generative adversarial networks and watch them learn.

Importing this package never imports TensorFlow: that costs seconds and
hundreds of megabytes, so only the code that trains asks for it.
"""

__version__ = "0.1.0"
