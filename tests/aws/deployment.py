"""Starts and stops a real `coffer dev`, and talks to it as its users do: with boto3 and the AWS CLI."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import boto3
import botocore.config

BINARY = os.environ.get("COFFER_BINARY") or str(pathlib.Path(__file__).parents[2] / "build" / "dev" / "coffer")
AWS = "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else "aws"
REGIONS = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"]
START_SECONDS = 120  # a sanitizer build on a busy machine
# For regions whose test writes faster than AWS lets one account write.
FAST = "[throttle]\n" + "".join(f"{quota} = 100000\n" for quota in ("create_secret", "updates"))


def free_port_block(size):
    """A port P such that P to P+size-1 are free now."""
    for base in range(21000 + os.getpid() % 200 * 50, 60000, 50):
        sockets = []
        try:
            for port in range(base, base + size):
                s = socket.socket()
                sockets.append(s)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for s in sockets:
                s.close()
    raise RuntimeError("no free block of ports")


def wait_until(condition, seconds=60, what="the condition"):
    """Polls until condition() is truthy and returns it; raises when the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(0.02)


def coffer(*arguments, check=True, timeout=60):
    """Runs the program and returns the finished process."""
    process = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)
    if check and process.returncode != 0:
        raise AssertionError(f"coffer {arguments} exited {process.returncode}: {process.stderr}")
    return process


class Deployment:
    """`coffer dev` on a directory. start() returns when it said that it is ready. What it prints is appended to the file
    output_path, beside the directory unless given, and stays there after stop()."""

    def __init__(self, directory, regions=None, port=None, output_path=None, more=()):
        self.directory = pathlib.Path(directory)
        self.regions = regions or REGIONS
        self.port = port or free_port_block(1 + 2 * len(self.regions))
        self.output_path = pathlib.Path(output_path or f"{self.directory}.out")
        self.more = more  # arguments
        self.process = None
        self.output = None
        self.output_start = 0

    def start(self):
        self.output = open(self.output_path, "ab")
        self.output_start = self.output.seek(0, os.SEEK_END)
        self.process = subprocess.Popen(
            [BINARY, "dev", "--data", str(self.directory), "--port", str(self.port), "--regions", ",".join(self.regions),
             *self.more],
            stdout=self.output, stderr=subprocess.STDOUT)
        wait_until(self._started, START_SECONDS, "coffer dev being ready")
        return self

    def _started(self):
        if self.process.poll() is not None:
            raise AssertionError(f"coffer dev exited {self.process.returncode}: {self.printed()}")
        # Not just "ready": a region that "did not become ready" is no success.
        return "Coffer is ready" in self.printed()

    def printed(self):
        """Since the last start()."""
        return self.output_path.read_bytes()[self.output_start:].decode(errors="replace")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            code = self.process.wait(timeout=60)
            assert code == 0, f"coffer dev exited {code} on SIGTERM: {self.printed()}"
        if self.output:
            self.output.close()

    def kill_everything(self):
        """As a power cut would: the supervisor and every region at once, with SIGKILL."""
        pids = [self.pid(region) for region in self.regions]
        self.process.kill()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.output.close()

    def env(self):
        values = {}
        for line in (self.directory / "env").read_text().splitlines():
            line = line.removeprefix("export ").strip()
            if line and not line.startswith("#"):
                name, value = line.split("=", 1)
                values[name] = value.strip("'\"")
        return values

    def endpoint(self, region=None):
        """The gateway, or one region's own endpoint."""
        if region is None:
            return self.env()["AWS_ENDPOINT_URL"]
        return self.env()["COFFER_ENDPOINT_" + region.upper().replace("-", "_")]

    def status(self):
        return json.loads(coffer("dev", "status", "--json", "--data", self.directory).stdout)

    def pid(self, region):
        return int((self.directory / "regions" / region / "pid").read_text())

    def stop_region(self, region, kill=False):
        coffer("dev", "stop-region", region, "--data", self.directory, *(["--kill"] if kill else []), timeout=START_SECONDS)

    def start_region(self, region):
        coffer("dev", "start-region", region, "--data", self.directory, timeout=START_SECONDS)

    def client(self, region, direct=False, credentials=None, service="secretsmanager", scope=None, at=None, **config):
        """credentials: access key id, secret access key and, of temporary ones, the token; the account's root unless
        given. scope: the region that signatures name, of global services asked in another one. at: the region whose
        endpoint is asked, of a service that is signed for another (IAM)."""
        env = self.env()
        key, secret, *token = credentials or (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
        config.setdefault("retries", {"max_attempts": 0})
        config.setdefault("read_timeout", 30)
        return boto3.client(
            service, region_name=scope or region, endpoint_url=self.endpoint(at or (region if direct else None)),
            aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token[0] if token else None,
            config=botocore.config.Config(**config))

    def make_account(self, name, account):
        """Returns the root user's access key id and secret access key."""
        made = json.loads(coffer("account", "create", name, "--id", account, "--data", self.directory).stdout)
        return made["AccessKeyId"], made["SecretAccessKey"]

    def aws(self, region, *arguments, direct=False, check=True, service="secretsmanager", environment=None):
        """The AWS CLI; returns the parsed JSON answer, or the finished process with check=False. `environment` is set
        on top of the account's own; None takes a variable away."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        env.update(self.env(), AWS_REGION=region, AWS_DEFAULT_REGION=region, AWS_PAGER="", AWS_MAX_ATTEMPTS="1",
                   AWS_EC2_METADATA_DISABLED="true")
        for name, value in (environment or {}).items():
            env[name] = value
        env = {name: value for name, value in env.items() if value is not None}
        process = subprocess.run(
            [AWS, "--endpoint-url", self.endpoint(region if direct else None), "--output", "json", service,
             *map(str, arguments)], capture_output=True, text=True, env=env, timeout=60)
        if not check:
            return process
        assert process.returncode == 0, f"aws {arguments}: {process.stderr}"
        return json.loads(process.stdout) if process.stdout.strip() else None

    def remove(self):
        shutil.rmtree(self.directory, ignore_errors=True)


class Region:
    """One `coffer serve` of its own: what to kill and start again hundreds of times. `data` may be elsewhere; another
    `user` (root only) needs a `binary` and a directory that it can reach."""

    def __init__(self, directory, region="us-east-1", more="", data="data", binary=BINARY, user=None):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(mode=0o700)
        self.region = region
        self.binary = binary
        self.become = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        self.port = free_port_block(1)
        self.process = None
        key = self.directory / "root.key"
        key.write_text(os.urandom(32).hex() + "\n")
        key.chmod(0o600)
        self.config = self.directory / "coffer.toml"
        self.config.write_text(
            f'region = "{region}"\ndata = "{data}"\n[listen]\nport = {self.port}\n[seal]\nroot_key_file = "root.key"\n'
            f'[log]\nfile = "log.jsonl"\n{more}')
        if user is not None:
            for path in (self.directory, key, self.config):
                os.chown(path, user, user)
        self.start()
        made = json.loads(coffer("account", "create", "test", "--config", self.config).stdout)
        self.account = made["AccountId"]
        self.credentials = (made["AccessKeyId"], made["SecretAccessKey"])

    def start(self):
        self.process = subprocess.Popen([self.binary, "serve", "--config", str(self.config)], **self.become)
        wait_until(self._listens, START_SECONDS, "coffer serve listening")

    def _listens(self):
        if self.process.poll() is not None:
            raise AssertionError(f"coffer serve exited {self.process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0

    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self, region=None, credentials=None, service="secretsmanager", **config):
        """As Deployment.client(), of this region."""
        key, secret, *token = credentials or self.credentials
        config = {"retries": {"max_attempts": 0}, "read_timeout": 10, "connect_timeout": 2, **config}
        return boto3.client(service, region_name=region or self.region, endpoint_url=self.endpoint(),
                            aws_access_key_id=key, aws_secret_access_key=secret,
                            aws_session_token=token[0] if token else None, config=botocore.config.Config(**config))


def replication(client, secret):
    """Region -> (status, message) as DescribeSecret tells."""
    entries = client.describe_secret(SecretId=secret).get("ReplicationStatus", [])
    return {entry["Region"]: (entry["Status"], entry.get("StatusMessage", "")) for entry in entries}


def wait_in_sync(client, secret, regions, seconds=60):
    def in_sync():
        now = replication(client, secret)
        return all(now.get(region, ("absent",))[0] == "InSync" for region in regions)
    wait_until(in_sync, seconds, f"{secret} InSync in {regions}")
