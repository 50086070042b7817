import streamlit as st

from ganlib import ui

ui.guard()
st.header("Compare", anchor=False)
ui.compare_runs()
