"""Fashion-MNIST: pictures of clothes, the training images only."""

from ganlib.data.dataset import ImageDataset
from ganlib.data.download import RemoteFile
from ganlib.data.image_files import IdxImages, NpzImages
from ganlib.data.resolve import BUNDLED, Sources

IMAGES = NpzImages(key="x_train", side=28, most=200_000)

DATASET = ImageDataset(
    name="fashion_mnist",
    title="Fashion-MNIST",
    licence="MIT",
    source="Zalando Research, Fashion-MNIST",
    url="https://github.com/zalandoresearch/fashion-mnist",
    bundled="The first 5,000 of the 60,000 training images.",
    total=60_000,
    sources=Sources(
        name="fashion_mnist.npz",
        format=IMAGES,
        # The file of keras.datasets.fashion_mnist, with the checksum that its makers publish.
        remote=RemoteFile(
            name="train-images-idx3-ubyte.gz",
            base_url="https://storage.googleapis.com/tensorflow/tf-keras-datasets",
            url_variable="GANLIB_FASHION_MNIST_URL",
            checksum="md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            size=26_421_880,
        ),
        remote_format=IdxImages(side=28, most=200_000),
        bundled=BUNDLED / "fashion_mnist_5000.npz",
    ),
)
