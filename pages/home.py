import streamlit as st

from ganlib import ui

st.title("Train GANs and watch them learn", anchor=False)
st.markdown(
    "A generative adversarial network is two networks that play against each other. The "
    "**generator** turns noise into samples; the **discriminator** says which samples are real. "
    "Each learns from the other, and if all goes well nobody can tell the samples apart any more. "
    "Here you can start such a game, watch it while it is played, and look back at every step."
)
ui.start_demo()

st.subheader("Running now", anchor=False)
ui.running_now()

st.subheader("Where to go", anchor=False)
st.page_link("pages/toy.py", label="**Toy** · learn a distribution of numbers in seconds")
st.page_link("pages/mnist.py", label="**MNIST** · learn to draw handwritten digits, or clothes")
st.page_link("pages/quickdraw.py", label="**Quick Draw** · learn to doodle any of 345 things")
st.page_link("pages/wgan.py", label="**WGAN** · a critic that measures instead of judging")
st.page_link(
    "pages/distributions.py",
    label="**Distributions** · compare real with generated, or two columns of your own",
)
st.page_link("pages/runs.py", label="**Runs** · everything trained so far")
