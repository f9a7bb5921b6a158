// KMS as users of the AWS SDK for JavaScript meet it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { IAM } from "@aws-sdk/client-iam";
import {
  AlreadyExistsException, DisabledException, InvalidCiphertextException, KMS, KMSInvalidStateException, KMSServiceException,
  NotFoundException, paginateListKeyRotations, paginateListResourceTags,
} from "@aws-sdk/client-kms";
import { DecryptionFailure, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";

import { clientOf, members, refused, secret, send, userWith } from "./support.mjs";

const kms = clientOf(KMS);
const Plaintext = Uint8Array.from({ length: 256 }, (_, i) => i);
const EncryptionContext = { app: "db", "\u00fcber": "" };
const failed = (call, type, message) => refused(call, type, message, { base: KMSServiceException });

async function key(members = {}) {
  return (await kms.createKey(members)).KeyMetadata.Arn;
}

test("CreateKey and DescribeKey tell the same, with times as dates", async () => {
  const { KeyMetadata } = await kms.createKey({ Description: "told" });
  assert.ok(KeyMetadata.CreationDate instanceof Date && Math.abs(Date.now() - KeyMetadata.CreationDate) < 300000);
  assert.deepEqual((await kms.describeKey({ KeyId: KeyMetadata.KeyId })).KeyMetadata, KeyMetadata);
  await failed(kms.describeKey({ KeyId: randomUUID() }), NotFoundException);
});

test("bytes are encrypted and decrypted, with their context only", async () => {
  const KeyId = await key();
  const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext, EncryptionContext });
  assert.ok(CiphertextBlob instanceof Uint8Array);
  const answer = await kms.decrypt({ CiphertextBlob, EncryptionContext });
  assert.deepEqual(members(answer), ["EncryptionAlgorithm", "KeyId", "KeyMaterialId", "Plaintext"]);
  assert.deepEqual(Buffer.from(answer.Plaintext), Buffer.from(Plaintext));
  await failed(kms.decrypt({ CiphertextBlob }), InvalidCiphertextException);
});

test("a data key comes in plain and encrypted", async () => {
  const KeyId = await key();
  const made = await kms.generateDataKey({ KeyId, KeySpec: "AES_256" });
  assert.equal(made.Plaintext.length, 32);
  const { Plaintext: opened } = await kms.decrypt({ CiphertextBlob: made.CiphertextBlob });
  assert.deepEqual(Buffer.from(opened), Buffer.from(made.Plaintext));
});

test("a key rotates on demand, and old ciphertexts are still decrypted", async () => {
  const KeyId = await key();
  const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext });
  await kms.rotateKeyOnDemand({ KeyId });
  assert.equal((await kms.decrypt({ CiphertextBlob })).KeyId, KeyId);
  const rotations = [];
  for await (const page of paginateListKeyRotations({ client: kms }, { KeyId })) rotations.push(...page.Rotations);
  assert.equal(rotations.length, 1);
  assert.ok(rotations[0].RotationDate instanceof Date);
});

test("aliases, tags and states, and errors as classes", async () => {
  const KeyId = await key({ Tags: [{ TagKey: "a", TagValue: "1" }, { TagKey: "b", TagValue: "2" }] });
  const AliasName = `alias/javascript/${randomUUID()}`;
  await kms.createAlias({ AliasName, TargetKeyId: KeyId });
  await failed(kms.createAlias({ AliasName, TargetKeyId: KeyId }), AlreadyExistsException);
  assert.equal((await kms.encrypt({ KeyId: AliasName, Plaintext })).KeyId, KeyId);
  const sizes = [];
  for await (const { Tags } of paginateListResourceTags({ client: kms, pageSize: 1 }, { KeyId })) sizes.push(Tags.length);
  assert.deepEqual(sizes, [1, 1]);
  await kms.disableKey({ KeyId });
  await failed(kms.encrypt({ KeyId, Plaintext }), DisabledException, `${KeyId} is disabled.`);
  const { DeletionDate } = await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
  assert.ok(DeletionDate instanceof Date && DeletionDate > Date.now());
  await failed(kms.enableKey({ KeyId }), KMSInvalidStateException);
});

test("a grantee decrypts without any policy", async () => {
  const KeyId = await key();
  const credentials = await userWith(clientOf(IAM), { Effect: "Allow", Action: "sts:GetCallerIdentity", Resource: "*" });
  const { User } = await clientOf(IAM).getUser({
    UserName: (await clientOf(IAM).getAccessKeyLastUsed({ AccessKeyId: credentials.accessKeyId })).UserName });
  const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext });
  const decrypt = () => clientOf(KMS, { credentials }).decrypt({ CiphertextBlob });
  await failed(decrypt(), "AccessDeniedException");
  const { GrantId } = await kms.createGrant({ KeyId, GranteePrincipal: User.Arn, Operations: ["Decrypt"] });
  assert.deepEqual(Buffer.from((await decrypt()).Plaintext), Buffer.from(Plaintext));
  await kms.revokeGrant({ KeyId, GrantId });
  await failed(decrypt(), "AccessDeniedException");
});

test("a secret under a disabled key is a DecryptionFailure", async () => {
  const KmsKeyId = await key();
  const SecretId = await secret({ KmsKeyId });
  await kms.disableKey({ KeyId: KmsKeyId });
  await refused(send(new GetSecretValueCommand({ SecretId })), DecryptionFailure);
  await kms.enableKey({ KeyId: KmsKeyId });
  assert.equal((await send(new GetSecretValueCommand({ SecretId }))).SecretString, "first");
});
