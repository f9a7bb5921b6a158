"""A region is lost: its disk, or its network, or its turn as the primary; and the whole story with the AWS CLI."""

import shutil

from botocore.exceptions import ClientError

from deployment import replication, wait_in_sync, wait_until
from policies import ACCOUNT, allow, policy, trust

EAST, WEST, EUROPE, TOKYO, SYDNEY = FIVE = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"]


def refusal(process):
    """What the AWS CLI printed for a call that must fail."""
    assert process.returncode != 0, process.stdout
    return process.stderr


# Nobody changes the secrets meanwhile: waiting for that would mean that most of them never come back.
def test_a_replica_region_that_lost_its_disk_gets_its_copies_back(fresh):
    deployment = fresh(regions=FIVE[:2])
    primary = deployment.client(EAST)
    for i in range(30):
        primary.create_secret(Name=f"db/{i}", SecretString=f"v{i}", AddReplicaRegions=[{"Region": WEST}])
    for i in range(30):
        wait_in_sync(primary, f"db/{i}", [WEST])
    deployment.stop_region(WEST)
    shutil.rmtree(deployment.directory / "regions" / WEST / "data")
    deployment.start_region(WEST)

    # The account's keys come back as well, after a moment.
    def value(name):
        try:
            return deployment.client(WEST).get_secret_value(SecretId=name)["SecretString"]
        except ClientError as error:
            assert error.response["Error"]["Code"] in ("ResourceNotFoundException", "UnrecognizedClientException")
            return None
    for i in range(30):
        wait_until(lambda: value(f"db/{i}") == f"v{i}", what=f"db/{i} in {WEST}")
        wait_in_sync(primary, f"db/{i}", [WEST])


# It must not go on taking writes as if nothing had happened until somebody looks: it says at once what happened.
def test_a_returned_primary_learns_that_it_was_replaced(fresh):
    deployment = fresh(regions=FIVE[:3])
    primary = deployment.client(EAST)
    for name in ("fence/promoted", "fence/kept"):
        primary.create_secret(Name=name, SecretString="one", AddReplicaRegions=[{"Region": WEST}, {"Region": EUROPE}])
        wait_in_sync(primary, name, [WEST, EUROPE])
    deployment.stop_region(EAST, kill=True)
    deployment.client(WEST).stop_replication_to_replica(SecretId="fence/promoted")
    deployment.start_region(EAST)
    status = wait_until(lambda: replication(primary, "fence/promoted")[WEST][0] == "Failed"
                        and replication(primary, "fence/promoted"))
    assert "was promoted to a stand-alone secret" in status[WEST][1]
    assert status[EUROPE][0] == "InSync"
    assert replication(primary, "fence/kept")[WEST][0] == "InSync"


# A link that was cut, or a promotion while everything is well: nobody starts again, and nobody changes the secret.
def test_a_primary_that_was_never_down_learns_that_it_was_replaced(fresh):
    deployment = fresh(regions=FIVE[:3])
    primary = deployment.client(EAST)
    for name in ("idle/promoted", "idle/kept"):
        primary.create_secret(Name=name, SecretString="one", AddReplicaRegions=[{"Region": WEST}, {"Region": EUROPE}])
        wait_in_sync(primary, name, [WEST, EUROPE])
    west = deployment.client(WEST)
    west.stop_replication_to_replica(SecretId="idle/promoted")
    wait_until(lambda: replication(primary, "idle/promoted")[WEST][0] == "Failed", what="the primary having heard")
    assert "was promoted to a stand-alone secret" in replication(primary, "idle/promoted")[WEST][1]
    assert replication(primary, "idle/promoted")[EUROPE][0] == "InSync"
    west.replicate_secret_to_regions(SecretId="idle/promoted", AddReplicaRegions=[{"Region": EUROPE}])
    wait_until(lambda: replication(primary, "idle/promoted")[EUROPE][0] == "Failed", what="the primary having heard")
    assert f"was promoted in region {WEST}, which now replicates it to" in replication(primary, "idle/promoted")[EUROPE][1]
    assert {status for status, _ in replication(primary, "idle/kept").values()} == {"InSync"}


# The whole story as a team lives it, with nothing but AWS's own command.
def test_a_primary_is_lost_replaced_and_comes_back_with_the_aws_cli(fresh):
    deployment = fresh(regions=FIVE)

    def aws(region, *arguments, **more):
        return deployment.aws(region, *arguments, **more)

    def read(region, *more):
        return aws(region, "get-secret-value", "--secret-id", "shop/db", *more)["SecretString"]

    def wait_read(region, value):
        wait_until(lambda: read(region) == value, what=f"{value} in {region}")

    def statuses(region):
        """Region -> (status, message), as replication() has them."""
        entries = aws(region, "describe-secret", "--secret-id", "shop/db").get("ReplicationStatus", [])
        return {entry["Region"]: (entry["Status"], entry.get("StatusMessage", "")) for entry in entries}

    def wait_statuses(region, status, replicas):
        def are_so():
            now = statuses(region)
            return all(now.get(replica, ("absent",))[0] == status for replica in replicas) and now
        return wait_until(are_so, what=f"{status} in {replicas}")

    # A role that reads, and a session of it made in the region that will be lost.
    iam = {"service": "iam"}
    aws(EAST, "create-role", "--role-name", "app", "--assume-role-policy-document", trust(ACCOUNT), **iam)
    aws(EAST, "put-role-policy", "--role-name", "app", "--policy-name", "read", "--policy-document",
        policy(allow("secretsmanager:GetSecretValue")), **iam)
    role = f"arn:aws:iam::{ACCOUNT}:role/app"
    aws(EAST, "create-user", "--user-name", "deployer", **iam)
    aws(EAST, "put-user-policy", "--user-name", "deployer", "--policy-name", "assume", "--policy-document",
        policy(allow("sts:AssumeRole")), **iam)
    key = aws(EAST, "create-access-key", "--user-name", "deployer", **iam)["AccessKey"]
    user = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def session(region):
        made = aws(region, "assume-role", "--role-arn", role, "--role-session-name", "story", service="sts",
                   environment=user)["Credentials"]
        return {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
                "AWS_SESSION_TOKEN": made["SessionToken"]}

    old_session = session(EAST)
    for region in FIVE[1:]:
        wait_until(lambda: aws(region, "get-caller-identity", service="sts", environment=user, check=False).returncode == 0,
                   what=f"the user being known in {region}")

    # Two replicas, then two more; values and labels arrive everywhere.
    created = aws(EAST, "create-secret", "--name", "shop/db", "--secret-string", "one", "--add-replica-regions",
                  f"Region={WEST}", f"Region={EUROPE}")
    aws(EAST, "replicate-secret-to-regions", "--secret-id", "shop/db", "--add-replica-regions", f"Region={TOKYO}",
        f"Region={SYDNEY}")
    wait_statuses(EAST, "InSync", FIVE[1:])
    put = aws(EAST, "put-secret-value", "--secret-id", "shop/db", "--secret-string", "two", "--version-stages", "AWSPENDING")
    assert read(EAST) == "one" and read(EAST, "--version-stage", "AWSPENDING") == "two"
    aws(EAST, "update-secret-version-stage", "--secret-id", "shop/db", "--version-stage", "AWSCURRENT",
        "--move-to-version-id", put["VersionId"], "--remove-from-version-id", created["VersionId"])
    for region in FIVE:
        wait_read(region, "two")
        assert read(region, "--version-stage", "AWSPREVIOUS") == "one"
    wait_statuses(EAST, "InSync", FIVE[1:])

    # The primary's region is lost. Readers notice nothing; writes are refused.
    deployment.stop_region(EAST, kill=True)
    for region in FIVE[1:]:
        assert read(region) == "two"
        assert read(region, "--version-id", created["VersionId"]) == "one"
        for credentials in (old_session, session(region)):
            read_by_role = aws(region, "get-secret-value", "--secret-id", "shop/db", environment=credentials)
            assert read_by_role["SecretString"] == "two"
    assert "Operation not permitted on a replica" in refusal(aws(WEST, "put-secret-value", "--secret-id", "shop/db", "--secret-string", "x",
                                                    check=False))

    # One command, and it goes on elsewhere.
    promoted = aws(WEST, "stop-replication-to-replica", "--secret-id", "shop/db")
    assert promoted["ARN"] == created["ARN"].replace(EAST, WEST)
    aws(WEST, "put-secret-value", "--secret-id", "shop/db", "--secret-string", "three")
    aws(WEST, "replicate-secret-to-regions", "--secret-id", "shop/db", "--add-replica-regions",
        f"Region={EUROPE}", f"Region={TOKYO}", f"Region={SYDNEY}")
    for region in FIVE[1:]:
        wait_read(region, "three")

    # The old primary comes back, has what it had, and learns what happened.
    deployment.start_region(EAST)
    assert read(EAST) == "two"
    assert "promoted" in wait_statuses(EAST, "Failed", [WEST])[WEST][1]
    aws(EAST, "put-secret-value", "--secret-id", "shop/db", "--secret-string", "of the old primary")
    wait_statuses(EAST, "Failed", FIVE[1:])
    for region in FIVE[1:]:
        assert read(region) == "three", "nothing is overwritten"

    # Its own copy is a stand-alone secret now: replaced only by force, and only without replicas of its own.
    back = ("replicate-secret-to-regions", "--secret-id", "shop/db", "--add-replica-regions", f"Region={EAST}")
    aws(WEST, *back)
    assert "already exists" in wait_statuses(WEST, "Failed", [EAST])[EAST][1]
    assert read(EAST) == "of the old primary"
    aws(EAST, "remove-regions-from-replication", "--secret-id", "shop/db", "--remove-replica-regions", *FIVE[1:])
    aws(WEST, *back, "--force-overwrite-replica-secret")
    wait_statuses(WEST, "InSync", FIVE[2:] + [EAST])
    for region in FIVE:
        wait_read(region, "three")
    described = {region: aws(region, "describe-secret", "--secret-id", "shop/db") for region in FIVE}
    assert {region: found["PrimaryRegion"] for region, found in described.items()} == dict.fromkeys(FIVE, WEST)
    labels = described[WEST]["VersionIdsToStages"]
    assert sorted(label for stages in labels.values() for label in stages) == ["AWSCURRENT", "AWSPREVIOUS"], labels
    assert {region: found["VersionIdsToStages"] for region, found in described.items()} == dict.fromkeys(FIVE, labels)
    assert "Operation not permitted on a replica" in refusal(aws(EAST, "put-secret-value", "--secret-id", "shop/db", "--secret-string", "x",
                                                    check=False))
