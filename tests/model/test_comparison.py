"""The comparison notices what it is there for: a model that equals its cards is changed in one place, on either side."""

import copy
import json

import pytest

import aws_model
import cards
import comparison
import newer_members
from comparison import Difference

OPERATIONS = aws_model.AwsModel("secretsmanager").operations


def at(operations, path):
    """The dictionary at "CreateSecret request Tags item members Key"."""
    found = operations
    for key in path.split():
        found = found[key]
    return found


def put(path, **changes):
    """A change: sets keys of the dictionary at `path`; None removes them."""
    def change(operations):
        for key, value in changes.items():
            if value is None:
                del at(operations, path)[key]
            else:
                at(operations, path)[key] = value
    return change


def remove(path, key):
    return lambda operations: at(operations, path).pop(key)


def differences(change, is_card=True):
    changed = copy.deepcopy(OPERATIONS)
    change(changed)
    return comparison.compare(*((changed, OPERATIONS) if is_card else (OPERATIONS, changed)))


def test_a_model_equals_itself():
    assert comparison.compare(OPERATIONS, copy.deepcopy(OPERATIONS)) == []


STRING = {"type": "string", "required": False}


@pytest.mark.parametrize("change, kind, member, coffer, aws", [
    (remove("CreateSecret request", "Type"), "missing member", "request.Type", None, None),
    (remove("GetSecretValue response", "CreatedDate"), "missing member", "response.CreatedDate", None, None),
    (remove("ListSecrets request Filters item members", "Key"), "missing member", "request.Filters[].Key", None, None),
    (remove("ListSecrets response SecretList item members Tags item members", "Value"),
     "missing member", "response.SecretList[].Tags[].Value", None, None),
    (put("RotateSecret request RotationRules members", Colour=STRING), "extra member", "request.RotationRules.Colour", None, None),
    (put("GetSecretValue response", Colour=STRING), "extra member", "response.Colour", None, None),
    (put("CreateSecret request Name", max=511), "max", "request.Name", 511, 512),
    (put("CreateSecret request Name", min=None), "min", "request.Name", None, 1),
    (put("CreateSecret request Description", min=0), "min", "request.Description", 0, None),
    (put("PutSecretValue request VersionStages", max=21), "max", "request.VersionStages", 21, 20),
    (put("PutSecretValue request VersionStages item", max=255), "max", "request.VersionStages[]", 255, 256),
    (put("GetRandomPassword request PasswordLength", min=0), "min", "request.PasswordLength", 0, 1),
    (put("CreateSecret request AddReplicaRegions item members Region", pattern=None),
     "pattern", "request.AddReplicaRegions[].Region", None, r"^([a-z]+-)+\d+$"),
    (put("RotateSecret request RotationRules members Duration", pattern="[0-9h]+"),
     "pattern", "request.RotationRules.Duration", "[0-9h]+", "[0-9]+h"),
    (put("ListSecrets request SortOrder", enum=["desc", "asc"]), "enum", "request.SortOrder", ("desc", "asc"), ("asc", "desc")),
    (put("ListSecrets request SortOrder", enum=None), "enum", "request.SortOrder", None, ("asc", "desc")),
    (put("GetSecretValue request SecretId", required=False), "required", "request.SecretId", False, True),
    (put("GetSecretValue request VersionId", required=True), "required", "request.VersionId", True, False),
    (put("PutSecretValue request RotationToken", sensitive=None), "sensitive", "request.RotationToken", False, True),
    (put("GetRandomPassword response RandomPassword", sensitive=None), "sensitive", "response.RandomPassword", False, True),
    (put("CreateSecret request Name", sensitive=True), "sensitive", "request.Name", True, False),
    (put("UpdateSecret request ClientRequestToken", idempotency_token=None),
     "idempotency_token", "request.ClientRequestToken", False, True),
    (put("GetSecretValue request VersionId", idempotency_token=True), "idempotency_token", "request.VersionId", True, False),
    (put("CreateSecret request Name", type="blob"), "type", "request.Name", "blob", "string"),
    (put("DescribeSecret response CreatedDate", type="integer"), "type", "response.CreatedDate", "integer", "timestamp"),
    (put("DescribeSecret response VersionIdsToStages value", type="string"),
     "type", "response.VersionIdsToStages{}", "string", "list"),
    (put("UntagResource request TagKeys item", type="integer"), "type", "request.TagKeys[]", "integer", "string"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_card_that_differs_in_one_place_is_reported_there(change, kind, member, coffer, aws):
    found = differences(change)
    assert [(one.kind, one.member, one.coffer, one.aws) for one in found] == [(kind, member, coffer, aws)]
    assert found[0].operation in str(found[0]) and member in str(found[0])


@pytest.mark.parametrize("change, kind, member", [
    (remove("CreateSecret request", "Type"), "extra member", "request.Type"),
    (put("CreateSecret request", Colour=STRING), "missing member", "request.Colour"),
    (put("CreateSecret request Name", max=1024), "max", "request.Name"),
    (put("CreateSecret request Name", sensitive=True), "sensitive", "request.Name"),
    (lambda operations: operations["DeleteSecret"]["errors"].remove("InvalidRequestException"),
     "extra error", "errors.InvalidRequestException"),
    (lambda operations: operations["DeleteSecret"]["errors"].append("LimitExceededException"),
     "missing error", "errors.LimitExceededException"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_so_is_a_change_of_the_aws_model(change, kind, member):
    assert [(one.kind, one.member) for one in differences(change, is_card=False)] == [(kind, member)]


def test_errors_are_compared_in_both_directions_and_in_any_order():
    def shuffle(operations):
        operations["CreateSecret"]["errors"].reverse()
        operations["GetSecretValue"]["errors"].remove("DecryptionFailure")
        operations["GetSecretValue"]["errors"].append("PublicPolicyException")
    assert differences(shuffle) == [
        Difference("missing error", "GetSecretValue", "errors.DecryptionFailure"),
        Difference("extra error", "GetSecretValue", "errors.PublicPolicyException")]


def test_operations_of_one_side_only_are_reported():
    def rename(operations):
        operations["TagSecret"] = operations.pop("TagResource")
    assert differences(rename) == [Difference("missing operation", "TagResource"), Difference("extra operation", "TagSecret")]


# Nothing checks the values of an answer, so its table need not repeat what AWS promises of them; what it states must be true.
def test_an_answer_may_promise_its_members_but_no_bounds_of_its_own():
    assert differences(put("GetSecretValue response ARN", min=None, max=None)) == []
    assert differences(put("GetSecretValue response ARN", required=True)) == []
    assert [one.kind for one in differences(put("GetSecretValue response ARN", max=1))] == ["max"]
    assert [one.kind for one in differences(put("GetSecretValue response ARN", required=True), is_card=False)] == ["required"]


def explain(differences, *deviations, version=(1, 43, 11)):
    return comparison.unexplained(differences, [{"reason": "because", **entry} for entry in deviations], version)


SHORTER = Difference("max", "CreateSecret", "request.Name", 511, 512)
ENTRY = {"kind": "max", "operation": "CreateSecret", "member": "request.Name", "coffer": 511, "aws": 512}


def test_a_deviation_of_all_operations_explains_those_without_one_of_their_own():
    other = Difference("max", "UpdateSecret", "request.Name", 511, 512)
    assert explain([SHORTER, other], {**ENTRY, "operation": "*"}) == []
    assert explain([SHORTER, other], {**ENTRY, "operation": "*"}, ENTRY) == []
    assert len(explain([Difference("max", "UpdateSecret", "request.Name", 510, 512)], {**ENTRY, "operation": "*"})) == 2
    wrong = explain([SHORTER], {**ENTRY, "operation": "*"}, ENTRY)
    assert len(wrong) == 1 and "remove it" in wrong[0]


def test_a_deviation_explains_exactly_what_it_describes():
    assert explain([SHORTER], ENTRY) == []
    assert explain([SHORTER]) == ["CreateSecret: request.Name: max: 511 in the card, 512 in the AWS model"]
    for key, value in {"kind": "min", "operation": "UpdateSecret", "member": "request.Type", "coffer": 510, "aws": 513}.items():
        wrong = explain([SHORTER], {**ENTRY, key: value})
        assert len(wrong) == 2 and "remove it" in wrong[1], key


def test_a_deviation_that_is_not_needed_has_no_reason_or_stands_twice_is_refused():
    assert "not needed" in explain([], ENTRY)[0]
    assert "no reason" in explain([SHORTER], {**ENTRY, "reason": " "})[0]
    assert "listed twice" in explain([SHORTER], ENTRY, ENTRY)[0]


# An entry about a newer model may stand while an older one is compared with; about the newer one it must be needed.
def test_a_deviation_from_a_later_model_is_not_needed_before():
    later = {**ENTRY, "since": "1.44.8"}
    assert explain([], later) == []
    assert explain([SHORTER], later) == []
    assert "not needed" in explain([], later, version=(1, 44, 8))[0]
    assert "not needed" in explain([], later, version=(1, 100, 0))[0]


# Its members can only differ once there is a card.
def test_deviations_of_an_operation_that_is_missing_may_wait():
    missing = Difference("missing operation", "CreateSecret")
    assert explain([missing], {"kind": "missing operation", "operation": "CreateSecret"}, ENTRY) == []


def test_two_cards_or_members_of_one_name_are_refused():
    card = json.dumps({"name": "A", "request": {}})
    assert list(cards.parse(f"[{card}]")) == ["A"]
    with pytest.raises(ValueError, match="two cards"):
        cards.parse(f"[{card},{card}]")
    with pytest.raises(ValueError, match="Name twice"):
        cards.parse('[{"name": "A", "request": {"Name": {}, "Name": {}}}]')


def test_the_table_of_newer_members_is_what_it_takes_to_come_from_one_model_to_the_other():
    older = {"operations": {"A": {"errors": ["X"]}, "B": {}}, "shapes": {"S": {"max": 1, "min": 0}, "T": {"type": "string"}}}
    newer = {"operations": {"A": {"errors": ["X", "Y"]}, "C": {}}, "shapes": {"S": {"max": 2}, "T": {"type": "string"}}}
    table = newer_members.difference(older, newer)
    assert table == {"operations": {"A": {"errors": ["X", "Y"]}, "B": None, "C": {}}, "shapes": {"S": {"max": 2, "min": None}}}
    assert aws_model.merged(older, table) == newer
    printed = newer_members.text({"botocore": "2.0", **table})
    assert json.loads(printed) == {"botocore": "2.0", **table}
