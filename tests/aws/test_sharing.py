"""A central security account shares a secret with a role of a workload account: the secret's policy, the role's own and
the key's must agree. With the AWS CLI, as people do it: a user of the workload account with a profile that assumes the
role."""

import itertools
import json

import pytest

SECURITY = "111111111111"
WORKLOAD = "222222222222"
REGION = "us-east-1"
ROLE = f"arn:aws:iam::{WORKLOAD}:role/app"


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


NOBODY = allow("secretsmanager:*", Principal={"AWS": SECURITY})


class Sharing:
    """The two accounts. Calls return the parsed answer, or with check=False the finished process."""

    def __init__(self, deployment, directory):
        self.deployment = deployment
        self.config = directory / "config"
        self.roots = {account: deployment.make_account(name, account)
                      for name, account in (("security", SECURITY), ("workload", WORKLOAD))}
        self.make_role()
        key = self.root(SECURITY, "kms", "create-key", "--description", "of the shared secret")["KeyMetadata"]
        self.key = key["Arn"]
        self.arn = self.root(SECURITY, "secretsmanager", "create-secret", "--name", "shared/db", "--kms-key-id", self.key,
                             "--secret-string", "hunter2")["ARN"]

    def root(self, account, service, *arguments, check=True, region=REGION):
        key, secret = self.roots[account]
        return self.deployment.aws(region, *arguments, service=service, check=check,
                                   environment={"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret})

    def role(self, service, *arguments, check=True, region=REGION):
        """As the role, by the profile."""
        return self.deployment.aws(region, *arguments, service=service, check=check, environment={
            "AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_PROFILE": "app",
            "AWS_CONFIG_FILE": str(self.config), "AWS_SHARED_CREDENTIALS_FILE": str(self.config) + ".credentials"})

    def make_role(self):
        iam = lambda *arguments: self.root(WORKLOAD, "iam", *arguments)  # noqa: E731
        iam("create-user", "--user-name", "deployer")
        key = iam("create-access-key", "--user-name", "deployer")["AccessKey"]
        iam("put-user-policy", "--user-name", "deployer", "--policy-name", "assume", "--policy-document",
            policy(allow("sts:AssumeRole", ROLE)))
        iam("create-role", "--role-name", "app", "--assume-role-policy-document", json.dumps({
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{WORKLOAD}:user/deployer"},
                          "Action": "sts:AssumeRole"}}))
        # The CLI of Debian 12 does not read AWS_ENDPOINT_URL: the role is assumed by hand, as its documentation says.
        self.user = (key["AccessKeyId"], key["SecretAccessKey"])
        self.assume()

    def assume(self, region=REGION):
        sts = self.deployment.client(region, credentials=self.user, service="sts")
        made = sts.assume_role(RoleArn=ROLE, RoleSessionName="walk")["Credentials"]
        self.config.write_text(f"[profile app]\nregion = {REGION}\n")
        (self.config.parent / (self.config.name + ".credentials")).write_text(
            f"[app]\naws_access_key_id = {made['AccessKeyId']}\naws_secret_access_key = {made['SecretAccessKey']}\n"
            f"aws_session_token = {made['SessionToken']}\n")

    def set_secret_policy(self, allows):
        statement = allow("secretsmanager:GetSecretValue", Principal={"AWS": ROLE}) if allows else NOBODY
        self.root(SECURITY, "secretsmanager", "put-resource-policy", "--secret-id", "shared/db", "--resource-policy",
                  policy(statement))

    def set_identity_policy(self, allows):
        statements = ([allow("secretsmanager:GetSecretValue", self.arn), allow("kms:Decrypt", self.key)] if allows
                      else [allow("sqs:*")])
        self.root(WORKLOAD, "iam", "put-role-policy", "--role-name", "app", "--policy-name", "read", "--policy-document",
                  policy(*statements))

    def set_key_policy(self, allows):
        statements = [allow("kms:*", Principal={"AWS": f"arn:aws:iam::{SECURITY}:root"})]
        if allows:
            statements.append(allow("kms:Decrypt", Principal={"AWS": ROLE}))
        self.root(SECURITY, "kms", "put-key-policy", "--key-id", self.key, "--policy-name", "default", "--policy",
                  policy(*statements))

    def set_all(self, secret=True, identity=True, key=True):
        self.set_secret_policy(secret)
        self.set_identity_policy(identity)
        self.set_key_policy(key)

    def read(self, secret_id=None, region=REGION):
        """The value, or what the CLI prints about the error."""
        process = self.role("secretsmanager", "get-secret-value", "--secret-id", secret_id or self.arn, check=False,
                            region=region)
        if process.returncode == 0:
            return json.loads(process.stdout)["SecretString"]
        return process.stderr.strip().replace(" (reached max retries: 0)", "")


@pytest.fixture(scope="module")
def sharing(tmp_path_factory):
    from deployment import Deployment
    directory = tmp_path_factory.mktemp("sharing")
    deployment = Deployment(directory / "data", regions=[REGION]).start()
    yield Sharing(deployment, directory)
    deployment.stop()


def refusal(code, text, operation="GetSecretValue"):
    return f"An error occurred ({code}) when calling the {operation} operation: {text}"


# Every combination of the three, and only all three let the role read.
def test_only_all_three_policies_together_let_the_role_read(sharing):
    by_secret = refusal("AccessDeniedException",
                        f"User: arn:aws:sts::{WORKLOAD}:assumed-role/app/walk is not authorized to perform: "
                        f"secretsmanager:GetSecretValue on resource: {sharing.arn}")
    by_key = refusal("AccessDeniedException", "Access to KMS is not allowed")
    for secret, identity, key in itertools.product((False, True), repeat=3):
        sharing.set_all(secret, identity, key)
        expected = by_secret if not (secret and identity) else by_key if not key else "hunter2"
        assert sharing.read() == expected, (secret, identity, key)


def test_a_name_is_looked_for_in_the_account_of_the_caller(sharing):
    sharing.set_all()
    sharing.root(WORKLOAD, "iam", "put-role-policy", "--role-name", "app", "--policy-name", "read", "--policy-document",
                 policy(allow(["secretsmanager:*", "kms:*"])))
    assert sharing.read("shared/db") == refusal("ResourceNotFoundException",
                                                "Secrets Manager can't find the specified secret.")
    assert sharing.read() == "hunter2"
    for operation in (["put-secret-value", "--secret-string", "no"], ["delete-secret"],
                      ["update-secret", "--description", "no"], ["delete-resource-policy"]):
        refused = sharing.role("secretsmanager", *operation, "--secret-id", sharing.arn, check=False)
        assert "(AccessDeniedException)" in refused.stderr, operation
    assert sharing.read() == "hunter2"


@pytest.mark.parametrize("taken", ["secret", "identity", "key"])
def test_what_is_taken_away_is_gone_at_the_next_request(sharing, taken):
    sharing.set_all()
    assert sharing.read() == "hunter2"
    getattr(sharing, f"set_{taken}_policy")(False)
    assert "(AccessDeniedException)" in sharing.read()


# Whoever is made in the name of somebody who was deleted is somebody else: sessions, and policies that name the role.
def test_a_role_that_is_made_anew_inherits_nothing(sharing):
    sharing.set_all()
    assert sharing.read() == "hunter2"
    iam = lambda *arguments: sharing.root(WORKLOAD, "iam", *arguments)  # noqa: E731
    trust = iam("get-role", "--role-name", "app")["Role"]["AssumeRolePolicyDocument"]
    iam("delete-role-policy", "--role-name", "app", "--policy-name", "read")
    iam("delete-role", "--role-name", "app")
    assert "(UnrecognizedClientException)" in sharing.read()
    iam("create-role", "--role-name", "app", "--assume-role-policy-document", json.dumps(trust))
    sharing.set_identity_policy(True)
    assert "(UnrecognizedClientException)" in sharing.read(), "the old session is no session of the new role"
    sharing.assume()
    assert "(AccessDeniedException)" in sharing.read(), "the policies mean the old role"
    sharing.set_secret_policy(True)
    sharing.set_key_policy(True)
    assert sharing.read() == "hunter2"
