"""Turns arrays into charts: pure functions without Streamlit and without TensorFlow."""
