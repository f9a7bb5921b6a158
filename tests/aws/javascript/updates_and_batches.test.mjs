// UpdateSecret, tags and BatchGetSecretValue as users of the AWS SDK for JavaScript meet them.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  BatchGetSecretValueCommand, CreateSecretCommand, DeleteSecretCommand, GetSecretValueCommand,
  InvalidParameterException, InvalidRequestException, paginateBatchGetSecretValue, ResourceExistsException,
  ResourceNotFoundException, TagResourceCommand, UntagResourceCommand, UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";

import { client, describe, MARKED, members, NOT_FOUND, refused, secret, send, unique, UUID } from "./support.mjs";

const batch = (input) => send(new BatchGetSecretValueCommand(input));
const update = (SecretId, more) => send(new UpdateSecretCommand({ SecretId, ...more }));

test("UpdateSecret: a description, and its removal", async () => {
  const Name = await secret();
  const answer = await update(Name, { Description: "d" });
  assert.deepEqual(members(answer), ["ARN", "Name"]);
  assert.equal((await describe(Name)).Description, "d");
  await update(Name, { Description: "" });
  assert.equal((await describe(Name)).Description, undefined);
});

test("UpdateSecret: a value makes a version", async () => {
  const Name = await secret();
  const [first] = Object.keys((await describe(Name)).VersionIdsToStages);
  const answer = await update(Name, { SecretString: "second" });
  assert.deepEqual(members(answer), ["ARN", "Name", "VersionId"]);
  assert.match(answer.VersionId, UUID);
  assert.deepEqual((await describe(Name)).VersionIdsToStages,
                   { [first]: ["AWSPREVIOUS"], [answer.VersionId]: ["AWSCURRENT"] });
  assert.equal((await send(new GetSecretValueCommand({ SecretId: Name }))).SecretString, "second");
  await refused(update(Name, { SecretString: "third", ClientRequestToken: answer.VersionId }), ResourceExistsException);
});

test("UpdateSecret: refused for a secret pending deletion, and for none", async () => {
  const Name = await secret();
  await send(new DeleteSecretCommand({ SecretId: Name }));
  await refused(update(Name, { Description: "d" }), InvalidRequestException, MARKED);
  await refused(update(unique("none"), { Description: "d" }), ResourceNotFoundException, NOT_FOUND);
});

test("TagResource, UntagResource: tags are added, replaced and removed", async () => {
  const SecretId = await secret();
  const tag = (Tags) => send(new TagResourceCommand({ SecretId, Tags }));
  assert.deepEqual(members(await tag([{ Key: "a", Value: "1" }, { Key: "b", Value: "2" }])), []);
  await tag([{ Key: "c", Value: "" }, { Key: "a", Value: "3" }]);
  assert.deepEqual((await describe(SecretId)).Tags,
                   [{ Key: "a", Value: "3" }, { Key: "b", Value: "2" }, { Key: "c", Value: "" }]);
  const untag = (TagKeys) => send(new UntagResourceCommand({ SecretId, TagKeys }));
  assert.deepEqual(members(await untag(["b", "no such key"])), []);
  assert.deepEqual((await describe(SecretId)).Tags, [{ Key: "a", Value: "3" }, { Key: "c", Value: "" }]);
  await untag(["a", "c"]);
  assert.deepEqual((await describe(SecretId)).Tags, []);
});

test("TagResource, UntagResource: refused for a secret pending deletion, and for none", async () => {
  const SecretId = await secret();
  await send(new DeleteSecretCommand({ SecretId }));
  const Tags = [{ Key: "a", Value: "1" }];
  await refused(send(new TagResourceCommand({ SecretId, Tags })), InvalidRequestException, MARKED);
  await refused(send(new UntagResourceCommand({ SecretId, TagKeys: ["a"] })), InvalidRequestException, MARKED);
  await refused(send(new TagResourceCommand({ SecretId: unique("none"), Tags })), ResourceNotFoundException, NOT_FOUND);
});

test("BatchGetSecretValue: values and errors side by side", async () => {
  const text = await secret();
  const bytes = unique("bytes");
  await send(new CreateSecretCommand({ Name: bytes, SecretBinary: Uint8Array.of(0, 255) }));
  const missing = unique("missing");
  const answer = await batch({ SecretIdList: [text, missing, bytes] });
  assert.deepEqual(members(answer), ["Errors", "SecretValues"]);
  assert.deepEqual(answer.SecretValues.map((entry) => entry.Name), [text, bytes]);
  const [first, second] = answer.SecretValues;
  assert.deepEqual(members(first), ["ARN", "CreatedDate", "Name", "SecretString", "VersionId", "VersionStages"]);
  assert.equal(first.SecretString, "first");
  assert.ok(first.CreatedDate instanceof Date);
  assert.deepEqual(first.VersionStages, ["AWSCURRENT"]);
  assert.deepEqual([...second.SecretBinary], [0, 255]);
  assert.deepEqual(answer.Errors, [{ SecretId: missing, ErrorCode: "ResourceNotFoundException", Message: NOT_FOUND }]);
});

test("BatchGetSecretValue: pages through what the filters find", async () => {
  const prefix = unique("batch");
  const names = Array.from({ length: 5 }, (_, i) => `${prefix}/${i}`);
  for (const Name of names) await send(new CreateSecretCommand({ Name, SecretString: Name }));
  const values = [];
  const filters = { Filters: [{ Key: "name", Values: [prefix] }] };
  for await (const page of paginateBatchGetSecretValue({ client: client(), pageSize: 2 }, filters)) {
    assert.ok(page.SecretValues.length <= 2);
    values.push(...page.SecretValues);
  }
  assert.deepEqual(values.map((entry) => entry.SecretString).sort(), names);
});

test("BatchGetSecretValue: a list or filters, not both and not neither", async () => {
  const Filters = [{ Key: "name", Values: ["a"] }];
  const text = "Either 'SecretIdList' or 'Filters' must be provided, but not both.";
  await refused(batch({}), InvalidParameterException, text);
  await refused(batch({ SecretIdList: ["a"], Filters }), InvalidParameterException, text);
  await refused(batch({ SecretIdList: ["a"], MaxResults: 5 }), InvalidParameterException,
                "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.");
});
