from ganlib import ui

ui.family_page("toy", "Toy distributions")
