from ganlib import ui

ui.family_page("quickdraw", "Quick, Draw!")
