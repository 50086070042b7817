import streamlit as st

from ganlib import ui

ui.guard()
st.header("Distributions", anchor=False)
st.caption(
    "Compares two samples of numbers: how they differ, how far apart they are, and whether chance "
    "alone could explain the difference."
)
ui.distributions()
