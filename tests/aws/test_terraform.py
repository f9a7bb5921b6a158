"""Terraform with its provider for AWS: what is applied is there, a second plan finds nothing to do, and destroying leaves
nothing. Needs `terraform`, and in COFFER_TERRAFORM_PLUGINS a directory to which `terraform providers mirror` has put the
provider: downloading it anew for each run would take longer than everything else."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

from deployment import Deployment, replication, wait_in_sync
from identities import REGION, Account, refused
from policies import ACCOUNT, allow

CONFIGURATIONS = pathlib.Path(__file__).parent / "terraform"
PLUGINS = os.environ.get("COFFER_TERRAFORM_PLUGINS")

pytestmark = pytest.mark.skipif(not (shutil.which("terraform") and PLUGINS),
                                reason="needs terraform and COFFER_TERRAFORM_PLUGINS, a mirror with its provider for AWS")

# What a team changes: descriptions, tags, values, policies, and where replicas are.
CHANGED = {"description": "second", "team": "blue", "value": "swordfish", "replicas": ["us-west-2"], "session": 7200,
           "actions": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]}


class Terraform:
    """A working directory with a configuration."""

    def __init__(self, deployment, directory, configuration):
        self.directory = directory
        shutil.copy(CONFIGURATIONS / configuration, directory)
        env = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        own = deployment.env()
        self.env = {**env, "AWS_ACCESS_KEY_ID": own["AWS_ACCESS_KEY_ID"], "TF_IN_AUTOMATION": "1", "TF_INPUT": "0",
                    "AWS_SECRET_ACCESS_KEY": own["AWS_SECRET_ACCESS_KEY"], "AWS_EC2_METADATA_DISABLED": "true",
                    "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "CHECKPOINT_DISABLE": "1",
                    "TF_VAR_endpoint": deployment.endpoint()}
        self.run("init", f"-plugin-dir={PLUGINS}")

    def run(self, *arguments, expect=0):
        process = subprocess.run(["terraform", arguments[0], "-no-color", *arguments[1:]], cwd=self.directory, env=self.env,
                                 capture_output=True, text=True, timeout=600)
        assert process.returncode == expect, f"terraform {arguments}: {process.stdout}{process.stderr}"
        return process.stdout

    def apply(self, **variables):
        """And a plan afterwards, which must find that everything is as the configuration wants it."""
        given = [f"-var={name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in variables.items()]
        self.run("apply", "-auto-approve", *given)
        self.run("plan", "-detailed-exitcode", *given)
        return json.loads(self.run("output", "-json"))

    def destroy(self):
        self.run("destroy", "-auto-approve")
        assert "values" not in json.loads(self.run("show", "-json"))


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("terraform") / "data", regions=[REGION, "eu-west-1", "us-west-2"]).start()
    yield Account(deployment)
    deployment.stop()


def test_a_team_and_its_secrets_are_applied_changed_and_destroyed(account, tmp_path):
    terraform = Terraform(account.deployment, tmp_path, "main.tf")
    read = terraform.apply()["read"]["value"]
    assert (read["value"], read["role"], read["team"]) == ("hunter2", f"arn:aws:iam::{ACCOUNT}:role/app/app", ["deployer"])
    assert read["key"] == read["aliased"] and read["boundary"] == f"arn:aws:iam::{ACCOUNT}:policy/boundary"
    wait_in_sync(account.secretsmanager, read["secret"], ["eu-west-1"])
    assert account.deployment.client("eu-west-1").get_secret_value(SecretId="app/db")["SecretString"] == "hunter2"

    # What it made works: the user assumes the role, which reads the secret under the key.
    deployer = (read["key_id"], read["secret_key"])
    app = account.assume(deployer, read["role"])
    assert account.read(app, read["secret"]) == "hunter2"
    assert account.secretsmanager.get_secret_value(SecretId="app/binary", VersionStage="blue")["SecretBinary"] == b"hunter2"

    assert terraform.apply(**CHANGED)["read"]["value"]["value"] == "swordfish"
    assert account.read(app, read["secret"]) == "swordfish"
    role = account.iam.get_role(RoleName="app")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("second", 7200)
    assert {tag["Key"]: tag["Value"] for tag in role["Tags"]} == {"team": "blue", "managed": "terraform"}
    assert account.secretsmanager.describe_secret(SecretId="app/db")["Description"] == "second"
    assert replication(account.secretsmanager, "app/db").keys() == {"us-west-2"}

    terraform.destroy()
    details = account.iam.get_account_authorization_details(Filter=["User", "Role", "Group", "LocalManagedPolicy"])
    assert [details[key] for key in ("UserDetailList", "RoleDetailList", "GroupDetailList", "Policies")] == [[], [], [], []]
    assert account.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    assert account.secretsmanager.list_secrets()["SecretList"] == []
    keys = [account.kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in account.kms.list_keys()["Keys"]]
    assert {key["KeyState"] for key in keys if key["KeyManager"] == "CUSTOMER"} == {"PendingDeletion"}


def test_an_organization_is_applied_changed_and_destroyed(account, tmp_path):
    terraform = Terraform(account.deployment, tmp_path, "organization.tf")
    read = terraform.apply()["read"]["value"]
    organizations = account.client("organizations")
    assert organizations.describe_organization()["Organization"]["Id"] == read["organization"]
    # The management account gets into the new one by the role that came with it, and meets what is denied there.
    administrator = account.user("administrator", allow("sts:AssumeRole"))
    inside = account.assume(administrator, f"arn:aws:iam::{read['app']}:role/OrganizationAccountAccessRole")
    secrets = account.client("secretsmanager", inside)
    secrets.create_secret(Name="kept", SecretString="v")
    with refused("AccessDeniedException", "with an explicit deny in a service control policy"):
        secrets.delete_secret(SecretId="kept")

    changed = terraform.apply(denied="secretsmanager:PutSecretValue", unit="apps")["read"]["value"]
    assert (changed["app"], changed["unit"]) == (read["app"], "apps")
    with refused("AccessDeniedException", "with an explicit deny in a service control policy"):
        secrets.put_secret_value(SecretId="kept", SecretString="w")
    secrets.delete_secret(SecretId="kept")

    terraform.destroy()
    with refused("AWSOrganizationsNotInUseException"):
        organizations.describe_organization()
