"""Names of tests, as docs/compatibility/ and deviations/ give them, and whether such a test exists."""

import ast
import dataclasses
import functools
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]
JSON = ("tests/cases", "tests/policies", "tests/schedules")
PYTHON = ("tests/aws", "tests/model")


class NoSuchTest(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Reference:
    path: str  # from the root of the repository
    name: str
    separator: str  # between the two, where they are written


def find(text):
    """The Reference that "create_secret.json: name of the case", "test_wire.py::test_x" or "json_test.cc: Json.DepthIs" means.
    Raises NoSuchTest."""
    found = re.fullmatch(r"(\w+\.(json|py|cc))(::|: )(.+)", text)
    if not found or (found[2] == "py") != (found[3] == "::"):
        raise NoSuchTest(f"'{text}' is not of the form 'x.json: case', 'test_x.py::test_y' or 'x_test.cc: Suite.Name'")
    file, kind, separator, name = found.groups()
    folders = {"json": [ROOT / folder for folder in JSON], "py": [ROOT / folder for folder in PYTHON], "cc": [ROOT / "src"]}[kind]
    paths = sorted({path for folder in folders for path in folder.rglob(file)})
    if len(paths) != 1:
        raise NoSuchTest(f"'{text}': there are {len(paths)} files of that name")
    if name not in {"json": _cases, "py": _functions, "cc": _google_tests}[kind](paths[0]):
        raise NoSuchTest(f"'{text}': no such test in {paths[0].relative_to(ROOT)}")
    return Reference(str(paths[0].relative_to(ROOT)), name, separator)


@functools.cache
def _cases(path):
    # A list of cases, or of groups of cases.
    return {case["name"] for entry in json.loads(path.read_text()) for case in entry.get("cases", [entry])}


@functools.cache
def _functions(path):
    return {node.name for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@functools.cache
def _google_tests(path):
    return {f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", path.read_text(), re.MULTILINE)}
