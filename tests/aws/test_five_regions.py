"""Five regions that really run, behind links that break, and clients that write and read all the while: what was
acknowledged stays, reads in a region that is well never fail, and a lost region is replaced and comes back.

COFFER_TEST_SEED repeats a schedule; what the processes make of it is theirs."""

import concurrent.futures
import contextlib
import json
import os
import random
import signal
import subprocess
import threading
import time

import pytest

from copies import SYNC_SECONDS, copies, state, wait_all_sent
from deployment import BINARY, REGIONS, Deployment, wait_until
from link_proxy import Fault, put_between
from traffic import CLIENT, Health, Reader, Writer, in_threads

EAST, WEST, EUROPE, *_ = REGIONS
SECRETS_EACH = 12  # primaries in each region
LOST_SECRETS = int(os.environ.get("COFFER_TEST_LOST_SECRETS", "1000"))  # whose primary's region is failed over


@pytest.fixture
def seed():
    return os.environ.get("COFFER_TEST_SEED") or str(random.SystemRandom().randrange(1_000_000))


@contextlib.contextmanager
def named(seed):
    """Failures say the seed."""
    try:
        yield
    except Exception as error:
        raise AssertionError(f"with COFFER_TEST_SEED={seed}: {error}") from error


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("storm") / "data").start()
    yield deployment
    deployment.stop()


@pytest.fixture(scope="module")
def links(deployment):
    proxy = put_between(deployment)
    yield proxy
    proxy.close()


@pytest.fixture
def proxy(deployment, links):
    """Between regions that all run, whatever a test before has left."""
    links.heal()
    for region in deployment.status()["regions"]:
        if not region["pid"]:
            deployment.start_region(region["region"])
    return links


@contextlib.contextmanager
def traffic(clients):
    """Runs them; at the end none may have failed while its region was well."""
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.stopping.set()
        for client in clients:
            client.stop()
    failures = [failure for client in clients for failure in client.failures]
    assert not failures, f"{len(failures)} failures, first of all: {failures[0]}"


def make(deployment, region, names, replicas):
    clients = [deployment.client(region, direct=True, **CLIENT) for _ in range(8)]
    regions = [{"Region": replica} for replica in replicas]
    in_threads(lambda number, name: clients[number].create_secret(Name=name, SecretString="0", AddReplicaRegions=regions),
               names)


def disturb_regions(deployment, health, chance):
    """Every region is killed once, and three are stopped, in an order of their own, some with another at the same time."""
    rounds = [(region, "kill") for region in deployment.regions]
    rounds += [(region, "stop") for region in chance.sample(deployment.regions, 3)]
    chance.shuffle(rounds)
    for region, kind in rounds:
        time.sleep(chance.uniform(0, 0.5))
        others = [other for other in deployment.regions if other != region]
        also = chance.choice(others) if chance.random() < 0.3 else None
        for one in filter(None, (region, also)):
            health.disturb(one)
        if also:
            os.kill(deployment.pid(also), signal.SIGSTOP)
        try:
            if kind == "kill":
                deployment.stop_region(region, kill=True)
                time.sleep(chance.uniform(0, 2))
                deployment.start_region(region)
            else:
                pid = deployment.pid(region)
                os.kill(pid, signal.SIGSTOP)
                time.sleep(chance.uniform(0.3, 2.5))
                os.kill(pid, signal.SIGCONT)
        finally:
            if also:
                os.kill(deployment.pid(also), signal.SIGCONT)
        for one in filter(None, (region, also)):
            health.restore(one)


def disturb_links(proxy, chance, is_over):
    """One fault after the other: of a region's links in one direction or both, or of one link."""
    faults = [fault for fault in Fault if fault is not Fault.NONE]
    count = 0
    while not is_over.is_set():
        count += 1
        region = chance.choice(REGIONS)
        other = chance.choice([other for other in REGIONS if other != region])
        out = [ends for ends in proxy.links if ends[0] == region]
        back = [ends for ends in proxy.links if ends[1] == region]
        ends = chance.choice([out, back, out + back, [(region, other)], [(region, other), (other, region)]])
        proxy.set(chance.choice(faults), *ends)
        is_over.wait(chance.uniform(0.5, 5))
        proxy.heal()
        is_over.wait(chance.uniform(0, 1))
    return count


def test_nothing_acknowledged_is_lost_and_reads_go_on_in_a_storm(deployment, proxy, seed):
    health = Health(REGIONS)
    writers = [Writer(deployment, health, region, [f"storm/{region}/{i}" for i in range(SECRETS_EACH)])
               for region in REGIONS]
    readers = [Reader(deployment, health, region, writers, seed) for region in REGIONS]
    with named(seed):
        for writer in writers:
            make(deployment, writer.region, writer.names, [region for region in REGIONS if region != writer.region])
        wait_all_sent(deployment, REGIONS)
        is_over = threading.Event()
        with concurrent.futures.ThreadPoolExecutor(1) as links:
            try:
                with traffic(readers + writers):
                    faults = links.submit(disturb_links, proxy, random.Random(f"{seed} links"), is_over)
                    disturb_regions(deployment, health, random.Random(f"{seed} regions"))
            finally:
                is_over.set()
                disturbed = faults.result()
                proxy.heal()
        assert disturbed > 3, "links were broken"
        assert sum(link.passed for link in proxy.links.values()) > 2 * len(proxy.links), "the links were used"
        assert all(writer.total() > SECRETS_EACH for writer in writers) and all(reader.reads > 20 for reader in readers)
        wait_all_sent(deployment, REGIONS)
        check_storm(deployment, writers)


def check_storm(deployment, writers):
    everywhere = {region: copies(deployment, region, "storm/") for region in REGIONS}
    clients = {region: deployment.client(region, direct=True, **CLIENT) for region in REGIONS}
    for writer in writers:
        for name in writer.names:
            primary = everywhere[writer.region][name]
            there = state(primary)[-1]
            lost = set(writer.acknowledged[name]) - set(there)
            assert not lost, f"{name}: acknowledged and not there: {sorted(writer.acknowledged[name][one] for one in lost)}"
            assert {replica["Status"] for replica in primary["Replicas"]} == {"InSync"}, primary["Replicas"]
            for region in REGIONS:
                assert state(everywhere[region][name]) == state(primary), f"{name} in {region}"
                number = int(clients[region].get_secret_value(SecretId=name)["SecretString"])
                assert writer.last[name] <= number <= writer.attempted[name], f"{name} in {region}"
    for writer in writers:
        for version, number in writer.acknowledged[writer.names[0]].items():
            found = clients[writer.region].get_secret_value(SecretId=writer.names[0], VersionId=version)
            assert found["SecretString"] == str(number)


def operator(deployment, *arguments, check=True):
    process = subprocess.run([BINARY, *arguments], capture_output=True, text=True, env={**os.environ, **deployment.env()},
                             timeout=300)
    assert not check or process.returncode == 0, process.stderr + process.stdout
    return process


def test_a_lost_region_of_many_secrets_is_replaced_and_rejoins(deployment, proxy, seed):
    health = Health(REGIONS)
    names = [f"lost/{i:04}" for i in range(LOST_SECRETS)]
    old = Writer(deployment, health, EAST, names[:SECRETS_EACH], pause=0.05)
    new = Writer(deployment, health, WEST, old.names, pause=0.05, start=1_000_000)
    with named(seed):
        make(deployment, EAST, names, [WEST, EUROPE])
        wait_all_sent(deployment, [EAST])
        lose_the_primary(deployment, proxy, health, old, seed)
        # Promoting takes what a region has, which may be older than what another had shown its readers.
        readers = [Reader(deployment, health, region, [old, new], seed, is_ordered=False) for region in (WEST, EUROPE)]
        with traffic(readers):
            promoted = json.loads(operator(deployment, "failover", "--from", EAST, "--to", WEST, "--prefix", "lost/",
                                           "--yes", "--json").stdout)
            assert sorted(entry["Name"] for entry in promoted["Secrets"]) == names, len(promoted["Secrets"])
            assert {entry["Result"] for entry in promoted["Secrets"]} == {"Promoted"}
            with traffic([new]):
                wait_until(lambda: new.total() > 2 * SECRETS_EACH, SYNC_SECONDS, "writes at the new primary")
                proxy.heal()  # what the dead region had sent arrives now
                deployment.start_region(EAST)
                health.restore(EAST)
                rejoin(deployment, old, names)
        wait_all_sent(deployment, REGIONS)
        everywhere = {region: copies(deployment, region, "lost/") for region in (EAST, WEST, EUROPE)}
        for name in names:
            assert everywhere[WEST][name]["Role"] == "Primary"
            for region in (EAST, EUROPE):
                assert state(everywhere[region][name]) == state(everywhere[WEST][name]), f"{name} in {region}"
        for name in new.names:
            assert set(new.acknowledged[name]) <= set(state(everywhere[EAST][name])[-1]), f"{name}: acknowledged and lost"


def lose_the_primary(deployment, proxy, health, writer, seed):
    """Kills the writer's region when some of what it acknowledged has not got out. Readers elsewhere notice nothing."""
    readers = [Reader(deployment, health, region, [writer], seed) for region in (WEST, EUROPE)]
    with traffic([*readers, writer]):
        wait_until(lambda: writer.total() > 2 * SECRETS_EACH, SYNC_SECONDS, "some writes")
        proxy.set(Fault.SILENT, (EAST, WEST), (EAST, EUROPE))
        before = writer.total()
        wait_until(lambda: writer.total() > before + SECRETS_EACH, SYNC_SECONDS, "writes that do not get out")
        health.disturb(EAST)
        deployment.stop_region(EAST, kill=True)
        writer.stopping.set()
        reads = [reader.reads for reader in readers]
        wait_until(lambda: all(reader.reads > count + 50 for reader, count in zip(readers, reads)),
                   SYNC_SECONDS, "reads while the primary is dead")


def rejoin(deployment, old, names):
    """The region that came back gives up what it has, and shows first what is lost by that: everything that it had
    acknowledged and the promoted secrets do not have."""
    def planned():
        found = json.loads(operator(deployment, "rejoin", "--region", EAST, "--all", "--dry-run", "--json").stdout)
        return found["Secrets"] if len(found["Secrets"]) == len(names) else time.sleep(0.3)
    plan = wait_until(planned, SYNC_SECONDS, "every secret having something to rejoin")
    shown = {entry["Name"]: {version["VersionId"] for version in entry["LostVersions"]} for entry in plan}
    kept = copies(deployment, WEST, "lost/")
    lost = {name: set(old.acknowledged[name]) - set(state(kept[name])[-1]) for name in old.names}
    assert any(lost.values()), "something did not get out"
    for name in old.names:
        assert lost[name] <= shown[name], f"{name}: lost, and not shown"
    said = []

    def rejoined():
        process = operator(deployment, "rejoin", "--region", EAST, "--all", "--yes", check=False)
        said.append(process.stderr + process.stdout[-2000:])
        return process.returncode == 0
    try:
        wait_until(rejoined, SYNC_SECONDS, "coffer rejoin")
    except AssertionError as error:
        raise AssertionError(f"{error}: {said[-1]}") from error
    assert json.loads(operator(deployment, "rejoin", "--region", EAST, "--all", "--yes", "--json").stdout)["Secrets"] == []
