from ganlib import ui

ui.family_page("wgan", "WGAN and SN-GAN")
