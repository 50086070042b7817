"""Files are read as numbers and text: nothing in the library loads code out of one."""

import ast

from tests.support import ROOT

UNPICKLERS = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
# Of Keras, TensorFlow, pandas and Python itself.
RUN_CODE = {
    "eval",
    "exec",
    "enable_unsafe_deserialization",
    "load_model",
    "model_from_json",
    "read_pickle",
}


def loads_code(text: str) -> list[str]:
    """What could run code out of a file, a sentence each."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = {alias.name.split(".")[0] for alias in node.names}
            names |= {(getattr(node, "module", None) or "").split(".")[0]}
            found += [f"imports {name}" for name in names & UNPICKLERS]
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.split(".")[-1] in RUN_CODE:
                found.append(f"calls {called}")
            if called.split(".")[0] in ("np", "numpy") and called.split(".")[-1] == "load":
                said = {each.arg: ast.unparse(each.value) for each in node.keywords}
                if said.get("allow_pickle") != "False":
                    found.append(f"calls {called} without allow_pickle=False")
    return found


def test_the_library_loads_no_code_from_files() -> None:
    sources = [*ROOT.glob("ganlib/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py"]
    assert len(sources) > 150
    found = {str(path): said for path in sources if (said := loads_code(path.read_text("utf-8")))}
    assert found == {}
