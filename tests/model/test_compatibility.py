"""docs/compatibility.md is what script/docs writes, and every test that it names exists."""

import json
import sys

import pytest

import compatibility
import references


@pytest.fixture(scope="module")
def sources():
    return compatibility.Sources()


@pytest.fixture
def page_file(sources, tmp_path, monkeypatch):
    """A page that is up to date, and script/docs, which takes it for docs/compatibility.md."""
    file = tmp_path / "compatibility.md"
    file.write_text(compatibility.page(sources))
    monkeypatch.setattr(compatibility, "PAGE", file)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["script/docs", *arguments])
        compatibility.main()
    return file, run


def test_the_page_is_up_to_date(sources):
    assert compatibility.page(sources) == compatibility.PAGE.read_text(), "run script/docs"


def test_a_stale_page_is_noticed_and_written_anew(page_file):
    file, run = page_file
    run("--check")
    right = file.read_text()
    stale = right.replace("| CreateSecret | yes |", "| CreateSecret | no |")
    assert stale != right
    file.write_text(stale)
    with pytest.raises(SystemExit, match="not up to date"):
        run("--check")
    assert file.read_text() == stale
    run()
    assert file.read_text() == right


# A difference is a claim; a claim that nothing shows must say so.
def test_every_row_says_everything_and_is_tested_or_says_why_not(sources):
    for name, table in sources.tables.items():
        for row in table["row"]:
            assert row.keys() == {*table["columns"], "tested" if "tested" in row else "untested"}, (name, row)
            assert all(row.values()), (name, row)
            for reference in row.get("tested", []):
                references.find(reference)


def test_every_table_is_on_the_page_and_every_note_is_of_an_operation(sources):
    for name in sources.tables:
        assert f"{{{{table {name}}}}}" in sources.page, f"docs/compatibility/{name}.toml is not on the page"
    assert sources.notes.keys() <= set(sources.operations)


def test_every_operation_of_cards_and_model_is_in_the_table(sources):
    text = compatibility.operations_table(sources)
    assert "| GetSecretValue | yes | `secretsmanager:GetSecretValue` | reads | |" in text
    for name in sources.operations:
        assert f"| {name} | {'yes' if name in sources.cards else 'no'} |" in text


def test_a_deviation_of_an_operation_without_a_card_waits(sources):
    assert "| PutResourcePolicy |" in compatibility.deviations_table(sources)
    without = compatibility.Sources()
    del without.cards["PutResourcePolicy"]
    assert "| PutResourcePolicy |" not in compatibility.deviations_table(without)


@pytest.mark.parametrize("text, wrong", [
    ("create_secret.json: a name in no use", "no such test in tests/cases/create_secret.json"),
    ("create_secrets.json: a name in use", "0 files"),
    ("test_wire.py::test_nothing", "no such test in tests/aws/test_wire.py"),
    ("test_wire.py::signed", "no such test"),
    ("shape_test.cc: Shape.IsRound", "no such test in src/wire/shape_test.cc"),
    ("shape_test.cc: LengthsCountCharactersAndNotBytes", "no such test"),
    ("shape_test.cc::Shape.LengthsCountCharactersAndNotBytes", "not of the form"),
    ("test_wire.py: test_health_needs_no_signature_and_tells_nothing", "not of the form"),
    ("somewhere", "not of the form"),
])
def test_a_test_that_does_not_exist_is_noticed(text, wrong):
    with pytest.raises(references.NoSuchTest, match=wrong):
        references.find(text)


def test_tests_of_every_kind_are_found():
    found = [references.find(text) for text in (
        "create_secret.json: a name in use", "test_wire.py::test_health_needs_no_signature_and_tells_nothing",
        "test_compatibility.py::test_tests_of_every_kind_are_found", "shape_test.cc: Shape.LengthsCountCharactersAndNotBytes",
        "front_door_test.cc: FrontDoorTest.HealthNeedsNoSignature", "version_stages_test.cc: RecordedTrace.MovesLabelsAsAwsDoes")]
    assert [reference.path for reference in found] == [
        "tests/cases/create_secret.json", "tests/aws/test_wire.py", "tests/model/test_compatibility.py", "src/wire/shape_test.cc",
        "src/api/front_door_test.cc", "src/secrets/version_stages_test.cc"]


# Two tests of one file are named behind one link, and what a table's cell may not hold is escaped.
def test_how_tests_and_cells_are_written():
    text = compatibility.tested(["create_secret.json: a name in use", "create_secret.json: without a value there is no version",
                                 "test_wire.py::test_health_needs_no_signature_and_tells_nothing"])
    assert text == ("[`create_secret.json`](../tests/cases/create_secret.json): a name in use; without a value there is no version<br>"
                    "[`test_wire.py`](../tests/aws/test_wire.py)::test_health_needs_no_signature_and_tells_nothing")
    assert compatibility.table(["a", ""], [["x|y", ""]]) == "| a | |\n| --- | --- |\n| x\\|y | |"


# A name that stands twice in a file of cases would make a reference to it mean either.
def test_the_cases_of_one_file_have_different_names():
    for file in sorted((references.ROOT / "tests" / "cases").glob("*.json")):
        names = [case["name"] for case in json.loads(file.read_text())]
        assert len(names) == len(set(names)), file
