"""What was acknowledged is there after SIGKILL, on either side of a link.

SIGKILL cannot show a missing or failed fsync: what the process had written is still in the kernel's page cache.
src/store/rocksdb_store_fault_test.cc covers those, and the loss of power, below a file system that fails and forgets.
"""

import itertools
import os
import random
import signal
import threading
import time

import botocore.exceptions

from deployment import FAST, Region, wait_in_sync, wait_until

KILLS = int(os.environ.get("COFFER_TEST_KILLS", "200"))  # of one region alone
LINK_KILLS = 12  # of either end of a link: every round waits for two regions


class Writer(threading.Thread):
    """Puts numbered values into one secret until told to stop; remembers which were acknowledged."""

    def __init__(self, deployment, secret):
        super().__init__()
        self.client = deployment.client("us-east-1", direct=True, read_timeout=5, connect_timeout=2)
        self.secret = secret
        self.acknowledged = {}  # version id -> value
        self.attempted = 0
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            self.attempted += 1
            value = f"{self.secret}-{self.attempted}"
            try:
                answer = self.client.put_secret_value(SecretId=self.secret, SecretString=value)
                self.acknowledged[answer["VersionId"]] = value
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
                self.stopping.wait(0.05)


class Customer(threading.Thread):
    """Makes secrets and puts values into them, whether or not the region is up; remembers what was acknowledged."""

    def __init__(self, region, number):
        super().__init__()
        self.client = region.client()
        self.number = number
        self.acknowledged = {}  # (name, version id) -> value
        self.unchecked = []
        self.lock = threading.Lock()
        self.stopping = threading.Event()

    def run(self):
        for i in itertools.count():
            name = f"kill/{self.number}/{i // 4}"
            value = f"{self.number}-{i}"
            if self.stopping.is_set():
                return
            try:
                if i % 4 == 0:
                    answer = self.client.create_secret(Name=name, SecretString=value)
                else:
                    answer = self.client.put_secret_value(SecretId=name, SecretString=value)
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
                # Down, or the secret's creation was not acknowledged and did not happen.
                self.stopping.wait(0.02)
                continue
            with self.lock:
                self.acknowledged[name, answer["VersionId"]] = value
                self.unchecked.append((name, answer["VersionId"]))
            self.stopping.wait(0.03)  # many kills, not many writes: every one of them is read again at the end

    def take_unchecked(self):
        with self.lock:
            taken, self.unchecked = self.unchecked, []
            return taken


# Hundreds of kills at random moments, three writers all the while: after each start everything acknowledged before the
# kill is there, and at the end still all of it. A store that loses one write in ten thousand looks fine in other tests.
def test_every_acknowledged_write_survives_hundreds_of_sigkills(tmp_path):
    region = Region(tmp_path / "region", more=FAST)
    reader = region.client()
    customers = [Customer(region, number) for number in range(3)]
    chance = random.Random(26)

    def check(customer, key):
        found = reader.get_secret_value(SecretId=key[0], VersionId=key[1])
        assert found["SecretString"] == customer.acknowledged[key]

    try:
        for customer in customers:
            customer.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0, 0.25))
            region.kill()
            before_the_kill = [(customer, key) for customer in customers for key in customer.take_unchecked()]
            region.start()
            for customer, key in before_the_kill:
                check(customer, key)
    finally:
        for customer in customers:
            customer.stopping.set()
            customer.join()
    acknowledged = [(customer, key) for customer in customers for key in customer.acknowledged]
    assert len(acknowledged) > 2 * KILLS
    for customer, key in acknowledged:
        check(customer, key)
    region.stop()


# Either side of a link may die at any moment; the other catches up with every version.
def test_a_link_survives_sigkill_on_either_side(fresh):
    deployment = fresh(regions=["us-east-1", "us-west-2"])
    client = deployment.client("us-east-1")
    made = []
    total = 0
    chance = random.Random(20)
    for round_number in range(LINK_KILLS):
        secrets = [f"durable/{round_number}/{i}" for i in range(4)]
        for secret in secrets:
            client.create_secret(Name=secret, SecretString="start", AddReplicaRegions=[{"Region": "us-west-2"}])
        made += secrets
        writers = [Writer(deployment, secret) for secret in secrets]
        for writer in writers:
            writer.start()
        enough = chance.randint(20, 60)
        wait_until(lambda: sum(len(w.acknowledged) for w in writers) >= enough, what="some acknowledged writes")
        victim = "us-east-1" if round_number % 3 != 2 else "us-west-2"
        os.kill(deployment.pid(victim), signal.SIGKILL)
        if victim == "us-west-2":
            before = sum(len(w.acknowledged) for w in writers)
            wait_until(lambda: sum(len(w.acknowledged) for w in writers) > before + 5,
                       what="the primary accepting writes while the replica is down")
        for writer in writers:
            writer.stopping.set()
        for writer in writers:
            writer.join()
        deployment.start_region(victim)
        client = deployment.client("us-east-1", direct=True)
        for writer in writers:
            for version, value in writer.acknowledged.items():
                found = client.get_secret_value(SecretId=writer.secret, VersionId=version)
                assert found["SecretString"] == value
                total += 1
    assert total >= 20 * LINK_KILLS

    # And the other region has caught up with all of it, version by version.
    replica = deployment.client("us-west-2", direct=True)
    for secret in made:
        wait_in_sync(client, secret, ["us-west-2"])
        here = client.get_secret_value(SecretId=secret)
        there = replica.get_secret_value(SecretId=secret)
        assert (here["VersionId"], here["SecretString"]) == (there["VersionId"], there["SecretString"])


# A power cut takes everything at once; starting again on the same directory finds the same credentials and data.
def test_the_whole_deployment_comes_back_after_a_power_cut(fresh):
    deployment = fresh(regions=["us-east-1", "eu-west-1"])
    client = deployment.client("us-east-1")
    client.create_secret(Name="cut", SecretString="kept", AddReplicaRegions=[{"Region": "eu-west-1"}])
    wait_in_sync(client, "cut", ["eu-west-1"])
    before = deployment.env()
    deployment.kill_everything()
    deployment.start()
    assert deployment.env() == before
    for region in ("us-east-1", "eu-west-1"):
        assert deployment.client(region).get_secret_value(SecretId="cut")["SecretString"] == "kept"
