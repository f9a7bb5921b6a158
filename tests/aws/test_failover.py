"""coffer status, failover and rejoin: a region with many primaries is lost, and comes back."""

import json
import os
import subprocess
import time

import pytest

from deployment import BINARY, replication, wait_in_sync, wait_until
from policies import allow, policy

EAST, WEST, EUROPE = THREE = ["us-east-1", "us-west-2", "eu-west-1"]
NAMES = [f"shop/{i}" for i in range(20)]


class Operator:
    """Runs the program as an account's user would."""

    def __init__(self, deployment, environment=None):
        self.environment = {**os.environ, **deployment.env(), **(environment or {})}

    def __call__(self, *arguments, check=True):
        process = subprocess.run([BINARY, *arguments], capture_output=True, text=True, env=self.environment, timeout=120)
        assert not check or process.returncode == 0, process.stderr + process.stdout
        return process

    def json(self, *arguments, check=True):
        return json.loads(self(*arguments, "--json", check=check).stdout)


def test_a_region_is_failed_over_and_rejoins(fresh):
    deployment = fresh(regions=THREE)
    operator = Operator(deployment)
    east, west, europe = (deployment.client(region) for region in THREE)
    replicas = [{"Region": WEST}, {"Region": EUROPE}]
    for name in NAMES:
        east.create_secret(Name=name, SecretString="one", AddReplicaRegions=replicas, Tags=[{"Key": "team", "Value": "shop"}])
    east.create_secret(Name="other/kept", SecretString="one", AddReplicaRegions=replicas)
    west.create_secret(Name="west/own", SecretString="one", AddReplicaRegions=[{"Region": EUROPE}])
    for name in [*NAMES, "other/kept"]:
        wait_in_sync(east, name, [WEST, EUROPE])
    status = operator.json("status", "--region", WEST)
    assert [region["Region"] for region in status["Regions"]] == sorted(THREE)
    assert all(region["Status"]["CanCommit"] and region["Status"]["HomeRegion"] == EAST for region in status["Regions"])
    mistyped = operator("status", "--region", "us-est-1", check=False)
    assert mistyped.returncode == 2 and "us-est-1 is no region of this deployment" in mistyped.stderr, mistyped.stderr

    def region_status(asked, of=WEST):
        found = operator.json("status", "--region", of)
        return next(region for region in found["Regions"] if region["Region"] == asked)

    def lags(asked):
        return {link["Region"]: link.get("LagMilliseconds") for link in region_status(asked)["Status"]["Links"]}
    for region in THREE:
        wait_until(lambda: all(lags(region).values()), what=f"{region} knowing how old its copies are")

    # While it answers, nobody fails it over by mistake.
    failover = ("failover", "--from", EAST, "--to", WEST)
    refused = operator(*failover, "--yes", check=False)
    assert refused.returncode == 1 and f"{EAST} answers" in refused.stderr and "--force" in refused.stderr
    assert west.describe_secret(SecretId=NAMES[0])["PrimaryRegion"] == EAST

    europe.get_secret_value(SecretId=NAMES[0])
    # One write does not get out: us-west-2 is cut off by being stopped.
    deployment.stop_region(WEST)
    before = time.time()
    east.put_secret_value(SecretId=NAMES[0], SecretString="only in the east and in europe")
    wait_until(lambda: replication(east, NAMES[0])[EUROPE][0] == "InSync", what="the write in Europe")
    assert "Status" not in region_status(WEST, of=EAST) and region_status(WEST, of=EAST)["Error"]

    def waiting_link():
        status = region_status(EAST, of=EAST)["Status"]
        link = next(link for link in status["Links"] if link["Region"] == WEST)
        return (status, link) if "LastError" in link else None
    status, link = wait_until(waiting_link, what="the east having noticed that the west is down")
    assert status["Seal"] == "root-key-file" and operator("version").stdout == f"coffer {status['Version']}\n", status
    assert link["Waiting"] == 1, link
    # The status tells times in seconds. The first look at the mark is when it was written, or a moment later.
    assert before - 1 <= link["WaitingSince"] <= status["Now"], (before, link, status["Now"])
    assert region_status(EAST, of=EAST)["Status"]["Links"] and waiting_link()[1]["WaitingSince"] == link["WaitingSince"]
    deployment.stop_region(EAST, kill=True)
    deployment.start_region(WEST)
    text = operator("status", "--region", WEST).stdout
    assert "silent" in text and f"{EAST}" in text
    first = lags(EUROPE)[EAST]
    wait_until(lambda: lags(EUROPE)[EAST] > first + 1000, what="the lag of the lost region growing")

    planned = operator.json(*failover, "--dry-run", "--tag", "team=shop")
    # In order of their creation in the region, to the millisecond: many may have arrived in one.
    assert sorted(entry["Name"] for entry in planned["Secrets"]) == sorted(NAMES)
    assert {entry["Result"] for entry in planned["Secrets"]} == {"WouldBePromoted"}
    missed = {entry["Name"]: entry["MissedChanges"] for entry in planned["Secrets"]}
    assert missed == {NAMES[0]: 1, **{name: 0 for name in NAMES[1:]}}
    newest = {entry["Name"]: entry.get("NewestIn") for entry in planned["Secrets"]}
    assert newest[NAMES[0]] == EUROPE and [region["Region"] for region in planned["UnknownRegions"]] == [EAST]
    assert west.describe_secret(SecretId=NAMES[1])["PrimaryRegion"] == EAST, "a dry run changes nothing"
    assert f"MISSES 1 change that {EUROPE} has" in operator(*failover, "--dry-run").stdout

    unasked = operator(*failover, check=False)
    assert unasked.returncode == 2 and "--yes" in unasked.stderr
    done = operator(*failover, "--prefix", "shop/", "--yes")
    assert done.stdout.endswith(f"{len(NAMES)} secrets promoted in {WEST}.\n")
    for name in NAMES:
        assert west.describe_secret(SecretId=name)["PrimaryRegion"] == WEST
        west.put_secret_value(SecretId=name, SecretString="two")
    assert west.describe_secret(SecretId="other/kept")["PrimaryRegion"] == EAST, "its name has another prefix"

    def read_in_europe(name):
        statuses = west.describe_secret(SecretId=name)["ReplicationStatus"]
        return any(status["Region"] == EUROPE and "LastAccessedDate" in status for status in statuses)
    wait_until(lambda: read_in_europe(NAMES[0]), what="the new primary knows when the copy in Europe was read")
    assert not read_in_europe(NAMES[1])
    for name in NAMES:
        wait_until(lambda: europe.get_secret_value(SecretId=name)["SecretString"] == "two", what=f"{name} in {EUROPE}")
    assert operator.json(*failover, "--yes", "--prefix", "shop/")["Secrets"] == [], "nothing is left to do"

    # It comes back with what it had, takes a write that is lost, and hears what happened.
    deployment.start_region(EAST)
    lost = east.put_secret_value(SecretId=NAMES[1], SecretString="lost")["VersionId"]
    wait_until(lambda: all(replication(east, name)[WEST][0] == "Failed" for name in NAMES), what="the east having heard")
    wait_until(lambda: replication(west, NAMES[2])[EAST][0] == "Failed", what="the east refusing to be overwritten")
    assert "coffer rejoin" in replication(west, NAMES[2])[EAST][1]
    rejoin = ("rejoin", "--region", EAST)
    one = operator(*rejoin, "--secret", NAMES[1], "--dry-run").stdout
    assert "LOST:" in one and f"    {lost} of " in one and "AWSCURRENT" in one
    everything = operator.json(*rejoin, "--all", "--dry-run")
    assert sorted(entry["Name"] for entry in everything["Secrets"]) == sorted(NAMES)
    assert operator.json(*rejoin, "--prefix", "other/", "--dry-run")["Secrets"] == []
    assert len(operator.json(*rejoin, "--prefix", "shop/", "--dry-run")["Secrets"]) == len(NAMES)
    versions = {entry["Name"]: [version["VersionId"] for version in entry["LostVersions"]] for entry in everything["Secrets"]}
    assert versions[NAMES[1]] == [lost] and versions[NAMES[2]] == []
    assert east.get_secret_value(SecretId=NAMES[1])["SecretString"] == "lost", "a dry run changes nothing"
    assert operator(*rejoin, "--all", "--yes").stdout.endswith(f"{len(NAMES)} secrets rejoined in {EAST}.\n")
    for name in NAMES:
        wait_in_sync(west, name, [EAST, EUROPE])
        assert east.get_secret_value(SecretId=name)["SecretString"] == "two"
        assert east.describe_secret(SecretId=name)["PrimaryRegion"] == WEST
    assert east.describe_secret(SecretId="other/kept")["ReplicationStatus"][0]["Status"] == "InSync"
    assert operator.json(*rejoin, "--all", "--yes")["Secrets"] == []
    assert operator.json(*rejoin, "--secret", NAMES[1], "--yes")["Secrets"] == [], "it may be repeated"
    for empty in (("--prefix", ""), ("--tag", ""), ("--tag", "=shop")):
        refused = operator(*failover, "--yes", *empty, check=False)
        assert refused.returncode == 2 and "may not be empty" in refused.stderr, refused.stderr
    for error, arguments in {"has no secret none": ("--secret", "none"), "that it would have to follow": ("--secret", "other/kept"),
                             "--prefix PREFIX or --all": ()}.items():
        refused = operator(*rejoin, "--yes", *arguments, check=False)
        assert refused.returncode != 0 and error in refused.stderr, refused.stderr

    # And back again.
    deployment.stop_region(WEST, kill=True)
    operator("failover", "--from", WEST, "--to", EAST, "--yes")
    assert east.get_secret_value(SecretId=NAMES[5])["SecretString"] == "two"
    east.put_secret_value(SecretId=NAMES[5], SecretString="three")
    deployment.start_region(WEST)
    wait_until(lambda: replication(west, NAMES[5])[EAST][0] == "Failed", what="the west having heard")
    operator("rejoin", "--region", WEST, "--all", "--yes")
    wait_in_sync(east, NAMES[5], [WEST, EUROPE])
    assert west.get_secret_value(SecretId=NAMES[5])["SecretString"] == "three"


# StopReplicationToReplica is AWS's way to promote: the region that comes back rejoins all the same.
def test_what_was_promoted_aws_s_way_is_rejoined_too(fresh):
    deployment = fresh(regions=THREE[:2])
    operator = Operator(deployment)
    east, west = (deployment.client(region) for region in THREE[:2])
    east.create_secret(Name="db", SecretString="one", AddReplicaRegions=[{"Region": WEST}])
    wait_in_sync(east, "db", [WEST])
    deployment.stop_region(EAST, kill=True)
    west.stop_replication_to_replica(SecretId="db")
    west.put_secret_value(SecretId="db", SecretString="two")
    deployment.start_region(EAST)
    wait_until(lambda: replication(east, "db")[WEST][0] == "Failed", what="the east having heard")
    operator("rejoin", "--region", EAST, "--secret", "db", "--yes")
    wait_in_sync(west, "db", [EAST])
    assert east.get_secret_value(SecretId="db")["SecretString"] == "two"


# Two operators who do not reach each other: afterwards somebody says which of the two promotions counts.
def test_what_was_promoted_twice_is_settled(fresh):
    deployment = fresh(regions=THREE)
    operator = Operator(deployment)
    east, west, europe = (deployment.client(region) for region in THREE)
    east.create_secret(Name="db", SecretString="one", AddReplicaRegions=[{"Region": WEST}, {"Region": EUROPE}])
    east.create_secret(Name="only/europe", SecretString="one", AddReplicaRegions=[{"Region": EUROPE}])
    wait_in_sync(east, "db", [WEST, EUROPE])
    wait_in_sync(east, "only/europe", [EUROPE])
    deployment.stop_region(EAST, kill=True)
    absent = operator.json("failover", "--from", EAST, "--to", WEST, "--dry-run")["Absent"]
    assert absent == [{"Name": "only/europe", "Regions": [EUROPE]}]
    deployment.stop_region(EUROPE)
    operator("failover", "--from", EAST, "--to", WEST, "--prefix", "db", "--yes")
    deployment.stop_region(WEST)
    deployment.start_region(EUROPE)
    operator("failover", "--from", EAST, "--to", EUROPE, "--prefix", "db", "--yes")
    lost = europe.put_secret_value(SecretId="db", SecretString="of europe")["VersionId"]
    deployment.start_region(WEST)
    west.put_secret_value(SecretId="db", SecretString="of the west")
    wait_until(lambda: "promoted there as well" in replication(west, "db")[EUROPE][1], what="the west having heard")
    assert f"--from {EUROPE} --to {WEST}" in replication(west, "db")[EUROPE][1]

    settled = operator.json("failover", "--from", EUROPE, "--to", WEST, "--secret", "db", "--force", "--yes")
    assert [entry["Result"] for entry in settled["Secrets"]] == ["Promoted"]
    deployment.start_region(EAST)
    wait_until(lambda: all(status == "Failed" for status, _ in replication(east, "db").values()), what="the east having heard")
    operator("rejoin", "--region", EAST, "--secret", "db", "--yes")
    assert lost in operator("rejoin", "--region", EUROPE, "--secret", "db", "--dry-run").stdout
    operator("rejoin", "--region", EUROPE, "--secret", "db", "--yes")
    wait_in_sync(west, "db", [EAST, EUROPE])
    for client in (east, europe):
        assert client.get_secret_value(SecretId="db")["SecretString"] == "of the west"
        assert client.describe_secret(SecretId="db")["PrimaryRegion"] == WEST
    assert operator.json("failover", "--from", EUROPE, "--to", WEST, "--force", "--yes")["Secrets"] == [], "it may be repeated"


@pytest.mark.parametrize("action, command", [
    ("coffer:GetRegionStatus", ("status",)),
    ("coffer:ListCopies", ("failover", "--from", WEST, "--to", EAST, "--dry-run")),
    ("coffer:ListCopies", ("rejoin", "--region", EAST, "--all", "--dry-run"))], ids=["status", "failover", "rejoin"])
def test_each_step_is_a_permission(five, action, command):
    iam = five.client(EAST, service="iam")
    name = f"operator-{command[0]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    operator = Operator(five, {"AWS_ACCESS_KEY_ID": key["AccessKeyId"],
                                     "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]})
    everything = {"coffer:GetRegionStatus", "coffer:ListCopies"}
    iam.put_user_policy(UserName=name, PolicyName="operate", PolicyDocument=policy(allow(sorted(everything - {action}))))
    refused = operator(*command, check=False)
    assert refused.returncode == 1 and f"is not authorized to perform: {action}" in refused.stderr, refused.stderr
    iam.put_user_policy(UserName=name, PolicyName="operate", PolicyDocument=policy(allow(sorted(everything))))
    operator(*command)
