"""Why a request was denied. A role of a workload account reads a secret of a security account, and nobody has allowed it
anything: each account does what `coffer explain` tells it, until the value can be read."""

import json
import os
import subprocess

import pytest
from botocore.exceptions import ClientError

from deployment import BINARY, Deployment

SECURITY = "111111111111"
WORKLOAD = "222222222222"
REGION = "us-east-1"
ROLE = f"arn:aws:iam::{WORKLOAD}:role/app"


def document(statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class Accounts:
    """The two, their root users' keys, the shared secret with a customer managed key, and the role's credentials."""

    def __init__(self, deployment):
        self.deployment = deployment
        self.roots = {account: deployment.make_account(name, account)
                      for name, account in (("security", SECURITY), ("workload", WORKLOAD))}
        kms = self.client(SECURITY, "kms")
        self.key = kms.create_key()["KeyMetadata"]["Arn"]
        self.key_statements = json.loads(kms.get_key_policy(KeyId=self.key, PolicyName="default")["Policy"])["Statement"]
        self.arn = self.client(SECURITY, "secretsmanager").create_secret(
            Name="shared/db", KmsKeyId=self.key, SecretString="hunter2")["ARN"]
        iam = self.client(WORKLOAD, "iam")
        iam.create_user(UserName="deployer")
        made = iam.create_access_key(UserName="deployer")["AccessKey"]
        iam.create_role(RoleName="app", AssumeRolePolicyDocument=document([{
            "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{WORKLOAD}:user/deployer"}, "Action": "sts:AssumeRole"}]))
        sts = self.client(None, "sts", (made["AccessKeyId"], made["SecretAccessKey"]))
        session = sts.assume_role(RoleArn=ROLE, RoleSessionName="walk")["Credentials"]
        self.role = (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])

    def client(self, account, service, credentials=None):
        return self.deployment.client(REGION, credentials=credentials or self.roots[account], service=service)

    def read(self):
        """The value, or the request id of the refusal, as a client has it."""
        try:
            return self.client(None, "secretsmanager", self.role).get_secret_value(SecretId=self.arn)["SecretString"], None
        except ClientError as error:
            return None, error.response["ResponseMetadata"]["RequestId"]

    def explain(self, credentials, *arguments, check=True, **environment):
        key, secret, *token = credentials
        env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        env.update(AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret, AWS_REGION=REGION,
                   AWS_ENDPOINT_URL=self.deployment.endpoint())
        if token:
            env["AWS_SESSION_TOKEN"] = token[0]
        env.update(environment)
        process = subprocess.run([BINARY, "explain", *arguments], capture_output=True, text=True, env=env, timeout=60)
        assert process.returncode == 0 or not check, process.stderr
        return process


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("explain") / "data", regions=[REGION, "eu-west-1"]).start()
    try:
        yield Accounts(deployment)
    finally:
        deployment.stop()


def test_whoever_does_what_it_says_can_read_the_secret(accounts):
    statements = {"secret": [], "identity": [], "key": accounts.key_statements}
    actions = []
    for _ in range(4):
        value, request = accounts.read()
        if value is not None:
            break
        for account in (SECURITY, WORKLOAD):
            answer = json.loads(accounts.explain(accounts.roots[account], request, "--json").stdout)
            (decision,) = answer["Decisions"]
            # Each account does its own part, with what it is shown itself.
            for change in decision["Changes"]:
                if change["Account"] != account:
                    continue
                kind = ("identity" if change["Where"].startswith("an identity policy of ")
                        else "key" if change["Where"].startswith("the key policy of ") else "secret")
                statements[kind].append(json.loads(change["Statement"]))
        actions.append(decision["Action"])
        accounts.client(SECURITY, "secretsmanager").put_resource_policy(
            SecretId="shared/db", ResourcePolicy=document(statements["secret"]))
        accounts.client(SECURITY, "kms").put_key_policy(
            KeyId=accounts.key, PolicyName="default", Policy=document(statements["key"]))
        accounts.client(WORKLOAD, "iam").put_role_policy(
            RoleName="app", PolicyName="read", PolicyDocument=document(statements["identity"]))
    assert value == "hunter2"
    assert actions == ["secretsmanager:GetSecretValue", "kms:Decrypt"]
    assert [len(statements[kind]) for kind in ("secret", "identity", "key")] == [1, 2, 2]


# The key is the one that is missing: what both sides read, and what only its owner does.
def test_the_text_names_who_agrees_and_who_is_missing(accounts):
    accounts.client(SECURITY, "secretsmanager").put_resource_policy(SecretId="shared/db", ResourcePolicy=document([
        {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]))
    accounts.client(WORKLOAD, "iam").put_role_policy(RoleName="app", PolicyName="read", PolicyDocument=document([
        {"Sid": "Read", "Effect": "Allow", "Action": ["secretsmanager:GetSecretValue", "kms:Decrypt"], "Resource": "*"}]))
    accounts.client(SECURITY, "kms").put_key_policy(
        KeyId=accounts.key, PolicyName="default", Policy=document(accounts.key_statements[:1]))
    _, request = accounts.read()
    owner = accounts.explain(accounts.roots[SECURITY], request).stdout
    caller = accounts.explain(accounts.roots[WORKLOAD], request).stdout
    for text in (owner, caller):
        lines = [" ".join(line.split()) for line in text.splitlines()]
        assert f"resource policy of the secret {SECURITY} allows" in lines
        assert f"key policy {SECURITY} does not allow <- missing" in lines
        assert f"In account {SECURITY}, the key policy of" in text
        assert '"Principal": {"AWS": "' + ROLE + '"},' in text
        assert max(map(len, text.splitlines())) <= 100
    assert 'statement "Enable IAM User Permissions" does not apply' in owner
    assert 'read statement "Read"' in caller
    assert "Enable IAM" not in caller and 'statement "Read"' not in owner


# The line in the log has the id that the client got.
def test_every_denial_has_its_id_in_the_log(accounts):
    _, request = accounts.read()
    assert request is not None
    log = (accounts.deployment.directory / "regions" / REGION / "log.jsonl").read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    denied = [line for line in lines if line["event"] == "access_denied" and line["decision_id"] == request]
    assert len(denied) == 1 and denied[0]["action"] == "kms:Decrypt"
    assert "hunter2" not in log


def test_explaining_is_a_permission(accounts):
    _, request = accounts.read()
    refused = accounts.explain(accounts.role, request, check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith("coffer: not allowed: ") and "coffer:ExplainDecision" in refused.stderr
    accounts.client(WORKLOAD, "iam").put_role_policy(RoleName="app", PolicyName="explain", PolicyDocument=document([
        {"Effect": "Allow", "Action": "coffer:ExplainDecision",
         "Resource": f"arn:aws:coffer:{REGION}:{WORKLOAD}:decision/*"}]))
    assert accounts.explain(accounts.role, request).stdout.startswith(f"Decision {request}")
    accounts.client(WORKLOAD, "iam").delete_role_policy(RoleName="app", PolicyName="explain")


def test_nobody_else_is_told(accounts):
    _, request = accounts.read()
    for arguments, environment in (((request,), {"AWS_REGION": "eu-west-1"}), (("0" * 36,), {})):
        unknown = accounts.explain(accounts.roots[WORKLOAD], *arguments, check=False, **environment)
        assert unknown.returncode == 6 and "no decision" in unknown.stderr
    env = accounts.deployment.env()
    stranger = accounts.explain((env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]), request, check=False)
    assert stranger.returncode == 6 and "no decision" in stranger.stderr


@pytest.mark.parametrize("environment, status, text", [
    ({"AWS_ACCESS_KEY_ID": ""}, 2, "no credentials"),
    ({"AWS_REGION": ""}, 2, "no region"),
    ({"AWS_ENDPOINT_URL": "localhost"}, 2, "is no endpoint"),
    ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, 6, "cannot connect to 127.0.0.1:1"),
    ({"AWS_SECRET_ACCESS_KEY": "wrong"}, 1, "InvalidSignatureException"),
])
def test_what_is_wrong_is_one_line(accounts, environment, status, text):
    process = accounts.explain(accounts.roots[WORKLOAD], "0" * 36, check=False, **environment)
    assert process.returncode == status
    assert text in process.stderr and len(process.stderr.strip().splitlines()) == 1
    assert process.stdout == ""
