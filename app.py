import streamlit as st

from ganlib import ui

st.set_page_config(page_title="GAN dashboard", page_icon=ui.ICON, layout="wide")
ui.start()
st.navigation(
    ui.let_in(
        [
            st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
            st.Page("pages/toy.py", title="Toy", icon=":material/show_chart:"),
            st.Page("pages/mnist.py", title="MNIST", icon=":material/grid_view:"),
            st.Page("pages/quickdraw.py", title="Quick Draw", icon=":material/draw:"),
            st.Page("pages/wgan.py", title="WGAN", icon=":material/balance:"),
            st.Page("pages/distributions.py", title="Distributions", icon=":material/bar_chart:"),
            st.Page("pages/runs.py", title="Runs", icon=":material/list:"),
        ]
    ),
    position="top",
).run()
