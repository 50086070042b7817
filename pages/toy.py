from ganlib import ui

ui.training_page("toy", "Toy distributions")
