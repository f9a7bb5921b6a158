"""Users, groups, roles and policies, with boto3: how they live, and what they let whom do, at the very next request."""

import datetime
import json

import botocore
import botocore.session
import pytest

from deployment import Deployment
from identities import Account, denied, refused
from operation_inputs import CARDS
from policies import ACCOUNT, allow, deny, policy, trust

READ = "secretsmanager:GetSecretValue"
# The operations whose pages boto3 turns.
PAGINATORS = botocore.session.get_session().get_component("data_loader").load_service_model("iam", "paginators-1")["pagination"]


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("identities") / "data", regions=["us-east-1"]).start()
    yield Account(deployment)
    deployment.stop()


@pytest.fixture(scope="module")
def secret(account):
    return account.secret("shared")


def managed(account, name, *statements, **more):
    return account.iam.create_policy(PolicyName=name, PolicyDocument=policy(*statements), **more)["Policy"]["Arn"]


def test_a_user_is_made_shown_changed_and_deleted(account):
    iam = account.iam
    made = iam.create_user(UserName="Ann", Path="/team/", Tags=[{"Key": "team", "Value": "red"}])["User"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/team/Ann"
    assert made["UserId"].startswith("AIDA") and len(made["UserId"]) == 21
    assert abs(datetime.datetime.now(datetime.timezone.utc) - made["CreateDate"]) < datetime.timedelta(minutes=5)
    assert iam.get_user(UserName="ann")["User"] == made, "names do not differ by case"
    with refused("EntityAlreadyExists", "User with name ANN already exists."):
        iam.create_user(UserName="ANN")
    iam.update_user(UserName="Ann", NewUserName="Anna", NewPath="/")
    shown = iam.get_user(UserName="Anna")["User"]
    assert (shown["Arn"], shown["UserId"]) == (f"arn:aws:iam::{ACCOUNT}:user/Anna", made["UserId"])
    iam.tag_user(UserName="Anna", Tags=[{"Key": "team", "Value": "blue"}, {"Key": "stage", "Value": ""}])
    iam.untag_user(UserName="Anna", TagKeys=["stage"])
    assert iam.list_user_tags(UserName="Anna")["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert [user["UserName"] for user in iam.list_users()["Users"] if user["UserId"] == made["UserId"]] == ["Anna"]
    iam.put_user_policy(UserName="Anna", PolicyName="p", PolicyDocument=policy(allow("s3:*")))
    with refused("DeleteConflict"):
        iam.delete_user(UserName="Anna")
    iam.delete_user_policy(UserName="Anna", PolicyName="p")
    iam.delete_user(UserName="Anna")
    with refused("NoSuchEntity", "The user with name Anna cannot be found."):
        iam.get_user(UserName="Anna")


def test_a_user_may_nothing_but_what_its_policies_say_at_the_next_request(account, secret):
    user = account.user("policies")
    with denied(READ):
        account.read(user, secret)
    account.allow_user("policies", allow(READ))
    assert account.read(user, secret) == "value"
    account.allow_user("policies", allow(READ, secret + "-another"))
    assert not account.may(user, secret)
    account.allow_user("policies", allow(READ, secret))
    assert account.may(user, secret)
    account.iam.put_user_policy(UserName="policies", PolicyName="more", PolicyDocument=policy(deny(READ)))
    with refused("AccessDeniedException", "with an explicit deny in an identity-based policy"):
        account.read(user, secret)
    account.iam.delete_user_policy(UserName="policies", PolicyName="more")
    assert account.may(user, secret)
    account.iam.delete_user_policy(UserName="policies", PolicyName="inline")
    assert not account.may(user, secret)


def test_inline_policies_are_put_shown_replaced_and_listed(account):
    iam, document = account.iam, {"Version": "2012-10-17", "Statement": [allow("s3:*", Sid="One")]}
    iam.create_user(UserName="inline")
    for name in ("b", "a"):
        iam.put_user_policy(UserName="inline", PolicyName=name, PolicyDocument=json.dumps(document, indent=4))
    shown = iam.get_user_policy(UserName="inline", PolicyName="a")
    assert (shown["UserName"], shown["PolicyName"], shown["PolicyDocument"]) == ("inline", "a", document)
    assert sorted(iam.list_user_policies(UserName="inline")["PolicyNames"]) == ["a", "b"]
    with refused("MalformedPolicyDocument"):
        iam.put_user_policy(UserName="inline", PolicyName="a", PolicyDocument="{}")
    with refused("LimitExceeded", "2048"):
        iam.put_user_policy(UserName="inline", PolicyName="c", PolicyDocument=policy(allow(["s3:Get" + "x" * 2000])))
    with refused("NoSuchEntity"):
        iam.get_user_policy(UserName="inline", PolicyName="c")


def test_two_access_keys_one_inactive_and_their_last_use(account, secret):
    iam = account.iam
    first = account.user("keys", allow("*"))
    second = account.access_key("keys")
    with refused("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"):
        account.access_key("keys")
    assert "LastUsedDate" not in iam.get_access_key_last_used(AccessKeyId=second[0])["AccessKeyLastUsed"]
    assert account.may(first, secret) and account.may(second, secret)
    used = iam.get_access_key_last_used(AccessKeyId=second[0])
    assert used["UserName"] == "keys"
    assert (used["AccessKeyLastUsed"]["ServiceName"], used["AccessKeyLastUsed"]["Region"]) == ("secretsmanager", "us-east-1")
    iam.update_access_key(UserName="keys", AccessKeyId=first[0], Status="Inactive")
    with refused("UnrecognizedClientException", "The security token included in the request is invalid."):
        account.read(first, secret)
    with refused("InvalidClientTokenId", "The security token included in the request is invalid."):
        account.identity(first)
    assert account.may(second, secret)
    states = {key["AccessKeyId"]: key["Status"] for key in iam.list_access_keys(UserName="keys")["AccessKeyMetadata"]}
    assert states == {first[0]: "Inactive", second[0]: "Active"}
    iam.update_access_key(UserName="keys", AccessKeyId=first[0], Status="Active")
    assert account.may(first, secret)
    iam.delete_access_key(UserName="keys", AccessKeyId=first[0])
    with refused("UnrecognizedClientException"):
        account.read(first, secret)


def test_who_calls_is_meant_when_no_user_is_named(account):
    user = account.client("iam", account.user("itself", allow("iam:*")))
    assert user.get_user()["User"]["UserName"] == "itself"
    made = user.create_access_key()["AccessKey"]
    assert made["UserName"] == "itself"
    assert len(user.list_access_keys()["AccessKeyMetadata"]) == 2
    root = account.iam.get_user()["User"]
    assert (root["Arn"], root["UserId"]) == (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)


def test_a_group_gives_its_members_what_it_may(account, secret):
    iam = account.iam
    user = account.user("member")
    group = iam.create_group(GroupName="readers", Path="/x/")["Group"]
    assert group["GroupId"].startswith("AGPA") and group["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/x/readers"
    iam.put_group_policy(GroupName="readers", PolicyName="inline", PolicyDocument=policy(allow(READ)))
    assert not account.may(user, secret)
    iam.add_user_to_group(GroupName="readers", UserName="member")
    assert account.may(user, secret)
    assert [one["UserName"] for one in iam.get_group(GroupName="readers")["Users"]] == ["member"]
    assert [one["GroupName"] for one in iam.list_groups_for_user(UserName="member")["Groups"]] == ["readers"]
    iam.delete_group_policy(GroupName="readers", PolicyName="inline")
    assert not account.may(user, secret)
    arn = managed(account, "of-readers", allow(READ))
    iam.attach_group_policy(GroupName="readers", PolicyArn=arn)
    assert account.may(user, secret)
    with refused("DeleteConflict"):
        iam.delete_group(GroupName="readers")
    iam.remove_user_from_group(GroupName="readers", UserName="member")
    assert not account.may(user, secret)
    iam.detach_group_policy(GroupName="readers", PolicyArn=arn)
    iam.update_group(GroupName="readers", NewGroupName="writers")
    iam.delete_group(GroupName="writers")
    with refused("NoSuchEntity"):
        iam.get_group(GroupName="readers")


def test_versions_of_a_managed_policy_and_the_default_one_counts(account, secret):
    iam = account.iam
    user = account.user("versions")
    arn = managed(account, "versioned", allow(READ), Path="/p/", Description="told", Tags=[{"Key": "k", "Value": "v"}])
    assert arn == f"arn:aws:iam::{ACCOUNT}:policy/p/versioned"
    iam.attach_user_policy(UserName="versions", PolicyArn=arn)
    assert account.may(user, secret)
    second = iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(deny(READ)))["PolicyVersion"]
    assert (second["VersionId"], second["IsDefaultVersion"]) == ("v2", False)
    assert account.may(user, secret)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    with refused("AccessDeniedException", "with an explicit deny in an identity-based policy"):
        account.read(user, secret)
    with refused("DeleteConflict"):
        iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    third = iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow(READ)), SetAsDefault=True)["PolicyVersion"]
    assert (third["VersionId"], third["IsDefaultVersion"]) == ("v3", True)
    assert account.may(user, secret)
    for _ in range(2):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("s3:*")))
    with refused("LimitExceeded"):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("s3:*")))
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("s3:*")))
    versions = {one["VersionId"]: one["IsDefaultVersion"] for one in iam.list_policy_versions(PolicyArn=arn)["Versions"]}
    assert versions == {"v2": False, "v3": True, "v4": False, "v5": False, "v6": False}
    shown = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    assert shown["Document"] == json.loads(policy(deny(READ)))
    described = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (described["DefaultVersionId"], described["AttachmentCount"], described["Description"]) == ("v3", 1, "told")
    entities = iam.list_entities_for_policy(PolicyArn=arn)
    assert [one["UserName"] for one in entities["PolicyUsers"]] == ["versions"]
    with refused("DeleteConflict"):
        iam.delete_policy(PolicyArn=arn)
    iam.detach_user_policy(UserName="versions", PolicyArn=arn)
    assert not account.may(user, secret)
    for version in ("v2", "v4", "v5", "v6"):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    iam.delete_policy(PolicyArn=arn)
    with refused("NoSuchEntity"):
        iam.get_policy(PolicyArn=arn)


def test_policies_of_aws_can_be_attached_and_not_changed(account, secret):
    user = account.user("administrator")
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    account.iam.attach_user_policy(UserName="administrator", PolicyArn=arn)
    assert account.may(user, secret)
    attached = account.iam.list_attached_user_policies(UserName="administrator")["AttachedPolicies"]
    assert attached == [{"PolicyName": "AdministratorAccess", "PolicyArn": arn}]
    with refused("InvalidInput"):
        account.iam.delete_policy(PolicyArn=arn)


def test_a_boundary_limits_what_policies_allow(account, secret):
    iam = account.iam
    boundary = managed(account, "boundary", allow(READ))
    user = account.user("bounded", allow("*"), PermissionsBoundary=boundary)
    assert iam.get_user(UserName="bounded")["User"]["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
    assert account.may(user, secret)
    with refused("AccessDeniedException",
                 "because no permissions boundary allows the secretsmanager:DescribeSecret action"):
        account.client("secretsmanager", user).describe_secret(SecretId=secret)
    iam.delete_user_permissions_boundary(UserName="bounded")
    account.client("secretsmanager", user).describe_secret(SecretId=secret)
    iam.put_user_permissions_boundary(UserName="bounded", PermissionsBoundary=managed(account, "nothing", deny("*")))
    with refused("AccessDeniedException", "with an explicit deny in a permissions boundary"):
        account.read(user, secret)
    with refused("DeleteConflict"):
        iam.delete_policy(PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/nothing")


def test_a_role_is_made_shown_changed_and_deleted(account):
    iam = account.iam
    made = iam.create_role(RoleName="Role", Path="/app/", Description="first", MaxSessionDuration=7200,
                           AssumeRolePolicyDocument=trust(ACCOUNT), Tags=[{"Key": "k", "Value": "v"}])["Role"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/app/Role" and made["RoleId"].startswith("AROA")
    shown = iam.get_role(RoleName="Role")["Role"]
    assert shown["AssumeRolePolicyDocument"] == json.loads(trust(ACCOUNT))
    assert (shown["Description"], shown["MaxSessionDuration"], shown["Tags"]) == ("first", 7200, [{"Key": "k", "Value": "v"}])
    iam.update_role(RoleName="Role", Description="second", MaxSessionDuration=3600)
    iam.update_assume_role_policy(RoleName="Role", PolicyDocument=trust(f"arn:aws:iam::{ACCOUNT}:root"))
    shown = iam.get_role(RoleName="role")["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"]) == ("second", 3600)
    assert shown["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    with refused("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"arn:aws:iam::{ACCOUNT}:user/nobody"'):
        iam.update_assume_role_policy(RoleName="Role", PolicyDocument=trust(f"arn:aws:iam::{ACCOUNT}:user/nobody"))
    account.allow_role("Role", allow("s3:*"))
    with refused("DeleteConflict"):
        iam.delete_role(RoleName="Role")
    iam.delete_role_policy(RoleName="Role", PolicyName="inline")
    iam.delete_role(RoleName="Role")
    with refused("NoSuchEntity", "The role with name Role cannot be found."):
        iam.get_role(RoleName="Role")


# The principal is stored by its id: somebody else of the same name must not inherit the trust.
def test_a_trust_policy_shows_who_was_deleted_as_an_id(account):
    account.user("leaves")
    user_id = account.iam.get_user(UserName="leaves")["User"]["UserId"]
    account.role("trusts-leaves", trusts=trust(f"arn:aws:iam::{ACCOUNT}:user/leaves"))
    shown = lambda: account.iam.get_role(RoleName="trusts-leaves")["Role"]["AssumeRolePolicyDocument"]  # noqa: E731
    assert shown()["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:user/leaves"}
    for key in account.iam.list_access_keys(UserName="leaves")["AccessKeyMetadata"]:
        account.iam.delete_access_key(UserName="leaves", AccessKeyId=key["AccessKeyId"])
    account.iam.delete_user(UserName="leaves")
    assert shown()["Statement"][0]["Principal"] == {"AWS": user_id}
    again = account.user("leaves", allow("sts:AssumeRole"))
    with refused("AccessDenied"):
        account.assume(again, f"arn:aws:iam::{ACCOUNT}:role/trusts-leaves")


def test_the_account_has_an_alias_a_summary_and_details(account):
    iam = account.iam
    iam.create_account_alias(AccountAlias="coffer-tests")
    iam.create_account_alias(AccountAlias="coffer-tests-2")
    assert iam.list_account_aliases()["AccountAliases"] == ["coffer-tests-2"]
    iam.delete_account_alias(AccountAlias="coffer-tests-2")
    assert iam.list_account_aliases()["AccountAliases"] == []
    account.user("detailed", allow("s3:*"))
    account.role("detailed", allow("s3:*"))
    details = iam.get_account_authorization_details()
    user = next(one for one in details["UserDetailList"] if one["UserName"] == "detailed")
    assert user["UserPolicyList"] == [{"PolicyName": "inline", "PolicyDocument": json.loads(policy(allow("s3:*")))}]
    role = next(one for one in details["RoleDetailList"] if one["RoleName"] == "detailed")
    assert role["AssumeRolePolicyDocument"] == json.loads(trust(ACCOUNT))
    only = iam.get_account_authorization_details(Filter=["Role"])
    assert only["UserDetailList"] == [] and only["RoleDetailList"]
    summary = iam.get_account_summary()["SummaryMap"]
    assert summary["Users"] == len(iam.list_users()["Users"]) and summary["Roles"] == len(iam.list_roles()["Roles"])
    assert (summary["UsersQuota"], summary["AccessKeysPerUserQuota"], summary["AttachedPoliciesPerUserQuota"]) == (5000, 2, 10)


def test_the_simulator_says_what_the_user_may(account, secret):
    user = account.user("simulated", allow(READ, secret), deny("secretsmanager:DeleteSecret", Sid="Never"))
    answer = account.iam.simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:user/simulated", ResourceArns=[secret],
        ActionNames=[READ, "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret"])
    decisions = {one["EvalActionName"]: one["EvalDecision"] for one in answer["EvaluationResults"]}
    assert decisions == {READ: "allowed", "secretsmanager:DeleteSecret": "explicitDeny",
                         "secretsmanager:DescribeSecret": "implicitDeny"}
    matched = answer["EvaluationResults"][0]["MatchedStatements"]
    assert [one["SourcePolicyType"] for one in matched] == ["IAM Policy"]
    for action, decision in decisions.items():
        with_client = account.client("secretsmanager", user)
        call = {READ: with_client.get_secret_value, "secretsmanager:DeleteSecret": with_client.delete_secret,
                "secretsmanager:DescribeSecret": with_client.describe_secret}[action]
        if decision == "allowed":
            call(SecretId=secret)
        else:
            with denied(action):
                call(SecretId=secret)


def test_a_custom_simulation_takes_conditions_into_account(account):
    document = policy(allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}))
    assert account.iam.get_context_keys_for_custom_policy(PolicyInputList=[document])["ContextKeyNames"] == [
        "aws:PrincipalTag/team"]
    for value, decision in (("red", "allowed"), ("blue", "implicitDeny")):
        answer = account.iam.simulate_custom_policy(
            PolicyInputList=[document], ActionNames=["s3:GetObject"], ContextEntries=[{
                "ContextKeyName": "aws:PrincipalTag/team", "ContextKeyValues": [value], "ContextKeyType": "string"}])
        assert [one["EvalDecision"] for one in answer["EvaluationResults"]] == [decision]


# Attribute-based access: nobody is named, the tags must agree.
def test_tags_of_the_user_and_of_the_secret_must_agree(account):
    red = account.secret("tagged/red", Tags=[{"Key": "team", "Value": "red"}])
    untagged = account.secret("tagged/none")
    same_team = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    user = account.user("tagged", allow(READ, Condition=same_team), Tags=[{"Key": "team", "Value": "red"}])
    assert account.may(user, red) and not account.may(user, untagged)
    account.iam.tag_user(UserName="tagged", Tags=[{"Key": "team", "Value": "blue"}])
    assert not account.may(user, red)
    account.secretsmanager.tag_resource(SecretId=untagged, Tags=[{"Key": "team", "Value": "blue"}])
    assert account.may(user, untagged)


@pytest.fixture(scope="module")
def conditions(account):
    return account.user("conditions")


@pytest.mark.parametrize("condition, allowed", [
    ({"StringEquals": {"aws:username": "conditions"}}, True),
    ({"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/cond*"}}, True),
    ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, True),
    ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
    ({"Bool": {"aws:SecureTransport": "true"}}, False),
    ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, True),
    ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, False),
    ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, False),
    ({"Null": {"aws:TokenIssueTime": "true"}}, True),
    ({"Null": {"secretsmanager:VersionStage": "true"}}, True),
    ({"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}, False),
    ({"ForAllValues:StringEquals": {"aws:TagKeys": ["k"]}}, True),
], ids=json.dumps)
def test_conditions_are_about_the_request_that_was_sent(account, secret, conditions, condition, allowed):
    account.allow_user("conditions", allow(READ, Condition=condition))
    assert account.may(conditions, secret) == allowed


def test_a_policy_with_the_name_of_the_user_in_it(account):
    account.secret("of/vera/db"), account.secret("of/ward/db")
    mine = allow(READ, f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:of/${{aws:username}}/*")
    arn = managed(account, "own", mine)
    users = {name: account.user(name) for name in ("vera", "ward")}
    for name in users:
        account.iam.attach_user_policy(UserName=name, PolicyArn=arn)
    for name, user in users.items():
        for owner in users:
            found = account.secretsmanager.describe_secret(SecretId=f"of/{owner}/db")["ARN"]
            assert account.may(user, found) == (name == owner)


def test_the_waiters_of_boto3(account):
    arn = managed(account, "waited", allow("s3:*"))
    account.iam.create_user(UserName="waited")
    account.role("waited")
    for waiter, what in (("user_exists", {"UserName": "waited"}), ("role_exists", {"RoleName": "waited"}),
                         ("policy_exists", {"PolicyArn": arn})):
        account.iam.get_waiter(waiter).wait(**what, WaiterConfig={"Delay": 1, "MaxAttempts": 1})


# Of what there is never anything, and of what there is one.
EMPTY = {"ListInstanceProfilesForRole", "ListMFADevices", "ListSSHPublicKeys", "ListSigningCertificates",
         "ListVirtualMFADevices"}
ONE = {"ListAccountAliases"}


@pytest.fixture(scope="module")
def paged(account):
    """Who has several of everything that is listed, as members of requests."""
    iam, tags, document = account.iam, [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}], policy(allow("s3:*"))
    names, arns = ("paged", "paged-too"), [managed(account, f"paged-{i}", allow("s3:*"), Tags=tags) for i in range(2)]
    iam.create_policy_version(PolicyArn=arns[0], PolicyDocument=document)
    account.user("paged", Tags=tags)
    account.user("paged-too")
    account.access_key("paged")
    for name in names:
        account.role(name, Tags=tags)
        iam.create_group(GroupName=name)
        iam.attach_user_policy(UserName=name, PolicyArn=arns[0])
        iam.attach_role_policy(RoleName=name, PolicyArn=arns[0])
        iam.attach_group_policy(GroupName=name, PolicyArn=arns[0])
        iam.add_user_to_group(GroupName="paged", UserName=name)
        iam.put_user_policy(UserName="paged", PolicyName=name, PolicyDocument=document)
        iam.put_role_policy(RoleName="paged", PolicyName=name, PolicyDocument=document)
        iam.put_group_policy(GroupName="paged", PolicyName=name, PolicyDocument=document)
    iam.add_user_to_group(GroupName="paged-too", UserName="paged")
    iam.attach_user_policy(UserName="paged", PolicyArn=arns[1])
    iam.attach_role_policy(RoleName="paged", PolicyArn=arns[1])
    iam.attach_group_policy(GroupName="paged", PolicyArn=arns[1])
    iam.create_account_alias(AccountAlias="paged")
    yield {"UserName": "paged", "RoleName": "paged", "GroupName": "paged", "PolicyArn": arns[0], "Scope": "Local",
           "PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:user/paged", "PolicyInputList": [document],
           "ActionNames": ["s3:GetObject", "s3:PutObject"]}
    iam.delete_account_alias(AccountAlias="paged")


# Every list of which boto3 turns the pages: one thing a page, and all the same things.
@pytest.mark.parametrize("operation", [name for name in PAGINATORS if name in CARDS["iam"]])
def test_the_paginators_of_boto3(account, paged, operation):
    members = {member: value for member, value in paged.items() if member in CARDS["iam"][operation]["request"]}
    paginator = account.iam.get_paginator(botocore.xform_name(operation))
    many, whole = (list(paginator.paginate(**members, PaginationConfig={"PageSize": size})) for size in (1, 1000))
    assert len(whole) == 1
    total = 0
    for key in paginator.result_keys:
        found = key.search(whole[0])
        assert [one for page in many for one in key.search(page)] == found
        assert len(found) == 0 if operation in EMPTY else len(found) == 1 if operation in ONE else len(found) > 1
        total += len(found)
    assert len(many) == max(total, 1)
