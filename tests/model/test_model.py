"""The operation cards say what the AWS model says: operations, members, types, bounds, patterns, enums, marks, errors. What is
known to differ, and why, is in deviations/; an entry that explains nothing any more fails, too."""

import pathlib

import pytest

import aws_model
import cards
import comparison
import newer_members

pytestmark = pytest.mark.parametrize("service", aws_model.SERVICES)


def test_the_cards_say_what_the_aws_model_says(service):
    aws = aws_model.AwsModel(service)
    differences = comparison.compare(cards.load(service), aws.operations)
    wrong = comparison.unexplained(differences, aws_model.load_deviations(service), aws.version)
    assert not wrong, "\n" + "\n".join(wrong)


# The table is merged into an older model. What a newer botocore takes back must leave the table, too.
def test_a_newer_model_still_says_what_the_table_of_newer_members_says(service):
    data = aws_model.data_folder()
    table = aws_model.load_newer_members(service)
    if aws_model.version_of(data) < aws_model.version(table["botocore"]):
        pytest.skip("needs a newer botocore: set COFFER_BOTOCORE_DATA")
    facts = aws_model.facts(data, service)
    merged = aws_model.merged(facts, {key: table.get(key, {}) for key in facts})
    assert newer_members.difference(facts, merged) == {}


# The other direction: with the table the older model lacks nothing.
def test_the_table_makes_the_older_model_the_newer_one(service):
    import botocore
    newer = aws_model.data_folder()
    older = pathlib.Path(botocore.__file__).parent / "data"
    table = aws_model.load_newer_members(service)
    versions = [aws_model.version_of(older), aws_model.version_of(newer)]
    if versions[0] == versions[1] or versions[1] != aws_model.version(table["botocore"]):
        pytest.skip(f"needs an older botocore and {table['botocore']}: set COFFER_BOTOCORE_DATA to the latter")
    assert newer_members.table(service, older, newer) == table
