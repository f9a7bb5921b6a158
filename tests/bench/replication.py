"""script/bench --only replication: five regions of one deployment on this machine, as `coffer dev` runs them, links and all.

How long an acknowledged write takes to a replica while others write, what replicas cost the writer, how fast regions that were
away are brought up to date, and how long failing over takes. All regions share the machine's cores: figures of one region are
those of a fifth of it.
"""

import concurrent.futures
import http.client
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import time
import uuid

import botocore.auth
import botocore.awsrequest
import botocore.credentials

REGIONS = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"]
PRIMARY, REPLICA = REGIONS[0], REGIONS[1]
SECRETS = 100  # that are written in turn: one may have 200 versions, and its state names them all
MORE_SECRETS = 5_000  # the same rate on these: a few versions each


def free_block(size):
    for base in range(30000, 60000, 50):
        sockets = []
        try:
            for port in range(base, base + size):
                one = socket.socket()
                sockets.append(one)
                one.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise SystemExit("no free block of ports")


class Caller:
    """Signed calls on one connection, cheap enough to leave the cores to the servers."""

    def __init__(self, deployment, region, service="secretsmanager", prefix="secretsmanager"):
        self.region, self.service, self.prefix = region, service, prefix
        self.port = deployment.port + 1 + REGIONS.index(region)
        env = deployment.env
        self.credentials = botocore.credentials.Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def signed(self, operation, body):
        request = botocore.awsrequest.AWSRequest(
            "POST", f"http://127.0.0.1:{self.port}/", data=json.dumps(body),
            headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"{self.prefix}.{operation}"})
        botocore.auth.SigV4Auth(self.credentials, self.service, self.region).add_auth(request)
        return request.data, dict(request.headers)

    def send(self, request):
        self.connection.request("POST", "/", *request)
        response = self.connection.getresponse()
        return response.status, response.read()

    def call(self, operation, body):
        status, content = self.send(self.signed(operation, body))
        if status != 200:
            raise RuntimeError(f"{operation} in {self.region}: {status} {content.decode()}")
        return json.loads(content or b"{}")


class Deployment:
    def __init__(self, binary, directory):
        self.binary, self.directory, self.port = os.path.abspath(binary), pathlib.Path(directory) / "dev", free_block(11)

    def start(self, started):
        self.process = subprocess.Popen(
            [self.binary, "dev", "--data", self.directory, "--port", str(self.port), "--regions", ",".join(REGIONS)],
            stdout=subprocess.DEVNULL)
        started.append(self.process)
        self.wait(lambda: (self.directory / "env").exists())
        self.env = {}
        for line in (self.directory / "env").read_text().splitlines():
            if "=" in line:
                name, value = line.removeprefix("export ").split("=", 1)
                self.env[name] = value.strip("'\"")
        self.wait(lambda: all(self.listens(region) for region in REGIONS))

    @staticmethod
    def wait(condition, seconds=120, pause=0.01):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise SystemExit("the deployment does not come to what is waited for")
            time.sleep(pause)

    def listens(self, region):
        try:
            socket.create_connection(("127.0.0.1", self.port + 1 + REGIONS.index(region)), timeout=1).close()
            return True
        except OSError:
            return False

    def region(self, verb, region, *more):
        subprocess.run([self.binary, "dev", verb, region, "--data", self.directory, *more], check=True, capture_output=True)

    def run(self, *arguments):
        environment = {**os.environ, **self.env}
        return subprocess.run([self.binary, *arguments], check=True, capture_output=True, text=True, env=environment).stdout

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)

    def waiting(self, region):
        status = Caller(self, region, "coffer", "Coffer").call("GetRegionStatus", {})
        return sum(link["Waiting"] for link in status["Links"])


def percentile(values, percent):
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]


def in_threads(count, work):
    """Raises what one of them raised."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(work, number) for number in range(count)]:
            done.result()


def create(deployment, names, replicas, threads=8):
    def work(number):
        caller = Caller(deployment, PRIMARY)
        for name in names[number::threads]:
            body = {"Name": name, "SecretString": "x" * 200, "ClientRequestToken": str(uuid.uuid4())}
            if replicas:
                body["AddReplicaRegions"] = [{"Region": region} for region in replicas]
            caller.call("CreateSecret", body)

    began = time.monotonic()
    in_threads(threads, work)
    return time.monotonic() - began


class Writers:
    """Writes at a rate, to each secret in turn, on 16 connections, for some seconds: coffer_load, which takes a tenth of what
    signing in Python takes of the cores that the regions share."""

    def __init__(self, deployment, load, prefix, secrets, per_second, seconds):
        self.command = [os.path.abspath(load), "--mode", "put", "--port", str(deployment.port + 1 + REGIONS.index(PRIMARY)),
                        "--prefix", prefix, "--secrets", str(secrets), "--rate", str(per_second), "--seconds", str(seconds),
                        "--connections", "16"]
        self.environment = {**os.environ, **deployment.env}

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True, env=self.environment)
        return self

    def rate(self):
        """After the end."""
        output, _ = self.process.communicate(timeout=120)
        result = json.loads(output)
        if result["errors"]:
            raise RuntimeError(f"{result['errors']} writes failed")
        return result["rate"]

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def lags(deployment, seconds):
    """Milliseconds from the answer to a write until the replica gives its value: asked for every millisecond. Whoever asks
    without a pause takes one of the cores that the regions share, and measures himself."""
    writer, reader = Caller(deployment, PRIMARY), Caller(deployment, REPLICA)
    found = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        token, name = str(uuid.uuid4()), f"probe/{len(found) % SECRETS}"
        read = reader.signed("GetSecretValue", {"SecretId": name, "VersionId": token})
        writer.call("PutSecretValue", {"SecretId": name, "SecretString": "z" * 200, "ClientRequestToken": token})
        began = time.monotonic()
        while reader.send(read)[0] != 200:
            if time.monotonic() - began > 60:
                raise RuntimeError(f"{name} has not arrived after a minute")
            time.sleep(0.001)
        found.append((time.monotonic() - began) * 1000)
        time.sleep(0.02)
    return found


def write_times(deployment, prefix, count):
    caller = Caller(deployment, PRIMARY)
    times = []
    for number in range(count):
        request = caller.signed("PutSecretValue", {"SecretId": f"{prefix}/{number % SECRETS}", "SecretString": "z" * 200,
                                                   "ClientRequestToken": str(uuid.uuid4())})
        began = time.monotonic()
        status, content = caller.send(request)
        times.append((time.monotonic() - began) * 1000)
        if status != 200:
            raise RuntimeError(content.decode())
    return times


def measure(binary, load, directory, started, quick):
    seconds, many = (4, 1_000) if quick else (20, 10_000)
    deployment = Deployment(binary, directory)
    deployment.start(started)
    others = REGIONS[1:]
    print(f"\nReplication: {len(REGIONS)} regions on this machine, 200-byte values")

    create(deployment, [f"alone/{i}" for i in range(SECRETS)], [])
    create(deployment, [f"{prefix}/{i}" for prefix in ("copied", "probe", "bench") for i in range(SECRETS)], others)
    deployment.wait(lambda: deployment.waiting(PRIMARY) == 0)
    print(f"{'write, durable, one at a time':>46} {'p50 ms':>8} {'p99 ms':>8}")
    rows = {"without replicas": [], "with four replicas": []}
    for _ in range(5):  # in turn, so that what else happens on the machine falls on both
        rows["without replicas"] += write_times(deployment, "alone", seconds * 50)
        rows["with four replicas"] += write_times(deployment, "copied", seconds * 50)
    for name, times in rows.items():
        print(f"{name:>46} {statistics.median(times):>8.2f} {percentile(times, 99):>8.2f}")

    print(f"{'from the answer to the replica':>46} {'p50 ms':>8} {'p99 ms':>8} {'writes/s':>9}")
    create(deployment, [f"more/{i}" for i in range(MORE_SECRETS)], others)
    deployment.wait(lambda: deployment.waiting(PRIMARY) == 0)
    for rate, prefix, count in ((0, "", 0), (100, "bench", SECRETS), (500, "more", MORE_SECRETS), (500, "bench", SECRETS)):
        if rate == 0:
            found, real = lags(deployment, seconds), 0
        else:
            with Writers(deployment, load, prefix, count, rate, seconds) as writers:
                found = lags(deployment, seconds - 0.5)
                real = writers.rate()
        what = f"while others write {rate}/s to {count} secrets" if rate else "while nobody else writes"
        print(f"{what:>46} {statistics.median(found):>8.2f} {percentile(found, 99):>8.2f} {real:>9.0f}")
        deployment.wait(lambda: deployment.waiting(PRIMARY) == 0)

    for region in others:
        deployment.region("stop-region", region)
    took = create(deployment, [f"many/{i}" for i in range(many)], others)
    print(f"\n{many} secrets made in {took:.1f} s while the four other regions were down")
    began = time.monotonic()
    for region in others:
        deployment.region("start-region", region)
    deployment.wait(lambda: deployment.waiting(PRIMARY) == 0, seconds=600, pause=0.1)
    took = time.monotonic() - began
    print(f"sent to all four within {took:.1f} s of the start of the first: {4 * many / took:.0f} copies/s")

    deployment.region("stop-region", PRIMARY, "--kill")
    began = time.monotonic()
    report = json.loads(deployment.run("failover", "--from", PRIMARY, "--to", REPLICA, "--prefix", "many/", "--yes", "--json"))
    took = time.monotonic() - began
    promoted = sum(secret["Result"] == "Promoted" for secret in report["Secrets"])
    print(f"coffer failover: {promoted} secrets promoted in {took:.1f} s: {promoted / took:.0f}/s")
    began = time.monotonic()
    # The region that is down keeps its marks.
    deployment.wait(lambda: waiting_for(deployment, REPLICA, others[1:]) == 0, seconds=600, pause=0.1)
    print(f"the three other regions follow {time.monotonic() - began:.1f} s later")
    deployment.stop()


def waiting_for(deployment, region, destinations):
    status = Caller(deployment, region, "coffer", "Coffer").call("GetRegionStatus", {})
    return sum(link["Waiting"] for link in status["Links"] if link["Region"] in destinations)
