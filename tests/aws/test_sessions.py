"""Temporary credentials, with boto3 and the AWS CLI: who may have which, whose permissions they carry, and what limits them."""

import datetime
import itertools

import pytest

import command_line
from deployment import Deployment
from identities import Account, credentials_of, denied, refused
from policies import ACCOUNT, allow, deny, policy, trust

READ = "secretsmanager:GetSecretValue"
ASSUME = allow("sts:AssumeRole")
INVALID_TOKEN = "The security token included in the request is invalid."


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("sessions") / "data", regions=["us-east-1"]).start()
    yield Account(deployment)
    deployment.stop()


@pytest.fixture(scope="module")
def secret(account):
    return account.secret("shared")


# Who assumes roles, in every test.
@pytest.fixture(scope="module")
def user(account):
    return account.user("caller", ASSUME, allow("sts:TagSession"), allow("sts:SetSourceIdentity"))


@pytest.fixture
def name(numbers=itertools.count()):
    """Of a role of this test only."""
    return f"role-{next(numbers)}"


def trusting(*actions, **more):
    return trust(ACCOUNT, ["sts:AssumeRole", *actions], **more)


def test_a_session_is_somebody_with_the_permissions_of_the_role(account, secret, user, name):
    role = account.role(name, allow(READ), Path="/app/")
    answer = account.client("sts", user).assume_role(RoleArn=role, RoleSessionName="first")
    session = credentials_of(answer)
    role_id = account.iam.get_role(RoleName=name)["Role"]["RoleId"]
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/first"
    assert answer["AssumedRoleUser"] == {"AssumedRoleId": f"{role_id}:first", "Arn": arn}
    assert session[0].startswith("ASIA") and "PackedPolicySize" not in answer
    lifetime = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=55) < lifetime <= datetime.timedelta(hours=1)
    who = account.identity(session)
    assert (who["Arn"], who["UserId"], who["Account"]) == (arn, f"{role_id}:first", ACCOUNT)
    assert account.read(session, secret) == "value"
    account.allow_role(name, deny(READ))
    with refused("AccessDeniedException", f"User: {arn} is not authorized to perform: {READ} on resource: {secret} "
                                          "with an explicit deny in an identity-based policy"):
        account.read(session, secret)


# The key that seals tokens was not there until a minute after the first start.
def test_sessions_can_be_made_as_soon_as_a_region_is_ready(fresh, name):
    account = Account(fresh(regions=["us-east-1"]))
    user = account.user("caller", ASSUME)
    answer = account.client("sts", user).assume_role(RoleArn=account.role(name, allow(READ)), RoleSessionName="first")
    assert account.identity(credentials_of(answer))["Account"] == ACCOUNT


def test_the_trust_policy_decides_who_may_assume(account, user, name):
    text = f"User: arn:aws:iam::{ACCOUNT}:user/caller is not authorized to perform: sts:AssumeRole on resource: "
    role = account.role(name, trusts=trust(f"arn:aws:iam::{ACCOUNT}:role/{account_role(account, name)}"))
    with refused("AccessDenied", text + role):
        account.assume(user, role)
    account.iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(f"arn:aws:iam::{ACCOUNT}:user/caller"))
    session = account.assume(user, role)
    # Who has a session keeps it: the trust policy is asked when it is made.
    account.iam.update_assume_role_policy(RoleName=name, PolicyDocument=policy(
        {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}))
    account.identity(session)
    with refused("AccessDenied", text + role):
        account.assume(user, role)
    # What does not exist is refused in the same words.
    with refused("AccessDenied", text + role + "-absent"):
        account.assume(user, role + "-absent")


def account_role(account, name):
    account.role(f"{name}-other")
    return f"{name}-other"


# A trust policy that names the account leaves it to the account's own policies; one that names the user does not.
def test_the_account_must_allow_its_user_unless_the_role_names_it(account, name):
    nobody = account.user(f"{name}-nobody")
    by_account = account.role(f"{name}-account")
    by_name = account.role(f"{name}-name", trusts=trust(f"arn:aws:iam::{ACCOUNT}:user/{name}-nobody"))
    with refused("AccessDenied"):
        account.assume(nobody, by_account)
    account.assume(nobody, by_name)
    with refused("AccessDenied", "Roles may not be assumed by root accounts."):
        account.assume(None, by_account)


def test_an_external_id_must_be_the_one_that_is_asked_for(account, user, name):
    role = account.role(name, trusts=trusting(Condition={"StringEquals": {"sts:ExternalId": "customer-7"}}))
    for wrong in ({}, {"ExternalId": "customer-8"}):
        with refused("AccessDenied", "is not authorized to perform: sts:AssumeRole"):
            account.assume(user, role, **wrong)
    account.assume(user, role, ExternalId="customer-7")


def test_a_session_policy_limits_what_the_role_may(account, secret, user, name):
    role = account.role(name, allow("secretsmanager:*"))
    describe = lambda session: account.client("secretsmanager", session).describe_secret(SecretId=secret)  # noqa: E731
    answer = account.client("sts", user).assume_role(RoleArn=role, RoleSessionName="session", Policy=policy(allow(READ), allow("s3:*")))
    assert 0 < answer["PackedPolicySize"] <= 100
    session = credentials_of(answer)
    assert account.may(session, secret)
    with refused("AccessDeniedException", "because no session policy allows the secretsmanager:DescribeSecret action"):
        describe(session)
    managed = account.iam.create_policy(PolicyName=name, PolicyDocument=policy(allow("secretsmanager:DescribeSecret")))
    session = account.assume(user, role, PolicyArns=[{"arn": managed["Policy"]["Arn"]}])
    describe(session)
    assert not account.may(session, secret)
    # It gives nothing that the role has not.
    with refused("AccessDenied"):
        account.client("iam", account.assume(user, role, Policy=policy(allow("*")))).list_users()
    with refused("MalformedPolicyDocument"):
        account.assume(user, role, Policy="{}")
    with refused("PackedPolicyTooLarge"):
        account.assume(user, role, Policy=policy(allow("s3:" + "x" * 2048)))


def test_session_tags_are_the_tags_of_the_principal(account, user, name):
    secrets = {team: account.secret(f"{name}/{team}", Tags=[{"Key": "team", "Value": team}]) for team in ("red", "blue")}
    same_team = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    role = account.role(name, allow(READ, Condition=same_team), trusts=trusting("sts:TagSession"),
                        Tags=[{"Key": "team", "Value": "red"}])
    reads = lambda session: {team for team, arn in secrets.items() if account.may(session, arn)}  # noqa: E731
    assert reads(account.assume(user, role)) == {"red"}
    assert reads(account.assume(user, role, Tags=[{"Key": "Team", "Value": "blue"}])) == {"blue"}
    assert reads(account.assume(user, role, Tags=[{"Key": "stage", "Value": "blue"}])) == {"red"}
    with refused("InvalidParameterValue", "Duplicate tag keys found."):
        account.assume(user, role, Tags=[{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}])
    account.iam.update_assume_role_policy(RoleName=name, PolicyDocument=trusting())
    with refused("AccessDenied", "is not authorized to perform: sts:TagSession"):
        account.assume(user, role, Tags=[{"Key": "team", "Value": "blue"}])


def test_transitive_tags_go_through_a_chain_and_others_do_not(account, user, name):
    second = account.role(f"{name}-second", allow(READ), trusts=trusting("sts:TagSession"))
    first = account.role(f"{name}-first", ASSUME, allow("sts:TagSession"), trusts=trusting("sts:TagSession"))
    tags = [{"Key": "kept", "Value": "1"}, {"Key": "lost", "Value": "1"}]
    session = account.assume(user, first, Tags=tags, TransitiveTagKeys=["kept"])
    chained = account.assume(session, second)
    of_first, of_second = (account.secret(f"{name}/{tag}") for tag in ("kept", "lost"))
    account.allow_role(f"{name}-second", *(
        allow(READ, arn, Condition={"StringEquals": {f"aws:PrincipalTag/{tag}": "1"}})
        for tag, arn in (("kept", of_first), ("lost", of_second))))
    assert account.may(chained, of_first) and not account.may(chained, of_second)
    with refused("InvalidParameterValue", "conflicts with a transitive tag key from the calling session"):
        account.assume(session, second, Tags=[{"Key": "kept", "Value": "2"}])
    # Inherited tags are tags: the second role must agree to them.
    account.iam.update_assume_role_policy(RoleName=f"{name}-second", PolicyDocument=trusting())
    with refused("AccessDenied", "is not authorized to perform: sts:TagSession"):
        account.assume(session, second)


def test_durations_are_limited_by_the_role_and_by_chaining(account, user, name):
    first = account.role(f"{name}-first", ASSUME, MaxSessionDuration=7200)
    second = account.role(f"{name}-second", MaxSessionDuration=7200)
    session = account.assume(user, first, DurationSeconds=7200)
    with refused("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."):
        account.assume(user, first, DurationSeconds=7201)
    with refused("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
                                    "role chaining."):
        account.assume(session, second, DurationSeconds=3601)
    account.assume(session, second, DurationSeconds=3600)
    with refused("ValidationError", "durationSeconds"):
        account.assume(user, first, DurationSeconds=43201)


def test_a_source_identity_stays_through_the_chain(account, secret, user, name):
    trusts = trusting("sts:SetSourceIdentity")
    second = account.role(f"{name}-second", allow(READ, Condition={"StringEquals": {"aws:SourceIdentity": "ann"}}), trusts=trusts)
    first = account.role(f"{name}-first", ASSUME, allow("sts:SetSourceIdentity"), trusts=trusts)
    answer = account.client("sts", user).assume_role(RoleArn=first, RoleSessionName="session", SourceIdentity="ann")
    assert answer["SourceIdentity"] == "ann"
    session = credentials_of(answer)
    assert account.may(account.assume(session, second), secret)
    assert not account.may(account.assume(account.assume(user, first), second), secret)
    with refused("ValidationError", "The source identity is already set for this assume role session"):
        account.assume(session, second, SourceIdentity="bob")
    account.iam.update_assume_role_policy(RoleName=f"{name}-second", PolicyDocument=trusting())
    with refused("AccessDenied", "is not authorized to perform: sts:SetSourceIdentity"):
        account.assume(session, second)


# The documented way to end sessions that are in the wrong hands.
def test_sessions_that_were_made_before_a_time_can_be_denied(account, secret, user, name):
    role = account.role(name, allow(READ))
    before = account.assume(user, role)
    assert account.may(before, secret)
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)
    account.iam.put_role_policy(RoleName=name, PolicyName="revoked", PolicyDocument=policy(
        deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": now.strftime("%Y-%m-%dT%H:%M:%SZ")}})))
    with denied(READ):
        account.read(before, secret)
    account.iam.put_role_policy(RoleName=name, PolicyName="revoked", PolicyDocument=policy(
        deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}})))
    assert account.may(before, secret)


def test_sessions_end_with_their_role_and_with_their_user(account, secret, user, name):
    session = account.assume(user, account.role(name))
    account.iam.delete_role(RoleName=name)
    with refused("UnrecognizedClientException", INVALID_TOKEN):
        account.read(session, secret)
    account.role(name)
    with refused("InvalidClientTokenId", INVALID_TOKEN):
        account.identity(session)
    leaver = account.user(f"{name}-leaver", allow(READ))
    session = credentials_of(account.client("sts", leaver).get_session_token())
    assert account.may(session, secret)
    account.iam.delete_access_key(UserName=f"{name}-leaver", AccessKeyId=leaver[0])
    account.iam.delete_user_policy(UserName=f"{name}-leaver", PolicyName="inline")
    account.iam.delete_user(UserName=f"{name}-leaver")
    with refused("UnrecognizedClientException", INVALID_TOKEN):
        account.read(session, secret)


def test_a_token_is_of_its_own_key_and_of_no_other(account, user, name):
    role = account.role(name)
    one, other = account.assume(user, role), account.assume(user, role)
    middle = len(one[2]) // 2
    changed = one[2][:middle] + ("A" if one[2][middle] != "A" else "B") + one[2][middle + 1:]
    for token in (other[2], changed, "AAAA", None):
        with refused("InvalidClientTokenId", INVALID_TOKEN):
            account.identity((one[0], one[1], token))
    with refused("SignatureDoesNotMatch"):
        account.identity((one[0], other[1], one[2]))
    account.identity(one)


def test_get_session_token_is_the_user_without_the_administration_of_users(account, secret, name):
    user = account.user(name, allow("*"))
    role = account.role(f"{name}-role")
    session = credentials_of(account.client("sts", user).get_session_token(DurationSeconds=900))
    assert account.identity(session)["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/{name}"
    assert account.may(session, secret)
    account.assume(session, role)
    with refused("InvalidClientTokenId"):
        account.client("iam", session).list_users()
    for refusal in (account.client("sts", session).get_session_token,
                    lambda: account.client("sts", session).get_federation_token(Name="ann")):
        with refused("AccessDenied", "with session credentials"):
            refusal()
    account.allow_user(name, allow("*", Condition={"Null": {"aws:TokenIssueTime": "true"}}))
    assert account.may(user, secret) and not account.may(session, secret)


def test_a_federated_user_may_what_both_allow(account, secret, name):
    user = account.user(name, allow(["sts:GetFederationToken", READ]))
    sts = account.client("sts", user)
    answer = sts.get_federation_token(Name="ann")
    assert answer["FederatedUser"] == {"Arn": f"arn:aws:sts::{ACCOUNT}:federated-user/ann", "FederatedUserId": f"{ACCOUNT}:ann"}
    assert answer["PackedPolicySize"] == 0
    nothing = credentials_of(answer)
    assert account.identity(nothing)["Arn"] == f"arn:aws:sts::{ACCOUNT}:federated-user/ann"
    assert not account.may(nothing, secret), "without a policy of its own it may nothing"
    session = credentials_of(sts.get_federation_token(Name="ann", Policy=policy(allow("secretsmanager:*"))))
    assert account.may(session, secret)
    with denied("secretsmanager:DescribeSecret"):
        account.client("secretsmanager", session).describe_secret(SecretId=secret)
    with refused("AccessDenied"):
        account.assume(session, account.role(f"{name}-role"))
    account.allow_user(name, allow("sts:GetFederationToken"))
    assert not account.may(session, secret)


def test_the_key_of_a_session_tells_its_account(account, user, name):
    asking = account.client("sts", account.user(name, allow("sts:GetAccessKeyInfo")))
    session = account.assume(user, account.role(f"{name}-role"))
    for key in (session[0], user[0]):
        assert asking.get_access_key_info(AccessKeyId=key)["Account"] == ACCOUNT


# As people have it in ~/.aws: a profile that is a role, assumed with the keys of another.
def test_the_aws_cli_assumes_the_role_of_a_profile(account, secret, user, name, tmp_path):
    role = account.role(name, allow(READ), trusts=trusting(Condition={"StringEquals": {"sts:ExternalId": "desk"}}))
    (tmp_path / "credentials").write_text(f"[base]\naws_access_key_id = {user[0]}\naws_secret_access_key = {user[1]}\n")
    (tmp_path / "config").write_text(f"[profile app]\nrole_arn = {role}\nsource_profile = base\nexternal_id = desk\n"
                                     "role_session_name = walk\nregion = us-east-1\n")
    aws = lambda *arguments: command_line.aws(account.deployment.endpoint(), tmp_path, *arguments, AWS_PROFILE="app")  # noqa: E731
    assert aws("sts", "get-caller-identity")["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/walk"
    assert aws("secretsmanager", "get-secret-value", "--secret-id", secret)["SecretString"] == "value"
