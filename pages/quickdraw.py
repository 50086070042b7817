from ganlib import ui

ui.training_page("quickdraw", "Quick, Draw!")
