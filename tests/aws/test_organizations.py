"""An organization: accounts that are made by its management account, and control policies that limit them."""

import json

import botocore.exceptions
import pytest

from deployment import Deployment, wait_until

REGION = "us-east-1"


@pytest.fixture(scope="module")
def organization(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("organization") / "data", regions=[REGION]).start()
    yield deployment
    deployment.stop()


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def denied(call):
    with pytest.raises(botocore.exceptions.ClientError) as refusal:
        call()
    return refusal.value.response["Error"]


# As Terraform's resources do it: organization, unit, account, policy, attachment; then as a member of it.
def test_a_service_control_policy_limits_a_member_that_was_made_by_the_organization(organization):
    organizations = organization.client(REGION, service="organizations")
    made = organizations.create_organization(FeatureSet="ALL")["Organization"]
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    unit = organizations.create_organizational_unit(ParentId=root, Name="workloads")["OrganizationalUnit"]["Id"]
    request = organizations.create_account(Email="app@example.com", AccountName="app")["CreateAccountStatus"]["Id"]

    def status():
        now = organizations.describe_create_account_status(CreateAccountRequestId=request)["CreateAccountStatus"]
        return now if now["State"] != "IN_PROGRESS" else None
    account = wait_until(status, what="the account being made")["AccountId"]
    organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    assert organizations.list_parents(ChildId=account)["Parents"][0]["Id"] == unit

    # The management account comes in by the role that every such account has.
    sts = organization.client(REGION, service="sts")
    management = sts.get_caller_identity()["Account"]
    iam = organization.client(REGION, service="iam")
    iam.create_user(UserName="admin")
    iam.attach_user_policy(UserName="admin", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    key = iam.create_access_key(UserName="admin")["AccessKey"]
    admin = organization.client(REGION, service="sts", credentials=(key["AccessKeyId"], key["SecretAccessKey"]))
    session = admin.assume_role(RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole",
                                RoleSessionName="admin")["Credentials"]
    credentials = (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    member = organization.client(REGION, credentials=credentials)
    arn = member.create_secret(Name="db", SecretString="hunter2")["ARN"]
    assert member.get_secret_value(SecretId="db")["SecretString"] == "hunter2"

    guard = organizations.create_policy(
        Name="no-reads", Description="", Type="SERVICE_CONTROL_POLICY",
        Content=policy({"Effect": "Deny", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}))["Policy"]["PolicySummary"]
    organizations.attach_policy(PolicyId=guard["Id"], TargetId=unit)
    error = denied(lambda: member.get_secret_value(SecretId="db"))
    assert error["Code"] == "AccessDeniedException"
    assert f"with an explicit deny in a service control policy: {guard['Arn']}" in error["Message"]
    assert member.describe_secret(SecretId="db")["ARN"] == arn
    organizations.detach_policy(PolicyId=guard["Id"], TargetId=unit)
    assert member.get_secret_value(SecretId="db")["SecretString"] == "hunter2"

    # The organization is a fact for other policies.
    owner = organization.client(REGION)
    key_arn = organization.client(REGION, service="kms").create_key(Policy=policy(
        {"Effect": "Allow", "Action": "kms:*", "Principal": {"AWS": management}, "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Principal": "*", "Resource": "*",
         "Condition": {"StringEquals": {"aws:PrincipalOrgID": made["Id"]}}}))["KeyMetadata"]["Arn"]
    shared = owner.create_secret(Name="shared", SecretString="ours", KmsKeyId=key_arn)["ARN"]
    owner.put_resource_policy(SecretId=shared, ResourcePolicy=policy(
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Principal": "*", "Resource": "*",
         "Condition": {"StringEquals": {"aws:PrincipalOrgID": made["Id"]}}}))
    assert member.get_secret_value(SecretId=shared)["SecretString"] == "ours"
    organizations.close_account(AccountId=account)
    assert denied(lambda: member.get_secret_value(SecretId=shared))["Code"] == "UnrecognizedClientException"
