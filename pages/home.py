import streamlit as st

from ganlib import ui

ui.guard()
st.title("Train GANs and watch them learn", anchor=False)
st.markdown(
    "A generative adversarial network (GAN) is two networks that train against each other. The "
    "**generator** turns noise into samples; the **discriminator** tells real from generated "
    "samples. Each learns from the other, until the generated samples look real. Here you can "
    "start training, watch it live, and go back to any saved step."
)
ui.start_demo()
ui.interrupted_runs()

st.subheader("Running and queued", anchor=False)
ui.queue_panel()

st.subheader("Pages", anchor=False)
with ui.flush_links():
    ui.page_cards()
    st.page_link("pages/runs.py", label="**Runs** · everything trained so far")
