"""The home of identities is lost, another region takes its place, and the old one comes back; and accounts are closed."""

import json
import os
import pty
import shutil
import signal
import subprocess

import pytest
from botocore.exceptions import ClientError

from deployment import BINARY, Region, coffer, wait_until
from identities import credentials_of
from policies import ACCOUNT, allow, policy, trust

EAST, WEST, EUROPE = REGIONS = ["us-east-1", "us-west-2", "eu-west-1"]


def works(deployment, region, credentials):
    """Whether the region takes the credentials for somebody's."""
    try:
        deployment.client(region, direct=True, credentials=credentials, service="sts").get_caller_identity()
        return True
    except ClientError as error:
        assert error.response["Error"]["Code"] in ("InvalidClientTokenId", "ExpiredToken"), error
        return False


def iam(deployment, region):
    return deployment.client(region, direct=True, service="iam", scope=EAST)


def new_key(client, user):
    key = client.create_access_key(UserName=user)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def wait_works(deployment, region, credentials, wanted=True):
    wait_until(lambda: works(deployment, region, credentials) == wanted,
               what=f"{credentials[0]} {'working' if wanted else 'being unknown'} in {region}")


def home(deployment, region):
    return json.loads(coffer("identity", "home", "--json", "--region", region, "--data", deployment.directory).stdout)


def home_in(deployment, region):
    told = home(deployment, region)
    return told["home"], told["epoch"]


def generation(deployment, region):
    """Of the account's identities, as the region has them."""
    accounts = {account["AccountId"]: account for account in home(deployment, region)["accounts"]}
    return accounts[ACCOUNT]["generations"].get("identities", 0)


def adopt(deployment, region, *more, check=True):
    return coffer("identity", "adopt-home", "--data", deployment.directory, "--region", region, *more, check=check)


def logged(deployment, region, event):
    lines = (deployment.directory / "regions" / region / "log.jsonl").read_text().splitlines()
    return [line for line in map(json.loads, lines) if line["event"] == event]


def refused(*arguments):
    """Exit code and message of a command that must fail."""
    process = coffer(*arguments, check=False)
    lines = process.stderr.strip().splitlines()
    assert process.returncode != 0 and len(lines) == 1, (process.stdout, process.stderr)
    return process.returncode, lines[0]


def answer_on_a_terminal(answer, *arguments):
    """Exit code and what was printed on standard error."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([BINARY, *map(str, arguments)], stdin=follower, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    os.close(follower)
    printed = ""
    while "[y/N]" not in printed and (more := process.stderr.read(1)):
        printed += more
    os.write(leader, answer.encode() + b"\n")
    _, rest = process.communicate(timeout=60)
    os.close(leader)
    return process.returncode, printed + rest


# The whole story, as an operator lives it.
def test_a_lost_home_is_replaced_and_overwrites_nothing_when_it_comes_back(fresh):
    deployment = fresh(regions=REGIONS)
    at_home = iam(deployment, EAST)
    at_home.create_user(UserName="alice")
    old_key = new_key(at_home, "alice")
    at_home.create_role(RoleName="reader", AssumeRolePolicyDocument=trust(ACCOUNT))
    at_home.put_user_policy(UserName="alice", PolicyName="inline", PolicyDocument=policy(allow("sts:AssumeRole")))
    known = generation(deployment, EAST)
    for region in (WEST, EUROPE):
        wait_until(lambda: generation(deployment, region) == known, what=f"everything being known in {region}")
        wait_works(deployment, region, old_key)

    def session(region, key):
        sts = deployment.client(region, direct=True, credentials=key, service="sts")
        return credentials_of(sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/reader", RoleSessionName="test"))

    of_the_old_home = session(EAST, old_key)

    # Three changes that nobody else hears of.
    for region in (WEST, EUROPE):
        deployment.stop_region(region)
    for name in ("unseen", "unseen-too"):
        at_home.create_user(UserName=name)
    unseen_key = new_key(at_home, "unseen")
    deployment.stop_region(EAST, kill=True)
    for region in (WEST, EUROPE):
        deployment.start_region(region)
        assert home_in(deployment, region) == (EAST, 1), "silence alone moves nothing"

    code, line = refused("account", "create", "later", "--data", deployment.directory / "regions" / WEST / "data")
    assert code == 2 and "us-east-1, the home region" in line
    printed = adopt(deployment, WEST, "--yes").stdout
    assert "us-east-1          no answer" in printed
    assert f"{WEST} is home of identities, since epoch 2: changes that only {EAST} has seen are lost" in printed

    # The new home changes identities, and the third region hears of it.
    at_new_home = iam(deployment, WEST)
    at_new_home.create_user(UserName="bob")
    key = new_key(at_new_home, "alice")
    at_new_home.delete_access_key(UserName="alice", AccessKeyId=old_key[0])
    made = json.loads(coffer("account", "create", "later", "--data", deployment.directory).stdout)
    later = made["AccessKeyId"], made["SecretAccessKey"]
    for region in (WEST, EUROPE):
        wait_works(deployment, region, key)
        wait_works(deployment, region, later)
        wait_works(deployment, region, old_key, False)
        assert works(deployment, region, of_the_old_home)
        assert works(deployment, region, session(region, key))
    assert home_in(deployment, EUROPE) == (WEST, 2)

    # The old home comes back: it has heard of it before it answers, and takes what is there now.
    deployment.start_region(EAST)
    assert home_in(deployment, EAST) == (WEST, 2)
    code, line = refused("account", "create", "own", "--data", deployment.directory / "regions" / EAST / "data")
    assert code == 2 and f"{WEST}, the home region" in line
    wait_works(deployment, EAST, key)
    wait_works(deployment, EAST, later)
    for region in REGIONS:
        wait_works(deployment, region, old_key, False)
        wait_works(deployment, region, unseen_key, False)
        assert works(deployment, region, of_the_old_home)
    users = {user["UserName"] for user in iam(deployment, EAST).list_users()["Users"]}
    assert users == {"alice", "bob"}

    assert [(line["level"], line["home"], line["epoch"]) for line in logged(deployment, EAST, "no_longer_home")] == [
        ("warning", WEST, 2)]
    assert [(line["level"], line["kind"], line["account"], line["count"])
            for line in logged(deployment, EAST, "home_changes_dropped")] == [("warning", "identities", ACCOUNT, 3)]
    assert len(logged(deployment, WEST, "home_adopted")) == 1
    status = coffer("dev", "status", "--data", deployment.directory).stdout
    assert f"home of identities {WEST}" in status

    # A restart of everything finds the home where it is now.
    deployment.stop()
    deployment.start()
    assert [home_in(deployment, region) for region in REGIONS] == [(WEST, 2)] * 3


def test_a_home_that_answers_is_replaced_only_by_force(fresh):
    deployment = fresh(regions=REGIONS)
    code, line = refused("identity", "adopt-home", "--data", deployment.directory)
    assert code == 2 and "--region" in line
    refusal = adopt(deployment, WEST, "--yes", check=False)
    assert refusal.returncode == 1 and f"{EAST} answers, and is home" in refusal.stderr
    assert home_in(deployment, WEST) == (EAST, 1)
    already = json.loads(adopt(deployment, EAST, "--json").stdout)
    assert (already["adopted"], already["home"], already["epoch"]) == (False, EAST, 1)

    asked = adopt(deployment, WEST, "--force", check=False)
    assert asked.returncode == 2 and "--yes" in asked.stderr, "no terminal to ask on"
    command = ("identity", "adopt-home", "--force", "--data", deployment.directory, "--region", WEST)
    code, printed = answer_on_a_terminal("n", *command)
    assert code == 1 and "will be lost" in printed and "nothing was changed" in printed
    assert home_in(deployment, WEST) == (EAST, 1)
    code, printed = answer_on_a_terminal("y", *command)
    assert code == 0, printed

    # Everybody hears of it while all of them run, and the new home's word counts from then on.
    for region in REGIONS:
        wait_until(lambda: home_in(deployment, region) == (WEST, 2), what=f"{region} having heard of it")
    assert len(logged(deployment, EAST, "no_longer_home")) == 1
    assert not logged(deployment, EAST, "home_changes_dropped"), "it had sent everything"
    new_home = iam(deployment, WEST)
    new_home.create_user(UserName="alice")
    key = new_key(new_home, "alice")
    for region in REGIONS:
        wait_works(deployment, region, key)


class Backup:
    """What a region has on its disk now; it must not run."""

    def __init__(self, deployment, region, directory):
        self.data = deployment.directory / "regions" / region / "data"
        self.copy = directory / "backup"
        shutil.copytree(self.data, self.copy)

    def restore(self):
        shutil.rmtree(self.data)
        shutil.copytree(self.copy, self.data)


# It would take revoked keys for ever.
def test_a_region_that_was_restored_from_a_backup_hears_what_it_missed(fresh, tmp_path):
    deployment = fresh(regions=REGIONS[:2])
    at_home = iam(deployment, EAST)
    at_home.create_user(UserName="alice")
    key = new_key(at_home, "alice")
    wait_works(deployment, WEST, key)
    deployment.stop_region(WEST)
    backup = Backup(deployment, WEST, tmp_path)
    deployment.start_region(WEST)
    at_home.delete_access_key(UserName="alice", AccessKeyId=key[0])
    other = new_key(at_home, "alice")
    wait_works(deployment, WEST, key, False)
    wait_works(deployment, WEST, other)

    deployment.stop_region(WEST)
    backup.restore()
    deployment.start_region(WEST)
    wait_works(deployment, WEST, key, False)
    wait_works(deployment, WEST, other)
    wait_until(lambda: all(region["told"] for region in home(deployment, EAST)["regions"]), what="west being told")


# The home moved away and back since the backup: what the store has is older than what others know, of an older epoch.
def test_a_home_that_was_restored_from_an_earlier_epoch_overwrites_nothing(fresh, tmp_path):
    deployment = fresh(regions=REGIONS)
    deployment.stop_region(EAST)
    backup = Backup(deployment, EAST, tmp_path)
    deployment.start_region(EAST)
    for epoch, (region, user) in enumerate([(WEST, "bob"), (EAST, "carol")], start=2):
        adopt(deployment, region, "--force", "--yes")
        for other in REGIONS:
            wait_until(lambda: home_in(deployment, other) == (region, epoch), what=f"{other} having heard of it")
        iam(deployment, region).create_user(UserName=user)
        known = generation(deployment, region)
        for other in REGIONS:
            wait_until(lambda: generation(deployment, other) == known, what=f"{user} being known in {other}")

    deployment.stop_region(EAST)
    backup.restore()
    deployment.start_region(EAST)
    told = home(deployment, EAST)
    assert (told["home"], told["epoch"], told["forgotten"]) == (EAST, 3, True)
    printed = coffer("identity", "home", "--data", deployment.directory, "--region", EAST).stdout
    assert "restored from a backup" in printed
    for region in (EAST, EUROPE):
        with pytest.raises(ClientError) as refusal:
            iam(deployment, region).create_user(UserName="dave")
        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503, refusal.value
    code, line = refused("account", "create", "own", "--data", deployment.directory / "regions" / EAST / "data")
    assert code == 2 and "restored from a backup" in line
    refusal = adopt(deployment, EAST, "--yes", check=False)
    assert refusal.returncode == 1 and "restored from a backup" in refusal.stderr
    assert generation(deployment, EUROPE) == known > generation(deployment, EAST)

    adopt(deployment, EUROPE, "--force", "--yes")
    for region in REGIONS:
        wait_until(lambda: {user["UserName"] for user in iam(deployment, region).list_users()["Users"]} == {"bob", "carol"},
                   what=f"{region} having everything again")
    iam(deployment, EAST).create_user(UserName="dave")
    assert len(logged(deployment, EAST, "home_forgotten")) == 1


def test_regions_that_are_down_or_alone_say_so(tmp_path):
    region = Region(tmp_path / "region")
    alone = coffer("identity", "adopt-home", "--config", region.config)
    assert "us-east-1 is home of identities already, since epoch 1" in alone.stdout
    region.stop()
    for command in (("identity", "home"), ("identity", "adopt-home"), ("account", "close", ACCOUNT, "--yes")):
        code, line = refused(*command, "--config", region.config)
        assert code == 6 and "the region is not running" in line


def test_a_closed_account_is_out_in_every_region(fresh):
    deployment = fresh(regions=REGIONS)
    account = "210987654321"
    root = deployment.make_account("work", account)
    client = deployment.client(EAST, direct=True, credentials=root, service="iam")
    client.create_user(UserName="ann")
    user = new_key(client, "ann")
    for region in REGIONS:
        for credentials in (root, user):
            wait_works(deployment, region, credentials)
    session = credentials_of(
        deployment.client(EAST, direct=True, credentials=user, service="sts").get_session_token())
    assert all(works(deployment, region, session) for region in REGIONS)

    close = ("account", "close", account, "--data", deployment.directory)
    code, line = refused(*close)
    assert code == 2 and "--yes" in line
    assert works(deployment, EAST, root)
    assert json.loads(coffer(*close, "--yes").stdout) == {"AccountId": account, "Status": "SUSPENDED"}
    for credentials in (root, user, session):
        assert not works(deployment, EAST, credentials), "at once where it was closed"
        for region in REGIONS:
            wait_works(deployment, region, credentials, False)
    for region in REGIONS:
        data = deployment.directory / "regions" / region / "data"
        listed = {entry["AccountId"]: entry["Status"] for entry in json.loads(coffer("account", "list", "--data", data).stdout)}
        assert listed == {ACCOUNT: "ACTIVE", account: "SUSPENDED"}

    code, line = refused(*close, "--yes")
    assert code == 1 and "The provided account is already closed." in line
    code, line = refused("account", "close", "999999999999", "--yes", "--data", deployment.directory)
    assert code == 6 and "You specified an account that doesn't exist." in line


# What Organizations refuses, an operator's command refuses too.
def test_a_management_account_is_not_closed(fresh):
    deployment = fresh(regions=[EAST])
    deployment.client(EAST, service="organizations").create_organization()
    code, line = refused("account", "close", ACCOUNT, "--yes", "--data", deployment.directory)
    assert code == 1 and "You can't close the management account." in line
    assert works(deployment, EAST, None)


@pytest.mark.parametrize("arguments", [("identity",), ("identity", "adopt-home", "--region", "nowhere")],
                         ids=lambda arguments: " ".join(arguments))
def test_command_lines_that_make_no_sense_are_refused(arguments):
    code, _ = refused(*arguments)
    assert code == 2


# Silence of any kind counts as silence: of a process that hangs, too, which then wakes up believing that it is home.
def test_a_home_that_hangs_is_replaced_and_hears_of_it_when_it_wakes(fresh):
    deployment = fresh(regions=[EAST, WEST])
    pid = deployment.pid(EAST)
    os.kill(pid, signal.SIGSTOP)
    try:
        printed = adopt(deployment, WEST, "--yes").stdout
        assert f"{WEST} is home of identities, since epoch 2" in printed
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: home_in(deployment, EAST) == (WEST, 2), what=f"{EAST} having heard of it")
    assert deployment.pid(EAST) == pid, "without a restart"
    assert len(logged(deployment, EAST, "no_longer_home")) == 1
