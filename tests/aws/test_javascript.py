"""The AWS SDK for JavaScript against a deployment: the tests of javascript/*.test.mjs, one test here for each of them."""

import json
import os
import pathlib
import re
import subprocess

import pytest

DIRECTORY = pathlib.Path(__file__).parent / "javascript"

# What Coffer does not do yet: a test, and what it must fail with. When it does not, it fails here, and leaves this list.
NOT_YET = {
    "RotateSecret: a function that does not exist cannot be invoked, and nothing is kept": "the call succeeded",
}


def names(file):
    """Of the tests in a file, which stand at the beginning of a line."""
    return re.findall(r'^test\("([^"]+)"', (DIRECTORY / file).read_text(), re.MULTILINE)


FILES = sorted(path.name for path in DIRECTORY.glob("*.test.mjs"))


@pytest.fixture(scope="session")
def javascript(five):
    """javascript(file) runs the file, the first time, and returns the error of each of its tests, None when it passed."""
    assert (DIRECTORY / "node_modules").is_dir(), f"run `npm ci` in {DIRECTORY}, as script/test does"
    outcomes = {}

    def run(file):
        if file not in outcomes:
            env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
            env.update(five.env(), AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull,
                       AWS_EC2_METADATA_DISABLED="true")
            process = subprocess.run(["node", "--test-reporter=./reporter.mjs", file], cwd=DIRECTORY, env=env,
                                     capture_output=True, text=True, timeout=300)
            lines = [line for line in process.stdout.splitlines() if line.startswith("{")]
            assert lines, f"node exited {process.returncode}: {process.stderr}"
            outcomes[file] = {outcome["name"]: outcome["error"] for outcome in map(json.loads, lines)}
        return outcomes[file]

    return run


@pytest.mark.parametrize("file", FILES)
def test_every_test_of_the_file_has_run(javascript, file):
    assert names(file) and sorted(javascript(file)) == sorted(names(file))


@pytest.mark.parametrize("file, name", [(file, name) for file in FILES for name in names(file)],
                         ids=lambda value: value.removesuffix(".test.mjs"))
def test_the_javascript_sdk(javascript, file, name):
    error = javascript(file)[name]
    if name in NOT_YET:
        assert error is not None, "it passes: take it from NOT_YET"
        assert NOT_YET[name] in error, error
        pytest.xfail(f"not there yet: {NOT_YET[name]}")
    assert error is None, error
