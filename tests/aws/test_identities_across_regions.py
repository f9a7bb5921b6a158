"""Users, roles and sessions of one region in another: what was made or changed in the home counts everywhere, and what was taken
away is gone everywhere."""

import pytest
from botocore.exceptions import ClientError

from deployment import Deployment, wait_until
from identities import Account, refused
from policies import ACCOUNT, allow, policy, trust

HOME = "us-east-1"
AWAY = "eu-west-1"
READ = "secretsmanager:GetSecretValue"
WORKLOAD = "222222222222"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("across") / "data", regions=[HOME, AWAY]).start()
    yield deployment
    deployment.stop()


@pytest.fixture(scope="module")
def home(deployment):
    return Account(deployment, at=HOME)


@pytest.fixture(scope="module")
def away(deployment):
    return Account(deployment, at=AWAY)


@pytest.fixture(scope="module")
def caller(home, away):
    credentials = home.user("caller", allow("sts:AssumeRole"))
    arrived(away, credentials)
    return credentials


def works(call):
    """What the call gives, or None while it is refused."""
    try:
        return call()
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] < 500, error
        return None


def arrived(account, credentials):
    wait_until(lambda: works(lambda: account.identity(credentials)), what="the key in the other region")


@pytest.mark.parametrize("made_in, used_in", [(HOME, AWAY), (AWAY, HOME)])
def test_a_session_is_good_in_every_region(deployment, home, caller, made_in, used_in):
    there, here = Account(deployment, at=made_in), Account(deployment, at=used_in)
    secret = here.secret(f"session/{made_in}")
    role = home.role(f"from-{made_in}", allow(READ))
    session = wait_until(lambda: works(lambda: there.assume(caller, role, "across")), what="the role in the other region")
    assert here.identity(session)["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/from-{made_in}/across"
    wait_until(lambda: here.may(session, secret), what="the policy in the other region")
    assert here.read(session, secret) == "value"


def test_a_role_that_is_changed_in_the_home_is_changed_elsewhere(home, away, caller):
    secret = away.secret("changed")
    role = home.role("changing", allow(READ))
    session = wait_until(lambda: works(lambda: away.assume(caller, role)), what="the role in the other region")
    wait_until(lambda: away.may(session, secret), what="the permission in the other region")
    home.allow_role("changing", allow("sqs:*"))
    wait_until(lambda: not away.may(session, secret), 10, "the revocation in the other region")
    home.iam.update_assume_role_policy(RoleName="changing", PolicyDocument=policy(
        {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}))
    wait_until(lambda: works(lambda: away.assume(caller, role)) is None, 10, "the trust policy in the other region")
    # A deleted role kills its sessions, and who gets its name later is somebody else.
    home.iam.delete_role_policy(RoleName="changing", PolicyName="inline")
    home.iam.delete_role(RoleName="changing")
    wait_until(lambda: works(lambda: away.identity(session)) is None, 10, "the end of the session in the other region")
    home.role("changing", allow(READ))
    wait_until(lambda: works(lambda: away.assume(caller, role)), what="the new role in the other region")
    with refused("InvalidClientTokenId"):
        away.identity(session)


def test_a_key_that_is_switched_off_in_the_home_is_off_elsewhere(home, away):
    credentials = home.user("switched")
    arrived(away, credentials)
    home.iam.update_access_key(UserName="switched", AccessKeyId=credentials[0], Status="Inactive")
    wait_until(lambda: works(lambda: away.identity(credentials)) is None, 10, "the key being refused in the other region")
    home.iam.update_access_key(UserName="switched", AccessKeyId=credentials[0], Status="Active")
    arrived(away, credentials)


# The replica has a key of its own region, and the session was made in the other.
def test_a_replica_is_shared_in_its_own_region_until_the_permission_is_taken_away(deployment, home, away):
    root = deployment.make_account("workload", WORKLOAD)
    workload, workload_away = (Account(deployment, WORKLOAD, root, at=region) for region in (HOME, AWAY))
    arrived(workload_away, root)
    user = workload.user("deployer", allow("sts:AssumeRole"))
    role = workload.role("app", trusts=trust(f"arn:aws:iam::{WORKLOAD}:user/deployer"))
    session = workload.assume(user, role)
    keys = {account: account.kms.create_key(Policy=policy(
        allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        allow("kms:Decrypt", Principal={"AWS": WORKLOAD})))["KeyMetadata"]["Arn"] for account in (home, away)}
    secret = home.secret("shared/db", "hunter2", KmsKeyId=keys[home],
                         AddReplicaRegions=[{"Region": AWAY, "KmsKeyId": keys[away]}])
    home.secretsmanager.put_resource_policy(SecretId="shared/db", ResourcePolicy=policy(
        allow(READ, Principal={"AWS": role})))
    replica = secret.replace(HOME, AWAY)
    workload.allow_role("app", allow(READ, [secret, replica]), allow("kms:Decrypt", list(keys.values())))
    assert workload.read(session, secret) == "hunter2"
    read = lambda: works(lambda: workload_away.read(session, replica))  # noqa: E731
    assert wait_until(read, what="the replica being readable") == "hunter2"
    workload.allow_role("app", allow("sqs:*"))
    wait_until(lambda: read() is None, 10, "the revocation in the other region")
