import streamlit as st

from ganlib import ui

ui.guard()
with st.container(key="home"):
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Train GANs and watch them learn", anchor=False, width="stretch")
        ui.tour_button()
    st.markdown(
        "A generative adversarial network (GAN) is two networks that train against each other: the "
        "**generator** turns noise into samples, the **discriminator** tells real samples (blue) "
        "from generated ones (orange). Each learns from the other, until the generated samples "
        "look real."
    )
    ui.example_replays()

    st.subheader("Begin", anchor=False)
    ui.demo_cards()
    ui.interrupted_runs()

    st.subheader("Training now", anchor=False)
    ui.queue_panel()

    st.subheader("Pages", anchor=False)
    ui.page_cards()
