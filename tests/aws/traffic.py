"""Clients that write and read all the time while regions are disturbed, and remember what they were told."""

import random
import threading

import botocore.exceptions

FAILURES = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)
# Longer than any disturbance: whoever waits for a stopped region gets its answer.
CLIENT = {"read_timeout": 90, "connect_timeout": 30}


class Health:
    """Which regions nobody disturbs at the moment."""

    def __init__(self, regions):
        self.disturbances = dict.fromkeys(regions, 0)
        self.disturbed = set()

    def disturb(self, region):
        self.disturbed.add(region)
        self.disturbances[region] += 1

    def restore(self, region):
        self.disturbed.discard(region)

    def token(self, region):
        """Equal before and after a call if and only if the region was well all the while; None: it is not now."""
        return None if region in self.disturbed else self.disturbances[region]


class Client(threading.Thread):
    """Calls one region's own endpoint until stop(). Failures while that region was well are kept: there must be none."""

    def __init__(self, deployment, health, region, pause):
        super().__init__(daemon=True)
        self.client = deployment.client(region, direct=True, **CLIENT)
        self.health = health
        self.region = region
        self.pause = pause
        self.failures = []
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.wait(self.pause):
            token = self.health.token(self.region)
            try:
                self.call_once()
            except FAILURES as error:
                if token is not None and token == self.health.token(self.region):
                    self.failures.append(f"{type(self).__name__} in {self.region}: {error}")
            except Exception as error:  # a thread that dies in silence would pass for one that never fails
                self.failures.append(f"{type(self).__name__} in {self.region} broke: {error!r}")
                raise

    def stop(self):
        self.stopping.set()
        self.join(timeout=120)
        assert not self.is_alive()


class Writer(Client):
    """Puts numbered values, one secret after the other. Nobody else writes these."""

    def __init__(self, deployment, health, region, names, pause=0.2, start=1):
        super().__init__(deployment, health, region, pause)
        self.names = names
        self.next = 0
        self.attempted = dict.fromkeys(names, start - 1)  # the highest number that may be there
        self.last = dict.fromkeys(names, 0)  # the highest that was acknowledged
        self.acknowledged = {name: {} for name in names}  # version id -> number

    def call_once(self):
        name = self.names[self.next % len(self.names)]
        self.next += 1
        self.attempted[name] += 1
        number = self.attempted[name]
        answer = self.client.put_secret_value(SecretId=name, SecretString=str(number))
        self.acknowledged[name][answer["VersionId"]] = number
        self.last[name] = number

    def total(self):
        return sum(len(versions) for versions in self.acknowledged.values())


class Reader(Client):
    """Reads secrets in any order. A value that is older than one that it was given before, or than what was acknowledged
    to a writer in its own region, is a failure, too (unless not is_ordered); so is one that nobody wrote."""

    def __init__(self, deployment, health, region, writers, seed, pause=0.1, is_ordered=True):
        super().__init__(deployment, health, region, pause)
        self.is_ordered = is_ordered
        self.writers = [(writer, name) for writer in writers for name in writer.names]
        self.chance = random.Random(f"{seed} reader {region}")
        self.seen = {}
        self.reads = 0

    def call_once(self):
        writer, name = self.chance.choice(self.writers)
        floor = self.seen.get(name, 0)
        if writer.region == self.region:
            floor = max(floor, writer.last[name])
        number = int(self.client.get_secret_value(SecretId=name)["SecretString"])
        self.reads += 1
        self.seen[name] = max(number, floor)
        if not self.is_ordered:
            if not any(number <= one.attempted[name] for one, _ in self.writers):
                self.failures.append(f"{self.region} has {number} of {name}, which nobody wrote")
        elif not floor <= number <= writer.attempted[name]:
            self.failures.append(f"{self.region} has {number} of {name}, after {floor}; "
                                 f"{writer.attempted[name]} was the last that {writer.region} was sent")


def in_threads(work, items, threads=8):
    """Calls work(thread's number, item) for each item, and raises what one of them raised."""
    items = list(items)
    errors = []

    def run(number):
        try:
            for item in items[number::threads]:
                work(number, item)
        except Exception as error:
            errors.append(error)

    workers = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if errors:
        raise errors[0]
