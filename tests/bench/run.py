"""The benchmark behind script/bench. Prints what docs/performance.md publishes.

Reads: signed GetSecretValue over many secrets on keep-alive connections, one server thread pinned to core 0, the load
generator on core 1, interleaved with nginx answering a static body of the same size in the same rounds. The figure to
trust is requests per second of server CPU time: the wall clock also measures the neighbours.
"""

import argparse
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

REGION = "us-east-1"


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
    def __init__(self, binary, directory):
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
updates = 1000000
""")
        self.config.chmod(0o600)
        self.credentials = {}

    def start(self, core="0"):
        began = time.monotonic()
        self.process = subprocess.Popen(["taskset", "-c", core, self.binary, "serve", "--config", str(self.config)])
        wait_for_port(self.port, self.process)
        return time.monotonic() - began

    def account(self):
        made = json.loads(subprocess.run([self.binary, "account", "create", "bench", "--config", str(self.config)],
                                         check=True, capture_output=True, text=True).stdout)
        self.credentials = {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}

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
        wait_for_port(self.port, self.process)
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self.worker = int(children[0])

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["reads", "writes", "start"])
    options = parser.parse_args()
    bench = Bench(options)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="coffer-bench-"))
    try:
        for part in ("reads", "writes", "start"):
            if options.only in (None, part):
                getattr(bench, part)(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
