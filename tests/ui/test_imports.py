import subprocess
import sys

UI = [
    "ganlib.ui.components.live_chart",
    "ganlib.ui.components.time_slider",
    "ganlib.ui.components.grid",
]
VIZ = [
    "ganlib.viz.colours",
    "ganlib.viz.curve_figures",
    "ganlib.viz.histograms",
    "ganlib.viz.plane",
]


def loaded_by(modules):
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_importing_the_components_loads_no_tensorflow():
    loaded = loaded_by(UI)
    assert "streamlit" in loaded
    assert loaded.isdisjoint({"tensorflow", "keras"})


def test_importing_viz_loads_neither_streamlit_nor_plotlys_figures():
    loaded = loaded_by(VIZ)
    assert "numpy" in loaded
    assert loaded.isdisjoint({"tensorflow", "keras", "streamlit", "plotly"})
