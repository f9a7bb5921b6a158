"""Regions that join a running deployment, are filled, and leave it: by coffer region, and by coffer dev."""

import concurrent.futures
import json
import os
import signal
import subprocess
import time

import pytest

from copies import caller
from deployment import BINARY, START_SECONDS, coffer, free_port_block, replication, wait_in_sync, wait_until
from traffic import CLIENT, Health, Writer

EAST, WEST, NEW = "us-east-1", "us-west-2", "eu-west-1"
SECRETS = {EAST: [f"shop/{i}" for i in range(200)], WEST: [f"stock/{i}" for i in range(100)]}
ALL = [*SECRETS[EAST], *SECRETS[WEST]]
# So many that none gets 200 versions, which is as many as a secret may.
WRITTEN = {region: [f"written/{region}/{i}" for i in range(20)] for region in SECRETS}


@pytest.fixture
def deployment(fresh):
    return fresh(regions=[EAST, WEST], port=free_port_block(11))


@pytest.fixture
def operator(deployment):
    def run(*arguments, check=True):
        process = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=240,
                                 env={**os.environ, **deployment.env()})
        assert not check or process.returncode == 0, process.stderr + process.stdout
        return process
    return run


def make_secrets(deployment):
    clients = {region: [deployment.client(region, direct=True, **CLIENT) for _ in range(4)] for region in SECRETS}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        made = [pool.submit(clients[region][i % 4].create_secret, Name=name, SecretString=f"value of {name}")
                for region, names in SECRETS.items() for i, name in enumerate(names)]
        for one in made:
            one.result()


def status(deployment, region):
    answer = caller(deployment, region).call("coffer", "GetRegionStatus", {})
    assert answer.status == 200, answer
    return answer.content


def dev(deployment, command, *more, check=True):
    return coffer("dev", command, NEW, "--data", deployment.directory, *more, check=check, timeout=START_SECONDS)


def log_of(deployment, region):
    lines = (deployment.directory / "regions" / region / "log.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_region_joins_is_filled_and_is_lost_while_others_write(deployment, operator):
    make_secrets(deployment)
    user = deployment.client(EAST, service="iam", scope="us-east-1")
    user.create_user(UserName="early")
    early = user.create_access_key(UserName="early")["AccessKey"]
    health = Health([EAST, WEST])
    for region, names in WRITTEN.items():
        for name in names:
            deployment.client(region).create_secret(Name=name, SecretString="0")
    writers = [Writer(deployment, health, region, names, pause=0.05) for region, names in WRITTEN.items()]
    for writer in writers:
        writer.start()
    ports = {region: deployment.endpoint(region) for region in (EAST, WEST)}

    dev(deployment, "add-region")
    assert {region: deployment.endpoint(region) for region in (EAST, WEST)} == ports, "others stay where they are"
    assert status(deployment, EAST)["Regions"] == [EAST, WEST, NEW]
    assert set(status(deployment, NEW)["Regions"]) == {EAST, WEST, NEW}
    # What was there before, and what comes after, is known in the new region.
    known = deployment.client(NEW, service="sts", credentials=(early["AccessKeyId"], early["SecretAccessKey"]))
    wait_until(lambda: known_to(known), what="the identities in the new region")
    user.create_user(UserName="late")
    late = user.create_access_key(UserName="late")["AccessKey"]
    known = deployment.client(NEW, service="sts", credentials=(late["AccessKeyId"], late["SecretAccessKey"]))
    wait_until(lambda: known_to(known), what="a change of identities in the new region")

    # Filling: broken off, with the region killed in the midst, and begun again.
    planned = json.loads(operator("region", "fill", NEW, "--dry-run", "--json").stdout)
    assert len(planned["Secrets"]) == len(ALL) + 40 and planned["AlreadyThere"] == 0
    broken = subprocess.Popen([BINARY, "region", "fill", NEW, "--yes", "--rate", "50"], stderr=subprocess.PIPE, text=True,
                              stdout=subprocess.DEVNULL, env={**os.environ, **deployment.env()})
    for line in broken.stderr:
        if line.startswith("replicated ") and int(line.split()[1]) >= 60:
            break
    deployment.stop_region(NEW, kill=True)
    broken.send_signal(signal.SIGINT)
    broken.stderr.close()
    broken.wait(timeout=60)
    again = subprocess.Popen([BINARY, "region", "fill", NEW, "--yes", "--json"], stderr=subprocess.PIPE, text=True,
                             stdout=subprocess.PIPE, env={**os.environ, **deployment.env()})
    time.sleep(2)  # it works against a region that is down: what it does waits in the others
    deployment.start_region(NEW)
    printed, progress = again.communicate(timeout=240)
    assert again.returncode == 0, progress
    filled = json.loads(printed)
    assert filled["AlreadyThere"] >= 60 and filled["AlreadyThere"] + len(filled["Secrets"]) == len(ALL) + 40
    assert "secrets" in progress
    there = deployment.client(NEW, direct=True)
    for name in ALL:
        assert there.get_secret_value(SecretId=name)["SecretString"] == f"value of {name}"
    for writer in writers:
        writer.stop()
        assert writer.failures == [], "a new region disturbs nobody"
        for name in writer.names:
            wait_until(lambda: there.get_secret_value(SecretId=name)["SecretString"] == str(writer.last[name]),
                       what=f"{name} in {NEW}")

    # It does not go as long as something hangs on it.
    refused = dev(deployment, "remove-region", check=False)
    assert refused.returncode != 0 and f"{len(SECRETS[EAST]) + 20} secrets of {EAST} have copies in {NEW}" in refused.stderr
    there.create_secret(Name="own", SecretString="v", AddReplicaRegions=[{"Region": WEST}])
    wait_in_sync(there, "own", [WEST])
    deployment.stop_region(NEW, kill=True)
    refused = operator("region", "remove", NEW, "--lost", "--yes", check=False)
    assert refused.returncode == 1 and f"coffer failover --from {NEW} --to {WEST}" in refused.stderr, refused.stderr
    assert NEW in status(deployment, EAST)["Regions"], "nobody has done it, because one refuses"
    operator("failover", "--from", NEW, "--to", WEST, "--yes")

    # Lost for good.
    planned = operator("region", "remove", NEW, "--lost", "--dry-run").stdout
    assert f"gives up the copies there of {len(SECRETS[EAST]) + 20} secrets" in planned, planned
    dev(deployment, "remove-region", "--lost")
    deployment.regions = [EAST, WEST]
    assert status(deployment, EAST)["Regions"] == [EAST, WEST]
    wait_until(lambda: not any(status(deployment, region)["BeingForgotten"] for region in (EAST, WEST)), seconds=120,
               what="the region being forgotten")
    east, west = deployment.client(EAST), deployment.client(WEST)
    for client, name in ((east, ALL[0]), (east, ALL[199]), (west, ALL[-1]), (west, "own")):
        assert replication(client, name) == {}
    invalid = deployment.aws(EAST, "replicate-secret-to-regions", "--secret-id", ALL[0], "--add-replica-regions", f"Region={NEW}",
                             check=False)
    assert "Invalid replica region" in invalid.stderr

    # And it stays so, also if it comes back.
    deployment.stop()
    deployment.start()
    assert status(deployment, WEST)["Regions"] == [WEST, EAST]
    seen = {region: len(log_of(deployment, region)) for region in (EAST, NEW)}
    returned = subprocess.Popen([BINARY, "serve", "--config", str(deployment.directory / "regions" / NEW / "coffer.toml")])
    try:
        wait_until(lambda: any(line["event"] == "replication_link_down" and "403" in line["error"]
                               for line in log_of(deployment, NEW)[seen[NEW]:]), what="the returned region being refused")
        assert any(line["event"] == "replication_peer_unknown" and line["peer"] == NEW
                   for line in log_of(deployment, EAST)[seen[EAST]:])
        assert east.get_secret_value(SecretId=ALL[0])["SecretString"] == f"value of {ALL[0]}"
    finally:
        returned.terminate()
        assert returned.wait(timeout=60) == 0


def known_to(client):
    try:
        return client.get_caller_identity()["Arn"]
    except client.exceptions.ClientError:
        return None


def test_a_region_comes_back_moves_and_goes_in_order(deployment, operator):
    dev(deployment, "add-region")
    east = deployment.client(EAST)
    east.create_secret(Name="db", SecretString="one", AddReplicaRegions=[{"Region": NEW}, {"Region": WEST}])
    wait_in_sync(east, "db", [NEW, WEST])
    east.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=[NEW])
    wait_until(lambda: status_of_link(deployment, EAST, NEW)["Waiting"] == 0, what="the copy being deleted")
    dev(deployment, "remove-region")
    deployment.regions = [EAST, WEST]
    assert dev(deployment, "remove-region", check=False).returncode != 0, "there is none"

    # By hand this time: its files are where they were, and it knows the others.
    config = deployment.directory / "regions" / NEW / "coffer.toml"
    own = config.read_text()
    link = int(own.split("[link]")[1].split("port = ")[1].split()[0])
    serving = subprocess.Popen([BINARY, "serve", "--config", str(config)])
    try:
        unasked = operator("region", "add", NEW, "--link", f"127.0.0.1:{link}", check=False)
        assert unasked.returncode == 2 and "--yes" in unasked.stderr, unasked.stderr
        added = json.loads(operator("region", "add", NEW, "--link", f"127.0.0.1:{link}", "--yes", "--json").stdout)
        assert [(entry["Region"], entry["Result"]) for entry in added["Regions"]] == [(EAST, "Added"), (WEST, "Added")]
        assert status_of_link(deployment, WEST, NEW)["Address"] == f"127.0.0.1:{link}"
        # Nothing was lost of what it had, and a state that is newer arrives.
        east.put_secret_value(SecretId="db", SecretString="two")
        east.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": NEW}])
        wait_in_sync(east, "db", [NEW, WEST], seconds=90)

        # It moves: another port, told to all others; what is written meanwhile arrives there.
        serving.terminate()
        assert serving.wait(timeout=60) == 0
        east.put_secret_value(SecretId="db", SecretString="three")
        moved = free_port_block(1)
        config.write_text(own.replace(f"port = {link}\n", f"port = {moved}\n", 1))
        serving = subprocess.Popen([BINARY, "serve", "--config", str(config)])
        text = operator("region", "add", NEW, "--link", f"127.0.0.1:{moved}", "--yes").stdout
        assert text.count("at another address than before") == 4, "shown before and after, of two regions"
        wait_in_sync(east, "db", [NEW, WEST], seconds=90)

        # Whoever is no operator changes nothing.
        tenant = deployment.make_account("tenant", "210987654321")
        environment = {"AWS_ACCESS_KEY_ID": tenant[0], "AWS_SECRET_ACCESS_KEY": tenant[1]}
        refused = subprocess.run([BINARY, "region", "remove", NEW, "--yes"], capture_output=True, text=True, timeout=60,
                                 env={**os.environ, **deployment.env(), **environment})
        assert refused.returncode != 0 and "none of operator.accounts" in refused.stderr, refused.stderr
        east.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=[NEW])
        wait_until(lambda: status_of_link(deployment, EAST, NEW)["Waiting"] == 0, what="the copy being deleted")
        text = operator("region", "remove", NEW, "--yes").stdout
        assert text.count("has removed it") == 2 and f"Stop {NEW}" in text, text
        assert NEW not in status(deployment, WEST)["Regions"]
    finally:
        serving.terminate()
        serving.wait(timeout=60)


def status_of_link(deployment, region, to):
    return next(link for link in status(deployment, region)["Links"] if link["Region"] == to)


def test_a_region_that_comes_again_knows_what_happened_meanwhile(deployment):
    def dev(verb, region, *more, check=True):
        return coffer("dev", f"{verb}-region", region, *more, "--data", deployment.directory, timeout=START_SECONDS, check=check)

    def is_forgotten(region):
        return region not in [removal["Region"] for removal in status(deployment, EAST).get("BeingForgotten", [])]

    # Nobody hears of a region unless all can.
    deployment.stop_region(WEST)
    refused = dev("add", NEW, check=False)
    assert refused.returncode != 0 and WEST in refused.stderr, refused.stderr
    assert NEW not in status(deployment, EAST)["Regions"]
    deployment.start_region(WEST)
    dev("add", NEW)

    # It is away with its disk when its copy is taken back, and given up as lost.
    east = deployment.client(EAST)
    east.create_secret(Name="old", SecretString="value", AddReplicaRegions=[{"Region": NEW}])
    wait_in_sync(east, "old", [NEW])
    deployment.stop_region(NEW)
    east.remove_regions_from_replication(SecretId="old", RemoveReplicaRegions=[NEW])
    refused = dev("remove", NEW, check=False)
    assert refused.returncode != 0 and NEW in refused.stderr, "it has not heard that it is to delete its copy"
    dev("remove", NEW, "--lost")
    wait_until(lambda: is_forgotten(NEW), what=f"{NEW} being forgotten")
    dev("add", NEW)
    new = deployment.client(NEW)
    wait_until(lambda: "old" not in [secret["Name"] for secret in new.list_secrets()["SecretList"]], what="the copy being deleted")

    # It was told to remove another one, which has come again before it does.
    dev("remove", WEST)
    wait_until(lambda: is_forgotten(WEST), what=f"{WEST} being forgotten")
    dev("remove", NEW)
    wait_until(lambda: is_forgotten(NEW), what=f"{NEW} being forgotten")
    dev("add", WEST)
    dev("add", NEW)
    west = deployment.client(WEST)
    west.create_secret(Name="west", SecretString="value", AddReplicaRegions=[{"Region": NEW}])
    wait_in_sync(west, "west", [NEW])
    new.create_secret(Name="new", SecretString="value", AddReplicaRegions=[{"Region": WEST}])
    wait_in_sync(new, "new", [WEST])


def supervised(deployment):
    return [region["region"] for region in deployment.status()["regions"]]


# deployment.toml still names it: `coffer region remove` does not know that file, and a `coffer dev remove-region` that was
# killed before it wrote there leaves the same behind.
def test_a_region_that_all_others_have_removed_is_left_out_at_the_next_start(deployment, operator):
    dev(deployment, "add-region")
    deployment.regions = [EAST, WEST, NEW]
    operator("region", "remove", NEW, "--yes")
    deployment.kill_everything()
    deployment.start()
    assert status(deployment, EAST)["Regions"] == [EAST, WEST] and status(deployment, WEST)["Regions"] == [WEST, EAST]
    assert f"region {NEW} was removed by all that remain and is left out" in deployment.printed()
    assert supervised(deployment) == [EAST, WEST]
    assert (deployment.directory / "regions" / NEW / "data").exists()
    deployment.stop()
    deployment.regions = [EAST, WEST]
    deployment.start()
    assert "left out" not in deployment.printed()
    dev(deployment, "add-region")
    assert status(deployment, WEST)["Regions"] == [WEST, EAST, NEW]


def test_a_region_that_some_have_removed_is_not_let_in_by_a_start_that_moves_it(deployment):
    dev(deployment, "add-region")
    deployment.regions = [EAST, WEST, NEW]
    assert caller(deployment, EAST).call("coffer", "RemoveRegion", {"Region": NEW}).status == 200
    deployment.stop()
    deployment.port = free_port_block(11)
    deployment.start()
    assert status(deployment, EAST)["Regions"] == [EAST, WEST], "who was removed stays so until somebody decides otherwise"
    assert f"{NEW} was removed in {EAST} and not in the others" in deployment.printed()
    assert supervised(deployment) == [EAST, WEST, NEW]
    # Others hear where it is now, and it takes what they send.
    west = deployment.client(WEST)
    west.create_secret(Name="db", SecretString="v", AddReplicaRegions=[{"Region": NEW}])
    wait_in_sync(west, "db", [NEW])
    west.remove_regions_from_replication(SecretId="db", RemoveReplicaRegions=[NEW])
    wait_until(lambda: status_of_link(deployment, WEST, NEW)["Waiting"] == 0, what="the copy being deleted")
    dev(deployment, "remove-region")
    assert status(deployment, WEST)["Regions"] == [WEST, EAST] and supervised(deployment) == [EAST, WEST]
