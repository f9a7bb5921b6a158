// Resource policies as users of the AWS SDK for JavaScript meet them.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  DeleteResourcePolicyCommand, GetResourcePolicyCommand, MalformedPolicyDocumentException, PublicPolicyException,
  PutResourcePolicyCommand, ValidateResourcePolicyCommand,
} from "@aws-sdk/client-secrets-manager";

import { accountOf, describe, members, refused, secret, send } from "./support.mjs";

function policy(Principal) {
  const Statement = [{ Effect: "Allow", Principal, Action: "secretsmanager:GetSecretValue", Resource: "*" }];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}
const policyFor = (ARN) => policy({ AWS: `arn:aws:iam::${accountOf(ARN)}:root` });

test("PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy: put, read, deleted", async () => {
  const SecretId = await secret();
  const read = () => send(new GetResourcePolicyCommand({ SecretId }));
  const none = await read();
  assert.deepEqual(members(none), ["ARN", "Name"]);
  const document = policyFor(none.ARN);
  const put = await send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: document, BlockPublicPolicy: true }));
  assert.deepEqual(members(put), ["ARN", "Name"]);
  assert.deepEqual(JSON.parse((await read()).ResourcePolicy), JSON.parse(document));
  for (let i = 0; i < 2; ++i) {  // without a policy, too
    assert.deepEqual(members(await send(new DeleteResourcePolicyCommand({ SecretId }))), ["ARN", "Name"]);
    assert.equal((await read()).ResourcePolicy, undefined);
  }
});

test("PutResourcePolicy: broad access is a PublicPolicyException when it is to be blocked", async () => {
  const SecretId = await secret();
  const everybody = { SecretId, ResourcePolicy: policy("*") };
  await refused(send(new PutResourcePolicyCommand({ ...everybody, BlockPublicPolicy: true })), PublicPolicyException);
});

test("PutResourcePolicy: what is no policy is a MalformedPolicyDocumentException", async () => {
  const SecretId = await secret();
  for (const ResourcePolicy of ["{", "[]", '{"Version":"2012-10-17"}']) {
    await refused(send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy })), MalformedPolicyDocumentException);
  }
});

test("ValidateResourcePolicy: tells good from broad", async () => {
  const SecretId = await secret();
  const { ARN } = await describe(SecretId);
  const good = await send(new ValidateResourcePolicyCommand({ SecretId, ResourcePolicy: policyFor(ARN) }));
  assert.equal(good.PolicyValidationPassed, true);
  assert.deepEqual(good.ValidationErrors ?? [], []);
  const broad = await send(new ValidateResourcePolicyCommand({ SecretId, ResourcePolicy: policy("*") }));
  assert.equal(broad.PolicyValidationPassed, false);
  assert.ok(broad.ValidationErrors.length > 0);
  for (const { CheckName, ErrorMessage } of broad.ValidationErrors) assert.ok(CheckName && ErrorMessage);
});
