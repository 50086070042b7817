import streamlit as st

from ganlib import ui

ui.guard()
st.header("Distributions", anchor=False)
st.caption(
    "Two samples of numbers side by side: how they differ, how far apart they are, and whether "
    "chance alone could have made that difference."
)
ui.distributions()
