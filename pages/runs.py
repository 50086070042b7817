import streamlit as st

from ganlib import ui

ui.guard()
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    st.header("Runs", anchor=False, width="content")
    ui.cap_input()
ui.queue_panel()
ui.runs_table()
