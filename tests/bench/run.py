"""The benchmark behind script/bench. Prints what docs/performance.md publishes.

Reads: signed GetSecretValue over many secrets on keep-alive connections, one server thread pinned to core 0, the load
generator on core 1, interleaved with nginx answering a static body of the same size in the same rounds. The figure to
trust is requests per second of server CPU time: the wall clock also measures the neighbours.
"""

import argparse
import http.client
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials

import replication

REGION = "us-east-1"
PARTS = ("reads", "sharing", "writes", "start", "replication", "million")
started = []  # processes, to be ended whatever happens


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_seconds(pid):
    """CPU time of all threads of a process and of its children that still run."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except OSError:
            pass
    return total / 1e9


def rss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def wait_for_port(port, process, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"the server exited {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.002)
    raise SystemExit("the server does not listen")


class Coffer:
    def __init__(self, binary, directory, more=""):
        self.binary = os.path.abspath(binary)
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(mode=0o700, exist_ok=True)
        self.port = free_port()
        key = self.directory / "root.key"
        if not key.exists():
            key.write_text(os.urandom(32).hex() + "\n")
            key.chmod(0o600)
        self.config = self.directory / "coffer.toml"
        self.config.write_text(f"""
region = "{REGION}"
data = "{self.directory}/data"
[listen]
address = "127.0.0.1"
port = {self.port}
threads = 1
[seal]
root_key_file = "{key}"
[identity]
home = "{REGION}"
[log]
file = "{self.directory}/log.jsonl"
[audit]
file = "{self.directory}/audit.jsonl"
[throttle]
create_secret = 1000000
get_secret_value = 1000000
list_secrets = 1000000
describe_secret = 1000000
updates = 1000000
[limits]
secrets_per_account = 10000000
{more}""")
        self.config.chmod(0o600)
        self.credentials = {}

    @classmethod
    def again(cls, stopped, more):
        """The same store with another configuration."""
        server = cls(stopped.binary, stopped.directory, more)
        server.credentials = stopped.credentials
        return server

    def start(self, core="0"):
        began = time.monotonic()
        self.process = subprocess.Popen(["taskset", "-c", core, self.binary, "serve", "--config", str(self.config)])
        started.append(self.process)
        wait_for_port(self.port, self.process)
        return time.monotonic() - began

    def account(self, name="bench"):
        made = json.loads(subprocess.run([self.binary, "account", "create", name, "--config", str(self.config)],
                                         check=True, capture_output=True, text=True).stdout)
        self.credentials = {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}

    def client(self, service, credentials=None):
        """boto3's, of the root user unless other credentials are given."""
        given = credentials or self.credentials
        return boto3.client(service, region_name=REGION, endpoint_url=f"http://127.0.0.1:{self.port}",
                            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
                            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"])

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)


class Nginx:
    def __init__(self, directory, body):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(exist_ok=True)
        self.port = free_port()
        (self.directory / "nginx.conf").write_text(f"""
worker_processes 1;
worker_cpu_affinity 1;
daemon off;
pid {self.directory}/pid;
error_log {self.directory}/error.log;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600;
  client_body_temp_path {self.directory}/body;
  proxy_temp_path {self.directory}/proxy;
  fastcgi_temp_path {self.directory}/fastcgi;
  uwsgi_temp_path {self.directory}/uwsgi;
  scgi_temp_path {self.directory}/scgi;
  server {{
    listen 127.0.0.1:{self.port} backlog=1024;
    default_type application/x-amz-json-1.1;
    location / {{ return 200 '{body}'; }}
  }}
}}
""")

    def start(self):
        self.process = subprocess.Popen(["nginx", "-c", str(self.directory / "nginx.conf"), "-p", str(self.directory)],
                                        stderr=subprocess.DEVNULL)
        started.append(self.process)
        wait_for_port(self.port, self.process)
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self.worker = int(children[0])

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def make_reader(server, account):
    """The role that reads, with ten policies of which one lets it; returns the key of a user who may assume it."""
    iam = server.client("iam")
    iam.create_user(UserName="deployer")
    iam.put_user_policy(UserName="deployer", PolicyName="assume", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": allow("sts:AssumeRole")}))
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{account}:user/deployer"}}}))
    for number in range(9):
        iam.put_role_policy(RoleName="reader", PolicyName=f"other-{number}", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [allow(f"service{number}:Get{i}", f"arn:aws:s{number}:::thing/{i}/*")
                                                    for i in range(8)]}))
    iam.put_role_policy(RoleName="reader", PolicyName="secrets", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [
            allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:shared/*"),
            allow("kms:Decrypt", "arn:aws:kms:*:*:key/*")]}))
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


class Bench:
    def __init__(self, options):
        self.options = options
        self.rounds = 3 if options.quick else 9
        self.seconds = 1 if options.quick else 2

    def load(self, port, mode, environment=None, **arguments):
        command = ["taskset", "-c", "1", os.path.abspath(self.options.load), "--mode", mode, "--port", str(port)]
        for name, value in arguments.items():
            command += ["--" + name.replace("_", "-"), str(value)]
        output = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **(environment or {})})
        result = json.loads(output.stdout)
        if result["errors"]:
            raise SystemExit(f"{result['errors']} errors: {output.stderr[:500]}")
        return result

    def reads(self, directory):
        secrets = 2000 if self.options.quick else 10000
        server = Coffer(self.options.binary, directory / "reads")
        server.start()
        server.account()
        self.load(server.port, "create", server.credentials, secrets=secrets, connections=64, seconds=600)
        probe = self.load(server.port, "get", server.credentials, secrets=secrets, connections=64, seconds=1)
        nginx = Nginx(directory / "nginx", "x" * max(1, probe["reply_bytes"] - 200))
        nginx.start()
        print(f"\nGetSecretValue, signed, {secrets} secrets, replies of {probe['reply_bytes']} bytes; nginx: static body; "
              f"{self.rounds} interleaved rounds of {self.seconds} s; medians")
        print(f"{'connections':>12} {'server':>8} {'req/CPU-s':>10} {'ratio':>6} {'req/s':>9} {'p50 us':>7} {'p99 us':>7} {'us CPU/req':>10} {'RSS MiB':>8}")
        for connections in (64, 256):
            rows = {"coffer": [], "nginx": []}
            for _ in range(self.rounds):
                for name, port, pid, mode, environment in (
                        ("coffer", server.port, server.process.pid, "get", server.credentials),
                        ("nginx", nginx.port, nginx.worker, "plain", None)):
                    before = cpu_seconds(pid)
                    result = self.load(port, mode, environment, connections=connections, seconds=self.seconds, secrets=secrets)
                    result["per_cpu"] = result["requests"] / (cpu_seconds(pid) - before)
                    rows[name].append(result)

            def median(name, key):
                return statistics.median(row[key] for row in rows[name])
            ratio = statistics.median(c["per_cpu"] / n["per_cpu"] for c, n in zip(rows["coffer"], rows["nginx"]))
            for name, pid in (("coffer", server.process.pid), ("nginx", nginx.worker)):
                print(f"{connections:>12} {name:>8} {median(name, 'per_cpu'):>10.0f} {ratio if name == 'coffer' else 1:>6.2f} "
                      f"{median(name, 'rate'):>9.0f} {median(name, 'p50_us'):>7.0f} {median(name, 'p99_us'):>7.0f} "
                      f"{1e6 / median(name, 'per_cpu'):>10.1f} {rss_mib(pid):>8.0f}")
        nginx.stop()
        server.stop()

    def replication(self, directory):
        replication.measure(self.options.binary, self.options.load, directory, started, self.options.quick)

    def sharing(self, directory):
        """Reads that policies decide: root under the default key, root under a customer key, and the session of a role
        of another account under that key, which takes a secret's policy, ten identity policies and the key's policy."""
        secrets = 500 if self.options.quick else 2000
        server = Coffer(self.options.binary, directory / "sharing")
        server.start()
        server.account()
        owner = server.credentials
        kms = server.client("kms")
        account = server.client("sts").get_caller_identity()["Account"]
        server.account("readers")
        reader = server.client("sts").get_caller_identity()["Account"]
        role = make_reader(server, reader)
        session = server.client("sts", role).assume_role(
            RoleArn=f"arn:aws:iam::{reader}:role/reader", RoleSessionName="bench")["Credentials"]
        server.credentials = owner
        key = kms.create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": [
            allow("kms:*", Principal={"AWS": account}),
            allow("kms:Decrypt", Principal={"AWS": f"arn:aws:iam::{reader}:role/reader"}, Condition={"StringEquals": {
                "kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}})]}))["KeyMetadata"]["Arn"]
        self.load(server.port, "create", owner, secrets=secrets, connections=64, seconds=600)
        self.load(server.port, "create", owner, secrets=secrets, connections=64, seconds=600, prefix="shared", kms_key=key)
        ids = {"bench/": directory / "own-ids", "shared/": directory / "shared-ids"}
        manager = server.client("secretsmanager")
        arns = {prefix: [] for prefix in ids}
        for page in manager.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 100}):
            for secret in page["SecretList"]:
                arns[secret["Name"].split("/")[0] + "/"].append(secret["ARN"])
        for arn in arns["shared/"]:
            manager.put_resource_policy(SecretId=arn, ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": allow(
                "secretsmanager:GetSecretValue", Principal={"AWS": f"arn:aws:iam::{reader}:role/reader"})}))
        for prefix, file in ids.items():
            file.write_text("\n".join(arns[prefix]) + "\n")
        in_session = {"AWS_ACCESS_KEY_ID": session["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
                      "AWS_SESSION_TOKEN": session["SessionToken"]}
        kinds = (("root, default key", owner, "bench/"), ("root, customer key", owner, "shared/"),
                 ("role of another account", in_session, "shared/"))
        rows = {name: [] for name, _, _ in kinds}
        for _ in range(self.rounds):
            for name, environment, prefix in kinds:
                before = cpu_seconds(server.process.pid)
                result = self.load(server.port, "get", environment, connections=64, seconds=self.seconds, secrets=secrets,
                                   ids=ids[prefix])
                rows[name].append(result["requests"] / (cpu_seconds(server.process.pid) - before))
        print(f"\nGetSecretValue by ARN, {secrets} secrets each, 64 connections; {self.rounds} interleaved rounds of "
              f"{self.seconds} s; medians")
        print(f"{'caller':>24} {'req/CPU-s':>10} {'of root':>8} {'us CPU/req':>10}")
        for name, _, _ in kinds:
            ratio = statistics.median(a / b for a, b in zip(rows[name], rows[kinds[0][0]]))
            rate = statistics.median(rows[name])
            print(f"{name:>24} {rate:>10.0f} {ratio:>8.2f} {1e6 / rate:>10.1f}")
        server.stop()

    def writes(self, directory):
        server = Coffer(self.options.binary, directory / "writes")
        server.start(core="0,1")
        server.account()
        secrets = 2000 if self.options.quick else 10000  # so many that few versions pile up in each
        self.load(server.port, "create", server.credentials, secrets=secrets, connections=32, seconds=600)
        print(f"\nPutSecretValue, durable (fsync before the answer), {secrets} secrets; medians of {self.rounds} rounds")
        print(f"{'clients':>12} {'req/s':>9} {'p50 us':>7} {'p99 us':>7}")
        for connections in (1, 32):
            rows = [self.load(server.port, "put", server.credentials, secrets=secrets, connections=connections,
                              seconds=self.seconds) for _ in range(self.rounds)]
            print(f"{connections:>12} {statistics.median(r['rate'] for r in rows):>9.0f} "
                  f"{statistics.median(r['p50_us'] for r in rows):>7.0f} {statistics.median(r['p99_us'] for r in rows):>7.0f}")
        server.stop()

    def start(self, directory):
        print("\nStart-up (process start to the listening socket) and memory")
        print(f"{'secrets':>12} {'start ms':>9} {'idle RSS MiB':>13}")
        for secrets in (0, 10000 if self.options.quick else 100000):
            server = Coffer(self.options.binary, directory / f"start{secrets}")
            server.start(core="0,1")
            server.account()
            if secrets:
                self.load(server.port, "create", server.credentials, secrets=secrets, connections=128, seconds=3600)
            server.stop()
            times = []
            for _ in range(5):
                times.append(server.start(core="0,1"))
                time.sleep(1)
                memory = rss_mib(server.process.pid)
                server.stop()
            print(f"{secrets:>12} {statistics.median(times) * 1000:>9.0f} {memory:>13.0f}")


    def million(self, directory):
        """Many secrets against a thousand, in the same rounds, and what listing them costs."""
        few, many = 1000, self.options.secrets or (20_000 if self.options.quick else 1_000_000)
        servers = {}
        print(f"\n{many} secrets against {few}")
        for count in (few, many):
            server = servers[count] = Coffer(self.options.binary, directory / f"secrets{count}")
            server.start(core="0,1")
            server.account()
            created = self.load(server.port, "create", server.credentials, secrets=count, connections=128, seconds=36000)
            server.stop()
            took = server.start()
            files = sum(f.stat().st_size for f in (server.directory / "data").rglob("*") if f.is_file()) / 2**20
            print(f"  {count:>9} created at {created['rate']:.0f}/s; {files:.0f} MiB on disk; started again in "
                  f"{took * 1000:.0f} ms; {rss_mib(server.process.pid):.0f} MiB resident")
        print(f"\nReading them at random, 64 connections; {self.rounds} interleaved rounds of {self.seconds} s; medians")
        print(f"{'operation':>30} {'secrets':>9} {'req/CPU-s':>10} {'ratio':>6} {'req/s':>9} {'p50 us':>7} {'p99 us':>7} {'RSS MiB':>8}")
        self.touch(servers, "GetSecretValue, the first time")
        self.warm(servers)
        self.compare(servers, "random", "GetSecretValue")
        self.compare(servers, "describe", "DescribeSecret")
        for count, server in servers.items():
            self.lists(server, count)
        servers.pop(few).stop()
        self.sorted_list(servers[many])
        servers[many].stop()
        small = max(16, many // 8000)
        print(f"\nThe same {many} with cache.megabytes = {small}")
        server = servers[many] = Coffer.again(servers[many], f"[cache]\nmegabytes = {small}\n")
        server.start()
        self.compare(servers, "random", "GetSecretValue")
        server.stop()

    def measured(self, server, mode, **arguments):
        before = cpu_seconds(server.process.pid)
        result = self.load(server.port, mode, server.credentials, connections=64, **arguments)
        result["per_cpu"] = result["requests"] / (cpu_seconds(server.process.pid) - before)
        return result

    def settle(self, server):
        """Until the dates of the reads are written, and RocksDB has done with them. Returns how long the CPU took."""
        begin = before = cpu_seconds(server.process.pid)
        while True:
            time.sleep(3)
            now = cpu_seconds(server.process.pid)
            if now - before < 0.1:
                return now - begin
            before = now

    def warm(self, servers):
        """Reads each secret until no read is the first of the day any more: only so many dates are noted at a time."""
        for count, server in servers.items():
            self.settle(server)
            for _ in range(10):
                self.measured(server, "touch", secrets=count, seconds=36000)
                if self.settle(server) < 0.3:
                    break

    def print_reads(self, name, count, rows, ratio, server):
        def median(key):
            return statistics.median(row[key] for row in rows)
        print(f"{name:>30} {count:>9} {median('per_cpu'):>10.0f} {ratio:>6.2f} {median('rate'):>9.0f} {median('p50_us'):>7.0f} "
              f"{median('p99_us'):>7.0f} {rss_mib(server.process.pid):>8.0f}")

    def touch(self, servers, name):
        first = None
        for count, server in servers.items():
            row = self.measured(server, "touch", secrets=count, seconds=36000)
            first = first or row
            self.print_reads(name, count, [row], row["per_cpu"] / first["per_cpu"], server)

    def compare(self, servers, mode, name):
        rows = {count: [] for count in servers}
        for _ in range(self.rounds):
            for count, server in servers.items():
                rows[count].append(self.measured(server, mode, secrets=count, seconds=self.seconds))
        first = next(iter(rows.values()))
        for count, server in servers.items():
            ratio = statistics.median(row["per_cpu"] / base["per_cpu"] for row, base in zip(rows[count], first))
            self.print_reads(name, count, rows[count], ratio, server)

    def lists(self, server, count):
        print(f"\nListSecrets of {count}, 100 a page: each call's milliseconds (median, worst), of the server's CPU time (mean)")
        print(f"{'list':>30} {'calls':>6} {'secrets':>8} {'ms':>7} {'worst':>7} {'CPU ms':>7} {'all, s':>7}")
        for name, filters, everything in (
                ("first page", [], False),
                ("all pages", [], True),
                ("every thousandth, by tag", [{"Key": "tag-key", "Values": ["thousandth"]}], True),
                ("one, by prefix of its name", [{"Key": "name", "Values": [f"bench/{count - 1}"]}], True),
                ("none, by description", [{"Key": "description", "Values": ["no such word"]}], True)):
            pages = 20 if not everything else None
            self.print_list(name, server, walk(server, {"MaxResults": 100, "Filters": filters}, pages))

    def sorted_list(self, server):
        bound = 10_000
        bench, _ = server.credentials, server.account("sorted")
        self.load(server.port, "create", server.credentials, secrets=bound, connections=64, seconds=600)
        self.print_list(f"{bound} by name, first pages", server,
                        walk(server, {"MaxResults": 100, "SortBy": "name", "SortOrder": "desc"}, 20))
        server.credentials = bench

    def print_list(self, name, server, result):
        times, found, cpu = result
        print(f"{name:>30} {len(times):>6} {found:>8} {statistics.median(times) * 1000:>7.2f} {max(times) * 1000:>7.2f} "
              f"{cpu / len(times) * 1000:>7.2f} {sum(times):>7.2f}")


def walk(server, request, pages):
    """Calls ListSecrets until there is no next page, or `pages` times: the first page again and again when it is bounded."""
    credentials = botocore.credentials.Credentials(server.credentials["AWS_ACCESS_KEY_ID"],
                                                   server.credentials["AWS_SECRET_ACCESS_KEY"])
    signer = botocore.auth.SigV4Auth(credentials, "secretsmanager", REGION)
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    times, found, token = [], 0, None
    before = cpu_seconds(server.process.pid)
    while pages is None or len(times) < pages:
        body = json.dumps(request | ({"NextToken": token} if token else {}))
        signed = botocore.awsrequest.AWSRequest(
            "POST", f"http://127.0.0.1:{server.port}/", data=body,
            headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.ListSecrets"})
        signer.add_auth(signed)
        began = time.monotonic()
        connection.request("POST", "/", body, dict(signed.headers))
        response = connection.getresponse()
        content = response.read()
        times.append(time.monotonic() - began)
        if response.status != 200:
            raise SystemExit(f"ListSecrets: {content.decode()}")
        page = json.loads(content)
        found += len(page["SecretList"])
        if pages is None:
            token = page.get("NextToken")
            if token is None:
                break
    return times, found, cpu_seconds(server.process.pid) - before


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--secrets", type=int, help="of the part million")
    options = parser.parse_args()
    bench = Bench(options)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="coffer-bench-"))
    try:
        for part in PARTS:
            if options.only in (None, part):
                getattr(bench, part)(directory)
    finally:
        for process in started:
            process.kill()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
