from ganlib import ui

ui.training_page("mnist", "MNIST digits")
