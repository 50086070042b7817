import streamlit as st

from ganlib import ui

ui.guard()
st.title("Train GANs and watch them learn", anchor=False)
st.markdown(
    "A generative adversarial network is two networks that play against each other. The "
    "**generator** turns noise into samples; the **discriminator** says which samples are real. "
    "Each learns from the other, and if all goes well nobody can tell the samples apart any more. "
    "Here you can start such a game, watch it while it is played, and look back at every step."
)
ui.start_demo()
ui.interrupted_runs()

st.subheader("Running and waiting", anchor=False)
ui.running_now()

st.subheader("Where to go", anchor=False)
with ui.flush_links():
    ui.page_cards()
    st.page_link("pages/runs.py", label="**Runs** · everything trained so far")
