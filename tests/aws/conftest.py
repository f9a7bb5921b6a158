import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from deployment import Deployment  # noqa: E402


@pytest.fixture(scope="session")
def five(tmp_path_factory):
    """A deployment of the five default regions, shared by tests that leave every region running."""
    deployment = Deployment(tmp_path_factory.mktemp("five") / "data").start()
    yield deployment
    deployment.stop()


@pytest.fixture
def fresh(tmp_path):
    """Makes deployments that a test may break: fresh(regions=[...])."""
    made = []

    def make(**arguments):
        deployment = Deployment(tmp_path / f"data{len(made)}", **arguments)
        made.append(deployment)
        return deployment.start()

    yield make
    for deployment in made:
        if deployment.process.poll() is None:
            deployment.stop()
