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
    ui.page_cards(
        ("toy", "Toy", "Learn a distribution of numbers, or of points, in seconds."),
        ("mnist", "MNIST", "Learn to draw handwritten digits, or clothes."),
        ("quickdraw", "Quick Draw", "Learn to doodle any of 345 things."),
        ("wgan", "WGAN", "A critic that measures instead of judging."),
        (
            "distributions",
            "Distributions",
            "Compare real with generated, or two columns of your own.",
        ),
    )
    st.page_link("pages/runs.py", label="**Runs** · everything trained so far")
