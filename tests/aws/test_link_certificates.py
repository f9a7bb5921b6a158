"""The certificates of the links between regions, and the authority that vouches for them, are replaced while clients go on."""

import os
import shutil
import signal
import threading
import time

from deployment import coffer, wait_in_sync, wait_until

EAST, WEST = "us-east-1", "us-west-2"


class Calls:
    """Calls again and again in a thread; remembers what failed."""

    def __init__(self, call):
        self.call, self.done, self.failures = call, 0, []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stopping.wait(0.02):
            try:
                self.call()
                self.done += 1
            except Exception as error:
                self.failures.append(repr(error))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()


def test_the_authority_of_the_links_is_replaced_and_nobody_waits(fresh, tmp_path):
    deployment = fresh(regions=[EAST, WEST])
    east, west = deployment.client(EAST), deployment.client(WEST)
    east.create_secret(Name="db", SecretString="0", AddReplicaRegions=[{"Region": WEST}])
    wait_in_sync(east, "db", [WEST])
    trusted = deployment.directory / "ca" / "ca.pem"
    made = tmp_path / "new"
    coffer("certificates", "--out", made, "--region", EAST, "--region", WEST)
    before, after = trusted.read_text(), (made / "ca.pem").read_text()
    assert before != after

    def reread():
        """As an operator does after each step; the log says when a region has done it."""
        for region in (EAST, WEST):
            log = deployment.directory / "regions" / region / "log.jsonl"
            seen = log.read_text().count("tls_reloaded")
            os.kill(deployment.pid(region), signal.SIGHUP)
            wait_until(lambda: log.read_text().count("tls_reloaded") > seen, what=f"{region} reading its files again")

    def replicated(value):
        east.put_secret_value(SecretId="db", SecretString=value)
        wait_until(lambda: west.get_secret_value(SecretId="db")["SecretString"] == value, what=f"{value} in {WEST}")

    def of_a_reader():
        return deployment.client(WEST, direct=True).get_secret_value(SecretId="db")

    def of_a_writer():
        return deployment.client(EAST, direct=True).tag_resource(SecretId="db", Tags=[{"Key": "at", "Value": str(time.time())}])

    with Calls(of_a_reader) as reader, Calls(of_a_writer) as writer:
        trusted.write_text(before + after)  # both count
        reread()
        replicated("while both authorities count")
        for region in (EAST, WEST):
            for suffix in ("pem", "key"):
                shutil.copyfile(made / f"{region}.{suffix}", deployment.directory / "regions" / region / f"link.{suffix}")
        reread()
        replicated("with new certificates")
        trusted.write_text(after)  # only the new one does
        reread()
        replicated("without the old authority")
    assert reader.failures == [] and reader.done > 0
    assert writer.failures == [] and writer.done > 0

    # Every connection is a new one now: each side has the new certificate, or the other would refuse it.
    for region in (WEST, EAST):
        deployment.stop_region(region, kill=True)
        deployment.start_region(region)
    replicated("after both have started again")
