from ganlib import ui

ui.training_page("wgan", "Wasserstein GANs")
