from ganlib import ui

ui.training_page("mnist", "MNIST and Fashion-MNIST")
