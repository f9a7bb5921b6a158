"""Policy documents as texts."""

import json

ACCOUNT = "123456789012"  # of every `coffer dev`


def statement(effect, action, resource="*", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def allow(action, resource="*", **more):
    return statement("Allow", action, resource, **more)


def deny(action, resource="*", **more):
    return statement("Deny", action, resource, **more)


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal, action="sts:AssumeRole", **more):
    """The trust policy of a role. `principal`: an ARN, an account, or an object."""
    principal = principal if isinstance(principal, dict) else {"AWS": principal}
    return policy({"Effect": "Allow", "Principal": principal, "Action": action, **more})
