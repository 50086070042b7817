"""MNIST: handwritten digits, the training images only."""

from ganlib.data.dataset import ImageDataset
from ganlib.data.download import RemoteFile
from ganlib.data.image_files import NpzImages
from ganlib.data.resolve import BUNDLED, Sources

# Larger than any set of digits in this format; 157 MB.
IMAGES = NpzImages(key="x_train", side=28, most=200_000)

DATASET = ImageDataset(
    name="mnist",
    title="MNIST",
    licence="CC BY-SA 3.0",
    source="Yann LeCun, Corinna Cortes and Christopher J. C. Burges, "
    "The MNIST database of handwritten digits",
    url="http://yann.lecun.com/exdb/mnist/",
    bundled="The first 10,000 of the 60,000 training images.",
    total=60_000,
    sources=Sources(
        name="mnist.npz",
        format=IMAGES,
        # The file and checksum of keras.datasets.mnist.
        remote=RemoteFile(
            name="mnist.npz",
            base_url="https://storage.googleapis.com/tensorflow/tf-keras-datasets",
            url_variable="GANLIB_MNIST_URL",
            checksum="sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            size=11_490_434,
        ),
        bundled=BUNDLED / "mnist_10000.npz",
    ),
)
