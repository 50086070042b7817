"""Fashion-MNIST: pictures of clothes, the training images only."""

from ganlib.data.dataset import ImageDataset
from ganlib.data.npz import NpzImages
from ganlib.data.resolve import BUNDLED, Places

IMAGES = NpzImages(key="x_train", side=28, most=200_000)

DATASET = ImageDataset(
    name="fashion_mnist",
    title="Fashion-MNIST",
    licence="MIT",
    source="Zalando Research, Fashion-MNIST",
    url="https://github.com/zalandoresearch/fashion-mnist",
    bundled="The first 5,000 of the 60,000 training images.",
    total=60_000,
    places=Places(
        name="fashion_mnist.npz",
        format=IMAGES,
        bundled=BUNDLED / "fashion_mnist_5000.npz",
    ),
)
