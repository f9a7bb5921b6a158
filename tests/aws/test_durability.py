"""What was acknowledged is there after SIGKILL, on either side of a link."""

import os
import random
import signal
import threading

import botocore.exceptions

from deployment import wait_in_sync, wait_until

KILLS = int(os.environ.get("COFFER_TEST_KILLS", "12"))


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


# A durable store that loses one write in ten thousand crashes looks fine in every other test.
def test_every_acknowledged_write_survives_sigkill(fresh):
    deployment = fresh(regions=["us-east-1", "us-west-2"])
    client = deployment.client("us-east-1")
    secrets = [f"durable/{i}" for i in range(4)]
    for secret in secrets:
        client.create_secret(Name=secret, SecretString="start", AddReplicaRegions=[{"Region": "us-west-2"}])
    total = 0
    chance = random.Random(20)
    for round_number in range(KILLS):
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
    assert total >= 20 * KILLS

    # And the other region has caught up with all of it, version by version.
    replica = deployment.client("us-west-2", direct=True)
    for secret in secrets:
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
