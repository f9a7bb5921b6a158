"""An OIDC provider on this machine, as a Kubernetes cluster is one: a key, what it publishes of it, and tokens."""

import base64
import http.server
import json
import subprocess
import threading
import time

KUBERNETES = "system:serviceaccount:default:app"


def encoded(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()


def openssl(*arguments, **more):
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=True, timeout=60, **more).stdout


class Key:
    """RSA, made by openssl."""

    def __init__(self, directory, name):
        self.name = name
        self.path = directory / f"{name}.pem"
        openssl("genrsa", "-out", self.path, "2048")
        modulus = openssl("rsa", "-in", self.path, "-noout", "-modulus").decode().strip().removeprefix("Modulus=")
        self.published = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": name, "n": encoded(bytes.fromhex(modulus)),
                          "e": encoded(b"\x01\x00\x01")}

    def sign(self, text):
        return openssl("dgst", "-sha256", "-sign", self.path, input=text.encode())


class Issuer:
    """Listens until stop(). `asked` is how often it was asked for anything."""

    def __init__(self, directory, path=""):
        self.key = Key(directory, "first")
        self.asked = 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.name = f"127.0.0.1:{self.server.server_port}{path}"  # as policies and ARNs name it
        self.url = f"http://{self.name}"
        self.documents = {
            f"{path}/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            f"{path}/keys": {"keys": [self.key.published]}}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def handler(self):
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked += 1
                document = issuer.documents.get(self.path)
                self.send_response(200 if document else 404)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(document).encode())

            def log_message(self, *_):
                pass

        return Handler

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def token(self, key=None, header=None, **claims):
        """Of the service account `app`, for AWS, for an hour; claims that are None are left out."""
        key, now = key or self.key, int(time.time())
        said = {"iss": self.url, "sub": KUBERNETES, "aud": ["sts.amazonaws.com"], "iat": now, "nbf": now, "exp": now + 3600,
                **claims}
        head = {"alg": "RS256", "kid": key.name, "typ": "JWT", **(header or {})}
        text = f"{encoded(head)}.{encoded({name: value for name, value in said.items() if value is not None})}"
        return f"{text}.{encoded(key.sign(text))}"
