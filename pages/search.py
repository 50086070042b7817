from ganlib import ui

ui.guard()
ui.search_page()
