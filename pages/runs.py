import streamlit as st

from ganlib import ui

ui.guard()
st.header("Runs", anchor=False)
ui.queue_panel()
ui.runs_table()
