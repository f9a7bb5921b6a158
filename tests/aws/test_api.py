"""Operations through boto3: paging, idempotency, labels and deletion as SDK users meet them. The rules one by one are
cases as data in tests/cases."""

import uuid

import pytest


def test_list_secrets_pages_through_everything_once(five):
    client = five.client("ap-northeast-1")
    names = {f"page/{i:03}" for i in range(25)}
    for name in names:
        client.create_secret(Name=name, SecretString="v")
    pages = list(client.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 7}))
    listed = [entry["Name"] for page in pages for entry in page["SecretList"]]
    assert len(listed) == len(set(listed)) and names <= set(listed)
    assert "NextToken" not in pages[-1]
    with pytest.raises(client.exceptions.InvalidNextTokenException):
        client.list_secrets(NextToken="bogus")


def test_the_same_token_with_the_same_value_is_the_same_write(five):
    client = five.client("us-east-1")
    token = str(uuid.uuid4())
    first = client.create_secret(Name="api/token", SecretString="v", ClientRequestToken=token)
    again = client.create_secret(Name="api/token", SecretString="v", ClientRequestToken=token)
    assert (first["ARN"], first["VersionId"]) == (again["ARN"], again["VersionId"]) and first["VersionId"] == token
    with pytest.raises(client.exceptions.ResourceExistsException) as exists:
        client.put_secret_value(SecretId="api/token", SecretString="w", ClientRequestToken=token)
    assert token in exists.value.response["Error"]["Message"]


def test_binary_values_come_back_byte_for_byte(five):
    client = five.client("us-east-1")
    value = bytes(range(256)) * 200
    client.create_secret(Name="api/binary", SecretBinary=value)
    answer = client.get_secret_value(SecretId="api/binary")
    assert answer["SecretBinary"] == value and "SecretString" not in answer


def test_the_largest_value_travels_to_a_replica(five):
    client = five.client("us-east-1")
    value = "\u00e9\"\\\n" * 13107
    value += "x" * (65536 - len(value.encode()))
    client.create_secret(Name="api/large", SecretString=value, AddReplicaRegions=[{"Region": "eu-west-1"}])
    from deployment import wait_in_sync
    wait_in_sync(client, "api/large", ["eu-west-1"])
    assert five.client("eu-west-1").get_secret_value(SecretId="api/large")["SecretString"] == value
    with pytest.raises(client.exceptions.ClientError) as refused:
        client.put_secret_value(SecretId="api/large", SecretString=value + "x")
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_labels_move_as_a_rotation_moves_them(five):
    client = five.client("us-east-1")
    old = client.create_secret(Name="api/rotate", SecretString="old")["VersionId"]
    new = client.put_secret_value(SecretId="api/rotate", SecretString="new", VersionStages=["AWSPENDING"])["VersionId"]
    assert client.get_secret_value(SecretId="api/rotate")["SecretString"] == "old"
    client.update_secret_version_stage(SecretId="api/rotate", VersionStage="AWSCURRENT", RemoveFromVersionId=old,
                                       MoveToVersionId=new)
    client.update_secret_version_stage(SecretId="api/rotate", VersionStage="AWSPENDING", RemoveFromVersionId=new)
    assert client.describe_secret(SecretId="api/rotate")["VersionIdsToStages"] == {old: ["AWSPREVIOUS"], new: ["AWSCURRENT"]}
    versions = client.list_secret_version_ids(SecretId="api/rotate")["Versions"]
    assert {v["VersionId"]: v["VersionStages"] for v in versions} == {old: ["AWSPREVIOUS"], new: ["AWSCURRENT"]}


def test_delete_restore_and_force(five):
    client = five.client("us-west-2")
    client.create_secret(Name="api/deleted", SecretString="v")
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.delete_secret(SecretId="api/deleted", RecoveryWindowInDays=6)
    client.delete_secret(SecretId="api/deleted", RecoveryWindowInDays=7)
    with pytest.raises(client.exceptions.InvalidRequestException) as marked:
        client.get_secret_value(SecretId="api/deleted")
    assert "marked for deletion" in marked.value.response["Error"]["Message"]
    client.restore_secret(SecretId="api/deleted")
    assert client.get_secret_value(SecretId="api/deleted")["SecretString"] == "v"
    client.delete_secret(SecretId="api/deleted", ForceDeleteWithoutRecovery=True)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="api/deleted")


# CI of real tools asserts this against AWS: the day of the last read shows at once.
def test_reading_a_value_sets_last_accessed_date(five):
    client = five.client("us-east-1")
    client.create_secret(Name="api/accessed", SecretString="v")
    assert "LastAccessedDate" not in client.describe_secret(SecretId="api/accessed")
    client.get_secret_value(SecretId="api/accessed")
    date = client.describe_secret(SecretId="api/accessed")["LastAccessedDate"]
    assert (date.utctimetuple().tm_hour, date.utctimetuple().tm_min, date.utctimetuple().tm_sec) == (0, 0, 0)
