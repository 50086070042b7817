import streamlit as st

from ganlib import ui

st.header("Runs", anchor=False)
ui.runs_table()
