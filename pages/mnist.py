from ganlib import ui

ui.family_page("mnist", "MNIST and Fashion-MNIST")
