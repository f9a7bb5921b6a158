"""Changes of identities that are asked for elsewhere than in their home region, with boto3 at the other region's own endpoint."""

import concurrent.futures
import json
import os
import signal
import subprocess
import time

import pytest
from botocore.exceptions import ClientError

from deployment import BINARY, Deployment, wait_in_sync, wait_until
from identities import Account, refused
from policies import ACCOUNT, allow, deny, policy

HOME = "us-east-1"
AWAY = "us-west-2"
READ = "secretsmanager:GetSecretValue"


class Pair:
    """The account as it is seen at each region's endpoint."""

    def __init__(self, deployment):
        self.deployment = deployment
        self.home, self.away = Account(deployment, at=HOME), Account(deployment, at=AWAY)

    def audit_lines(self, region, request_id):
        path = self.deployment.directory / "regions" / region / "audit.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines(keepends=True)
                if request_id in line and line.endswith("\n")]

    def audit_line(self, region, request_id):
        (line,) = wait_until(lambda: self.audit_lines(region, request_id), what=f"the line of {request_id} in {region}")
        return line


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("forwarding") / "data", regions=[HOME, AWAY]).start()
    yield Pair(deployment)
    deployment.stop()


@pytest.fixture
def broken_pair(fresh):
    """One whose home may be stopped."""
    return Pair(fresh(regions=[HOME, AWAY]))


def request_id_of(answer):
    return answer["ResponseMetadata"]["RequestId"]


def error_of(call):
    with pytest.raises(ClientError) as raised:
        call()
    return raised.value.response


# Each step needs the one before, at once, in the region that was asked; the home has it anyway.
def test_whoever_writes_in_a_region_reads_there_what_he_wrote(pair):
    secret = pair.away.secret("forwarding/read")
    for number in range(5):
        name = f"writer-{number}"
        credentials = pair.away.user(name)
        assert pair.away.iam.get_user(UserName=name)["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/{name}"
        assert not pair.away.may(credentials, secret)
        pair.away.allow_user(name, allow(READ))
        assert pair.away.read(credentials, secret) == "value"
        pair.away.allow_user(name, deny(READ))
        assert not pair.away.may(credentials, secret)
        for account in (pair.home, pair.away):
            assert account.identity(credentials)["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/{name}"
        pair.away.iam.delete_access_key(UserName=name, AccessKeyId=credentials[0])
        for account in (pair.home, pair.away):
            with refused("InvalidClientTokenId"):
                account.identity(credentials)


# A user of the other region, whose own policies the home decides by.
def test_the_home_decides_what_a_caller_of_another_region_may(pair):
    credentials = pair.away.user("limited", allow("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/team/*"))
    iam = pair.away.client("iam", credentials)
    iam.create_user(UserName="one", Path="/team/")
    with refused("EntityAlreadyExists", "User with name one already exists."):
        iam.create_user(UserName="one", Path="/team/")
    denial = error_of(lambda: iam.create_user(UserName="two"))
    assert denial["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert denial["Error"]["Code"] == "AccessDenied"
    assert denial["Error"]["Message"] == (
        f"User: arn:aws:iam::{ACCOUNT}:user/limited is not authorized to perform: iam:CreateUser on resource: "
        f"arn:aws:iam::{ACCOUNT}:user/two because no identity-based policy allows the iam:CreateUser action")

    # Why, the home knows, by the id that the client got; the other region says who does.
    def explain(region):
        env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        env.update(pair.deployment.env(), AWS_REGION=region, AWS_ENDPOINT_URL=pair.deployment.endpoint(region))
        return subprocess.run([BINARY, "explain", request_id_of(denial)], capture_output=True, text=True, env=env, timeout=60)
    known = explain(HOME)
    assert known.returncode == 0 and "iam:CreateUser" in known.stdout, known
    unknown = explain(AWAY)
    assert unknown.returncode != 0
    assert f"Changes of identities are decided in {HOME}, their home region." in unknown.stderr


def test_conditions_on_the_client_mean_the_client_and_not_the_other_region(pair):
    here = {"Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.1"}}}
    elsewhere = {"Condition": {"NotIpAddress": {"aws:SourceIp": "127.0.0.1"}}}
    credentials = pair.away.user("placed", allow("iam:CreateGroup", **here), deny("iam:*", **elsewhere))
    pair.away.client("iam", credentials).create_group(GroupName="placed")
    pair.away.allow_user("placed", allow("iam:*"), deny("iam:DeleteGroup", **here))
    with refused("AccessDenied", "with an explicit deny"):
        pair.away.client("iam", credentials).delete_group(GroupName="placed")


def test_organizations_are_changed_from_anywhere(pair):
    away, home = (account.client("organizations") for account in (pair.away, pair.home))
    made = away.create_organization(FeatureSet="ALL")["Organization"]
    assert away.describe_organization()["Organization"] == home.describe_organization()["Organization"] == made
    root = away.list_roots()["Roots"][0]["Id"]
    unit = away.create_organizational_unit(ParentId=root, Name="apps")["OrganizationalUnit"]["Id"]
    with refused("DuplicateOrganizationalUnitException"):
        away.create_organizational_unit(ParentId=root, Name="apps")
    assert away.describe_organizational_unit(OrganizationalUnitId=unit)["OrganizationalUnit"]["Name"] == "apps"
    away.delete_organizational_unit(OrganizationalUnitId=unit)
    away.delete_organization()
    for client in (away, home):
        with refused("AWSOrganizationsNotInUseException"):
            client.describe_organization()


def test_both_regions_have_a_line_and_none_has_the_secret(pair):
    pair.away.iam.create_user(UserName="keeper")
    answer = pair.away.iam.create_access_key(UserName="keeper")
    request_id = request_id_of(answer)
    away, home = (pair.audit_line(region, request_id) for region in (AWAY, HOME))
    assert (away["forwarded_to"], home["forwarded_from"]) == (HOME, AWAY)
    assert "forwarded_from" not in away and "forwarded_to" not in home
    for member in ("service", "operation", "caller", "access_key_id", "source", "status"):
        assert away[member] == home[member], member
    assert home["resource"] == f"arn:aws:iam::{ACCOUNT}:user/keeper"
    failed = request_id_of(error_of(lambda: pair.away.iam.create_user(UserName="keeper")))
    for region in (AWAY, HOME):
        line = pair.audit_line(region, failed)
        assert (line["error"], line["status"]) == ("EntityAlreadyExistsException", 409), region
    read = request_id_of(pair.away.iam.get_user(UserName="keeper"))
    assert "forwarded_to" not in pair.audit_line(AWAY, read) and not pair.audit_lines(HOME, read)
    secret = answer["AccessKey"]["SecretAccessKey"].encode()
    for path in (pair.deployment.directory / "regions").rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes(), path


# Strangers do not get as far as the link.
def test_a_wrong_signature_is_refused_where_it_arrives(pair):
    key, _ = pair.away.user("forged", allow("iam:*"))
    forged = pair.away.client("iam", (key, "x" * 40))
    response = error_of(lambda: forged.create_user(UserName="never"))
    assert response["Error"]["Code"] == "SignatureDoesNotMatch"
    assert "forwarded_to" not in pair.audit_line(AWAY, request_id_of(response))
    after = request_id_of(pair.away.iam.create_group(GroupName="after"))
    pair.audit_line(HOME, after)
    assert not pair.audit_lines(HOME, request_id_of(response))


def test_while_the_home_is_down_only_changes_wait(broken_pair):
    deployment, home, away = broken_pair.deployment, broken_pair.home, broken_pair.away
    arn = home.secretsmanager.create_secret(Name="shared", SecretString="hunter2",
                                            AddReplicaRegions=[{"Region": AWAY}])["ARN"]
    wait_in_sync(home.secretsmanager, "shared", [AWAY])
    replica = arn.replace(HOME, AWAY)
    user = away.user("app", allow(["sts:AssumeRole", READ]))
    role = away.role("reader", allow(READ))
    session = away.assume(user, role)

    deployment.stop_region(HOME, kill=True)
    unavailable = f"Identities are changed in {HOME}, which does not answer. Nothing was changed."
    for _ in range(2):
        response = error_of(lambda: away.iam.create_user(UserName="late"))
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 503
        assert (response["Error"]["Code"], response["Error"]["Message"]) == ("ServiceUnavailable", unavailable)
    with refused("ServiceUnavailable", unavailable):
        away.client("organizations").create_organization(FeatureSet="ALL")
    line = broken_pair.audit_line(AWAY, request_id_of(response))
    assert (line["forwarded_to"], line["error"], line["status"]) == (HOME, "ServiceUnavailable", 503)
    # Everything else needs only what is here.
    assert away.iam.get_user(UserName="app")["User"]["UserName"] == "app"
    for credentials in (None, user, session, away.assume(user, role)):
        assert away.read(credentials, replica) == "hunter2"
    away.secret("made/meanwhile")

    deployment.start_region(HOME)
    away.iam.create_user(UserName="late")
    assert away.iam.get_user(UserName="late")["User"]["UserName"] == "late"


# It has accepted connections and answers nothing: the worst that a home can do.
def test_a_home_that_hangs_delays_nothing_but_changes_of_identities(broken_pair):
    deployment, away = broken_pair.deployment, broken_pair.away
    away.iam.create_user(UserName="before")
    pid = deployment.pid(HOME)
    os.kill(pid, signal.SIGSTOP)
    try:
        clients = [deployment.client(HOME, service="iam", at=AWAY) for _ in range(12)]
        with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
            begin = time.monotonic()
            waiting = [pool.submit(error_of, lambda client=client, i=i: client.create_user(UserName=f"hung-{i}"))
                       for i, client in enumerate(clients)]
            for number in range(20):
                away.secret(f"meanwhile/{number}")
                away.secretsmanager.put_secret_value(SecretId=f"meanwhile/{number}", SecretString="new")
            assert not all(future.done() for future in waiting), "the secrets waited for the home"
            errors = [future.result()["Error"] for future in waiting]
            assert time.monotonic() - begin < 25
    finally:
        os.kill(pid, signal.SIGCONT)
    assert {error["Code"] for error in errors} == {"ServiceUnavailable"}
    texts = {error["Message"] for error in errors}
    assert texts <= {
        f"Identities are changed in {HOME}, which did not answer. It is not known whether the change was made.",
        f"Identities are changed in {HOME}, which does not answer. Nothing was changed.",
        f"Identities are changed in {HOME}, which is slow: too many requests wait for it. Nothing was changed."}
    assert any("not known" in text for text in texts), "the one on the connection that was there"
    wait_until(lambda: away.iam.create_user(UserName="after"), what="the home working again")
