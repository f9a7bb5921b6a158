// What the tests share: clients of the deployment that the environment names, and how an SDK reports an error.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import {
  CreateSecretCommand, DescribeSecretCommand, SecretsManagerClient, SecretsManagerServiceException,
} from "@aws-sdk/client-secrets-manager";

export const HOME = "us-east-1";
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const NOT_FOUND = "Secrets Manager can't find the specified secret.";
export const MARKED = "You can't perform this operation on the secret because it was marked for deletion.";

const clients = new Map();

// A new client of a service, at a region's own endpoint. Credentials come from the environment unless they are given.
export function clientOf(Client, more = {}, region = HOME) {
  const endpoint = process.env[`COFFER_ENDPOINT_${region.toUpperCase().replaceAll("-", "_")}`];
  assert.ok(endpoint, `the environment names no endpoint of ${region}`);
  return new Client({ region, endpoint, ...more });
}

export function client(region = HOME) {
  if (!clients.has(region)) clients.set(region, clientOf(SecretsManagerClient, {}, region));
  return clients.get(region);
}

export const send = (command, region = HOME) => client(region).send(command);

// A name that no other test, and no other run, has.
export const unique = (name) => `javascript/${name}-${randomUUID()}`;

// The name of a new secret.
export async function secret(members = {}, region = HOME) {
  const Name = unique("secret");
  await send(new CreateSecretCommand({ Name, SecretString: "first", ...members }), region);
  return Name;
}

export const policyOf = (...statements) => JSON.stringify({ Version: "2012-10-17", Statement: statements });

// The keys of a new user who may do what the statement allows.
export async function userWith(iam, statement) {
  const UserName = `javascript-${randomUUID()}`;
  await iam.createUser({ UserName });
  await iam.putUserPolicy({ UserName, PolicyName: "only", PolicyDocument: policyOf(statement) });
  const { AccessKey } = await iam.createAccessKey({ UserName });
  return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
}

export const accountOf = (ARN) => ARN.split(":")[4];

export const describe = (SecretId, region = HOME) => send(new DescribeSecretCommand({ SecretId }), region);

// The members that an answer has, without what the SDK adds.
export const members = (answer) =>
  Object.keys(answer).filter((name) => name !== "$metadata" && answer[name] !== undefined).sort();

// That the call fails as the SDK's users expect it to: `type` is an exception's class, or the name of an error that the
// model has no class for. Services other than Secrets Manager have another base class, and those that speak Query other
// statuses. Returns the error.
export async function refused(call, type, message, { base = SecretsManagerServiceException, status = 400 } = {}) {
  const error = await call.then(() => assert.fail("the call succeeded"), (error) => error);
  assert.ok(error instanceof base, error.stack);
  assert.equal(error.name, typeof type === "string" ? type : type.name, error.stack);
  if (typeof type !== "string") assert.ok(error instanceof type);
  if (message !== undefined) assert.equal(error.message, message);
  assert.equal(error.$fault, "client");
  assert.equal(error.$metadata.httpStatusCode, status);
  assert.match(error.$metadata.requestId, UUID);
  return error;
}

// Polls until `condition` returns something, which it returns.
export async function eventually(condition, what, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    assert.ok(Date.now() < end, `${what} did not come true within ${seconds} s`);
    await sleep(50);
  }
}

// Waits until the copies of a secret in these regions are as the primary.
export function inSync(name, regions) {
  return eventually(async () => {
    const { ReplicationStatus = [] } = await describe(name);
    return regions.every((region) => ReplicationStatus.some((copy) => copy.Region === region && copy.Status === "InSync"));
  }, `${name} being in sync in ${regions}`);
}
