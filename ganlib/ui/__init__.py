"""The pages' building blocks. Only this package, `pages/` and `app.py` import Streamlit."""
