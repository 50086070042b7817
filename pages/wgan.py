from ganlib import ui

ui.training_page("wgan", "WGAN and SN-GAN")
