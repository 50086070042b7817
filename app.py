import streamlit as st

from ganlib import ui

st.set_page_config(page_title="GAN dashboard", page_icon=ui.ICON, layout="wide")
ui.start()
ui.tour()
st.navigation(ui.allowed_pages(ui.all_pages()), position="top").run()
