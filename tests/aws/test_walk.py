"""The walk that the project began with: one secret, five regions, the AWS CLI."""

import os
import signal

import pytest

from deployment import REGIONS, replication, wait_in_sync, wait_until

REPLICA_ERROR = "Operation not permitted on a replica secret. Call must be made in primary secret's region."


# Everything a person would try first, with the tool they would try it with, through the gateway.
def test_the_aws_cli_creates_replicates_and_reads_everywhere(five):
    created = five.aws("us-east-1", "create-secret", "--name", "walk/db", "--secret-string", "first",
                       "--add-replica-regions", "Region=us-west-2", "Region=eu-west-1")
    assert created["Name"] == "walk/db"
    assert [entry["Region"] for entry in created["ReplicationStatus"]] == ["us-west-2", "eu-west-1"]
    more = five.aws("us-east-1", "replicate-secret-to-regions", "--secret-id", "walk/db", "--add-replica-regions",
                    "Region=ap-northeast-1", "Region=ap-southeast-2")
    assert [entry["Region"] for entry in more["ReplicationStatus"]] == REGIONS[1:]

    def statuses():
        return five.aws("us-east-1", "describe-secret", "--secret-id", "walk/db")["ReplicationStatus"]
    wait_until(lambda: [s["Status"] for s in statuses()] == ["InSync"] * 4, what="four regions InSync")

    for region in REGIONS:
        arn = created["ARN"].replace("us-east-1", region)
        by_name = five.aws(region, "get-secret-value", "--secret-id", "walk/db")
        by_arn = five.aws(region, "get-secret-value", "--secret-id", arn)
        assert by_name == by_arn
        assert by_name["ARN"] == arn
        assert by_name["SecretString"] == "first"
        assert by_name["VersionId"] == created["VersionId"]
        assert by_name["VersionStages"] == ["AWSCURRENT"]
    wait_until(lambda: all("LastAccessedDate" in status for status in statuses()), what="the primary knows who was read")

    put = five.aws("us-east-1", "put-secret-value", "--secret-id", "walk/db", "--secret-string", "second")
    client = five.client("us-east-1")
    wait_in_sync(client, "walk/db", REGIONS[1:])
    for region in REGIONS:
        current = five.aws(region, "get-secret-value", "--secret-id", "walk/db", direct=True)
        previous = five.aws(region, "get-secret-value", "--secret-id", "walk/db", "--version-stage", "AWSPREVIOUS",
                            direct=True)
        assert (current["SecretString"], current["VersionId"]) == ("second", put["VersionId"])
        assert (previous["SecretString"], previous["VersionId"]) == ("first", created["VersionId"])


# Each region's own endpoint is what production clients use; the gateway is a convenience.
def test_regions_answer_at_their_own_endpoints(five):
    five.aws("eu-west-1", "create-secret", "--name", "walk/direct", "--secret-string", "x", direct=True)
    assert five.aws("eu-west-1", "get-secret-value", "--secret-id", "walk/direct", direct=True)["SecretString"] == "x"
    elsewhere = five.aws("us-west-2", "get-secret-value", "--secret-id", "walk/direct", direct=True, check=False)
    assert "ResourceNotFoundException" in elsewhere.stderr


@pytest.mark.parametrize("call", [
    ("put_secret_value", {"SecretString": "no"}),
    ("update_secret_version_stage", {"VersionStage": "X", "MoveToVersionId": "0" * 32}),
    ("delete_secret", {}),
    ("restore_secret", {}),
    ("replicate_secret_to_regions", {"AddReplicaRegions": [{"Region": "eu-west-1"}]}),
    ("remove_regions_from_replication", {"RemoveReplicaRegions": ["eu-west-1"]}),
], ids=lambda call: call[0])
def test_a_replica_refuses_writes_with_the_error_of_aws(five, call):
    primary = five.client("us-east-1")
    name = "walk/readonly"
    try:
        primary.create_secret(Name=name, SecretString="v", AddReplicaRegions=[{"Region": "us-west-2"}])
    except primary.exceptions.ResourceExistsException:
        pass
    wait_in_sync(primary, name, ["us-west-2"])
    replica = five.client("us-west-2")
    with pytest.raises(replica.exceptions.InvalidParameterException) as refused:
        getattr(replica, call[0])(SecretId=name, **call[1])
    assert refused.value.response["Error"]["Message"] == REPLICA_ERROR
    assert replica.get_secret_value(SecretId=name)["SecretString"] == "v"


# The reason to have replicas at all: the primary dies, readers notice nothing, one call promotes, and the old primary,
# when it comes back, must not overwrite what happened since.
def test_a_promoted_replica_survives_the_return_of_its_primary(fresh):
    deployment = fresh()
    primary = deployment.client("us-east-1")
    created = primary.create_secret(Name="fence", SecretString="one",
                                    AddReplicaRegions=[{"Region": region} for region in REGIONS[1:]])
    wait_in_sync(primary, "fence", REGIONS[1:])

    os.kill(deployment.pid("us-east-1"), signal.SIGKILL)
    for region in REGIONS[1:]:
        value = deployment.client(region).get_secret_value(SecretId="fence")
        assert (value["SecretString"], value["VersionId"]) == ("one", created["VersionId"])
    down = wait_until(lambda: deployment.aws("us-east-1", "get-secret-value", "--secret-id", "fence", check=False))
    assert down.returncode != 0
    assert "503" in down.stderr or "ServiceUnavailable" in down.stderr

    promoted = deployment.client("ap-southeast-2")
    answer = promoted.stop_replication_to_replica(SecretId="fence")
    assert answer["ARN"] == created["ARN"].replace("us-east-1", "ap-southeast-2")
    promoted.put_secret_value(SecretId="fence", SecretString="promoted")

    deployment.start_region("us-east-1")
    primary = deployment.client("us-east-1")
    primary.put_secret_value(SecretId="fence", SecretString="from the old primary")
    wait_in_sync(primary, "fence", ["us-west-2", "eu-west-1", "ap-northeast-1"])
    status = wait_until(lambda: replication(primary, "fence")["ap-southeast-2"][0] == "Failed"
                        and replication(primary, "fence")["ap-southeast-2"])
    assert "promoted" in status[1]
    assert promoted.get_secret_value(SecretId="fence")["SecretString"] == "promoted"
    assert promoted.get_secret_value(SecretId="fence", VersionStage="AWSPREVIOUS")["SecretString"] == "one"
    assert deployment.client("us-west-2").get_secret_value(SecretId="fence")["SecretString"] == "from the old primary"


# Removing a region deletes its copy; the name is then free there.
def test_a_region_taken_out_of_replication_loses_its_copy(five):
    primary = five.client("us-east-1")
    primary.create_secret(Name="walk/removed", SecretString="v", AddReplicaRegions=[{"Region": "eu-west-1"}])
    wait_in_sync(primary, "walk/removed", ["eu-west-1"])
    answer = primary.remove_regions_from_replication(SecretId="walk/removed", RemoveReplicaRegions=["eu-west-1"])
    assert answer.get("ReplicationStatus", []) == []
    replica = five.client("eu-west-1")

    def gone():
        try:
            replica.describe_secret(SecretId="walk/removed")
            return False
        except replica.exceptions.ResourceNotFoundException:
            return True
    wait_until(gone, what="the copy in eu-west-1 being deleted")
    replica.create_secret(Name="walk/removed", SecretString="own life")
    assert primary.get_secret_value(SecretId="walk/removed")["SecretString"] == "v"


# A name that is taken in the destination fails there, says so, and harms neither side.
def test_a_name_taken_in_the_destination_is_reported_as_failed(five):
    other = five.client("us-west-2")
    other.create_secret(Name="walk/taken", SecretString="mine")
    primary = five.client("us-east-1")
    primary.create_secret(Name="walk/taken", SecretString="yours", AddReplicaRegions=[{"Region": "us-west-2"}])
    status = wait_until(lambda: replication(primary, "walk/taken")["us-west-2"][0] == "Failed"
                        and replication(primary, "walk/taken")["us-west-2"])
    assert status[1] == "Replication failed: Secret name walk/taken already exists in region us-west-2."
    assert other.get_secret_value(SecretId="walk/taken")["SecretString"] == "mine"
    primary.replicate_secret_to_regions(SecretId="walk/taken", AddReplicaRegions=[{"Region": "us-west-2"}],
                                        ForceOverwriteReplicaSecret=True)
    wait_in_sync(primary, "walk/taken", ["us-west-2"])
    assert other.get_secret_value(SecretId="walk/taken")["SecretString"] == "yours"
