"""The AWS CLI with nothing but profiles and environment variables, as pods and people have it."""

import json
import os
import re
import shutil
import subprocess

import pytest

KNOWS_ENDPOINTS = {"1": (1, 29, 0), "2": (2, 13, 0)}  # AWS_ENDPOINT_URL


def version(program):
    told = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    return tuple(int(part) for part in re.match(r"aws-cli/([0-9.]+)", told)[1].split("."))


def program():
    """One that reads AWS_ENDPOINT_URL, which the one of Debian 12 does not."""
    for found in ("/usr/bin/aws", shutil.which("aws")):
        if found and os.path.exists(found):
            found_version = version(found)
            if found_version >= KNOWS_ENDPOINTS[str(found_version[0])]:
                return found
    pytest.skip("needs an AWS CLI that reads AWS_ENDPOINT_URL: 1.29, 2.13 or later")


def aws(endpoint, directory, *arguments, **environment):
    """The parsed answer. `directory` may have a `config` and a `credentials` file."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    env.update(AWS_ENDPOINT_URL=endpoint, AWS_DEFAULT_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true",
               AWS_CONFIG_FILE=str(directory / "config"), AWS_SHARED_CREDENTIALS_FILE=str(directory / "credentials"),
               AWS_PAGER="", HOME=str(directory), **environment)
    process = subprocess.run([program(), "--output", "json", *arguments], capture_output=True, text=True, env=env, timeout=60)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)
