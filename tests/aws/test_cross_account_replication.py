"""A secret of a central account whose value a workload account has as a secret of its own: what docs/authorization.md
tells, by signed calls, since boto3 does not know the operations. Two accounts, one region, its own process."""

import json
import uuid

import pytest

from deployment import Deployment, wait_until
from signed_call import SignedCaller

SECURITY = "111111111111"
WORKLOAD = "222222222222"


class Accounts:
    """The two root users, and what they have made."""

    def __init__(self, deployment):
        self.deployment = deployment
        self.keys = {account: deployment.make_account(name, account)
                     for name, account in (("security", SECURITY), ("workload", WORKLOAD))}
        self.key = self.must(WORKLOAD, "CreateKey", service="kms", Policy=json.dumps({
            "Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": WORKLOAD}, "Action": "kms:*", "Resource": "*"},
                {"Effect": "Allow", "Principal": {"AWS": SECURITY}, "Action": "kms:Encrypt", "Resource": "*"},
            ]}))["KeyMetadata"]["Arn"]

    def call(self, account, operation, service="secretsmanager", **members):
        caller = SignedCaller(self.deployment.endpoint("us-east-1"), self.keys[account])
        return caller.call(service, operation, members)

    def must(self, account, operation, **members):
        answer = self.call(account, operation, **members)
        assert answer.code is None, answer
        return answer.content

    def linked(self, name):
        """ARNs of a primary with the value "1", and of its replica."""
        primary = self.must(SECURITY, "CreateSecret", Name=name, SecretString="1", ClientRequestToken=str(uuid.uuid4()))["ARN"]
        replica = self.must(WORKLOAD, "CreateSecret", Name=name, KmsKeyId=self.key, CrossAccountPrimaryARN=primary,
                            ClientRequestToken=str(uuid.uuid4()))["ARN"]
        answer = self.must(SECURITY, "AssociateCrossAccountReplica", SecretId=primary, CrossAccountReplicaARN=replica,
                           ReplicaRestriction="NoRestriction")
        assert answer == {"ARN": primary, "CrossAccountReplicaARN": replica, "ReplicationStatus": "InProgress"}
        return primary, replica

    def put(self, secret, value):
        self.must(SECURITY, "PutSecretValue", SecretId=secret, SecretString=value, ClientRequestToken=str(uuid.uuid4()))

    def status(self, replica):
        return self.must(WORKLOAD, "DescribeSecret", SecretId=replica)["CrossAccountPrimary"]["ReplicationStatus"]

    def wait_for(self, replica, status):
        wait_until(lambda: self.status(replica) == status, what=f"the replica being {status}")

    def value(self, replica):
        return self.must(WORKLOAD, "GetSecretValue", SecretId=replica)["SecretString"]


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("across") / "data", regions=["us-east-1"]).start()
    yield Accounts(deployment)
    deployment.stop()


def test_a_value_and_its_changes_arrive_in_the_other_account(accounts):
    primary, replica = accounts.linked("arrives")
    accounts.wait_for(replica, "InSync")
    assert accounts.value(replica) == "1"
    accounts.put(primary, "2")
    wait_until(lambda: accounts.value(replica) == "2", what="the second value")
    described = accounts.must(SECURITY, "DescribeSecret", SecretId=primary)["CrossAccountReplicas"]
    wait_until(lambda: accounts.status(replica) == "InSync")
    assert described[0]["ReplicaSecretARN"] == replica


def test_what_was_acknowledged_before_a_power_cut_arrives_after_it(accounts):
    primary, replica = accounts.linked("survives")
    accounts.put(primary, "2")
    accounts.deployment.kill_everything()
    accounts.deployment.start()
    wait_until(lambda: accounts.status(replica) == "InSync", what="the replica being InSync")
    assert accounts.value(replica) == "2"


def test_a_key_that_lets_nobody_in_any_more_is_named_to_each_side_in_its_own_words(accounts):
    primary, replica = accounts.linked("refused")
    accounts.wait_for(replica, "InSync")
    policy = accounts.must(WORKLOAD, "GetKeyPolicy", service="kms", KeyId=accounts.key)["Policy"]
    closed = json.loads(policy)
    closed["Statement"].pop()
    accounts.must(WORKLOAD, "PutKeyPolicy", service="kms", KeyId=accounts.key, Policy=json.dumps(closed))
    accounts.put(primary, "2")
    accounts.wait_for(replica, "Failed")
    for account, secret, who in ((WORKLOAD, replica, f"account {SECURITY}"), (SECURITY, primary, f"arn:aws:iam::{SECURITY}:root")):
        described = accounts.must(account, "DescribeSecret", SecretId=secret)
        side = described.get("CrossAccountPrimary") or described["CrossAccountReplicas"][0]
        assert side["StatusMessage"] == (f"Replication failed: {who} is not authorized to perform: kms:Encrypt on resource: "
                                         f"{accounts.key}")
    assert accounts.value(replica) == "1"
    accounts.must(WORKLOAD, "PutKeyPolicy", service="kms", KeyId=accounts.key, Policy=policy)
    accounts.must(SECURITY, "AssociateCrossAccountReplica", SecretId=primary, CrossAccountReplicaARN=replica,
                  ReplicaRestriction="NoRestriction")
    wait_until(lambda: accounts.value(replica) == "2", what="the repaired replication")


def test_each_side_stops_for_itself(accounts):
    primary, replica = accounts.linked("stops")
    accounts.wait_for(replica, "InSync")
    assert accounts.call(SECURITY, "DeleteSecret", SecretId=primary).code == "InvalidRequestException"
    assert accounts.call(WORKLOAD, "DeleteSecret", SecretId=replica).code == "InvalidParameterException"
    accounts.must(SECURITY, "DisassociateCrossAccountReplica", SecretId=primary, CrossAccountReplicaARN=replica)
    assert accounts.status(replica) == "Detached"
    accounts.put(primary, "2")
    accounts.must(WORKLOAD, "StopReplicationToReplica", SecretId=replica)
    assert "CrossAccountPrimary" not in accounts.must(WORKLOAD, "DescribeSecret", SecretId=replica)
    assert accounts.value(replica) == "1"
    accounts.must(SECURITY, "DeleteSecret", SecretId=primary)
    accounts.must(WORKLOAD, "DeleteSecret", SecretId=replica)


def member_account(accounts):
    """A new account in the organization of the security account, by the role that its management has there."""
    accounts.must(SECURITY, "CreateOrganization", service="organizations", FeatureSet="ALL")
    request = accounts.must(SECURITY, "CreateAccount", service="organizations", Email="m@example.com", AccountName="member")
    state = lambda: accounts.must(  # noqa: E731
        SECURITY, "DescribeCreateAccountStatus", service="organizations",
        CreateAccountRequestId=request["CreateAccountStatus"]["Id"])["CreateAccountStatus"].get("AccountId")
    account = wait_until(state, what="the account being made")
    iam = accounts.deployment.client("us-east-1", service="iam", credentials=accounts.keys[SECURITY])
    iam.create_user(UserName="admin")
    iam.put_user_policy(UserName="admin", PolicyName="assume", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}))
    key = iam.create_access_key(UserName="admin")["AccessKey"]
    sts = accounts.deployment.client("us-east-1", service="sts", credentials=(key["AccessKeyId"], key["SecretAccessKey"]))
    made = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole",
                           RoleSessionName="test")["Credentials"]
    accounts.keys[account] = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    return account


def test_the_default_restriction_asks_for_one_organization(accounts):
    primary, replica = accounts.linked("organization")
    again = dict(SecretId=primary, CrossAccountReplicaARN=replica)
    assert accounts.call(SECURITY, "AssociateCrossAccountReplica", **again).code == "InvalidRequestException"
    accounts.must(SECURITY, "DisassociateCrossAccountReplica", **again)
    member = member_account(accounts)
    key = accounts.must(member, "CreateKey", service="kms", Policy=json.dumps({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": [member, SECURITY]}, "Action": "kms:*", "Resource": "*"}}))
    replica = accounts.must(member, "CreateSecret", Name="member", KmsKeyId=key["KeyMetadata"]["Arn"],
                            CrossAccountPrimaryARN=primary, ClientRequestToken=str(uuid.uuid4()))["ARN"]
    accounts.must(SECURITY, "AssociateCrossAccountReplica", SecretId=primary, CrossAccountReplicaARN=replica)
    status = lambda: accounts.must(  # noqa: E731
        SECURITY, "DescribeSecret", SecretId=primary)["CrossAccountReplicas"][0]["ReplicationStatus"]
    wait_until(lambda: status() == "InSync", what="the replica being InSync")
    # It is asked for at every copy, too.
    accounts.must(SECURITY, "RemoveAccountFromOrganization", service="organizations", AccountId=member)
    accounts.put(primary, "2")
    wait_until(lambda: status() == "Failed", what="the replica being Failed")
    assert accounts.must(member, "GetSecretValue", SecretId=replica)["SecretString"] == "1"
