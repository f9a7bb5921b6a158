#include "sts/session_credentials.h"

#include <cstdlib>

#include "crypto/digest.h"
#include "policy/compiled_policy.h"
#include "sts/arns.h"
#include "sts/session_token.h"

namespace coffer::sts {
namespace {

constexpr size_t kCachedBytes = 256 << 20;

std::string root_arn(const AccountId& account) {
  return "arn:aws:iam::" + account.text() + ":root";
}

// `identity`: of the role or user; null for the root user.
std::string arn_of(const SessionContents& contents, const iam::Identity* identity) {
  switch (contents.kind) {
    case auth::PrincipalKind::kRoleSession:
      return assumed_role_arn(contents.account, identity->name, contents.name);
    case auth::PrincipalKind::kFederatedUser:
      return federated_user_arn(contents.account, contents.name);
    case auth::PrincipalKind::kUser:
      return identity->arn;
    case auth::PrincipalKind::kRoot:
      return root_arn(contents.account);
    case auth::PrincipalKind::kAnonymous:
      break;
  }
  std::abort();
}

std::string user_id_of(const SessionContents& contents) {
  switch (contents.kind) {
    case auth::PrincipalKind::kRoleSession:
      return contents.unique_id + ":" + contents.name;
    case auth::PrincipalKind::kFederatedUser:
      return contents.account.text() + ":" + contents.name;
    case auth::PrincipalKind::kUser:
      return contents.unique_id;
    case auth::PrincipalKind::kRoot:
      return contents.account.text();
    case auth::PrincipalKind::kAnonymous:
      break;
  }
  std::abort();
}

// It was refused when the session was made unless it compiled: now it does, or another version of Coffer made it.
Result<std::shared_ptr<const policy::CompiledPolicy>> compile(std::string_view text) {
  if (text.empty()) return std::shared_ptr<const policy::CompiledPolicy>();
  auto document = policy::parse_document(text, policy::DocumentKind::kIdentityPolicy);
  if (!document.ok()) return Error{ErrorCode::kCorrupt, "the policy in a session token is not understood"};
  return std::make_shared<const policy::CompiledPolicy>(std::move(document).value(),
                                                        policy::PolicySource{"the session's policy", {}});
}

Result<std::shared_ptr<const auth::Session>> session_of(const SessionContents& contents,
                                                        const iam::Identity* identity) {
  auth::Session session{.issued = contents.issued,
                        .expires = contents.expires,
                        .tags = {},
                        .transitive_tag_keys = {},
                        .source_identity = contents.source_identity,
                        .federated_provider = contents.federated_provider,
                        .mfa = std::nullopt,
                        .is_chained = contents.is_chained,
                        .parent_arn = {},
                        .parent_id = {},
                        .policy = nullptr,
                        .policy_arns = contents.policy_arns};
  for (const SessionTag& tag : contents.tags) {
    session.tags.emplace_back(tag.key, tag.value);
    if (tag.is_transitive) session.transitive_tag_keys.push_back(tag.key);
  }
  if (contents.kind == auth::PrincipalKind::kFederatedUser) {
    session.parent_arn = identity != nullptr ? identity->arn : root_arn(contents.account);
    session.parent_id = identity != nullptr ? identity->unique_id : contents.account.text();
  }
  COFFER_ASSIGN(session.policy, compile(contents.policy));
  return std::make_shared<const auth::Session>(std::move(session));
}

}  // namespace

struct SessionCredentials::Opened {
  std::string unique_id;     // of the role or user; empty: the root user
  std::string identity_arn;  // that it had when the token was opened
  Time expires;
  size_t weight = 0;
  std::shared_ptr<const auth::Credential> credential;
};

SessionCredentials::SessionCredentials(const Parts& parts)
    : parts_(parts),
      opened_(std::make_unique<store::RowCache<Opened>>(store::RowCache<Opened>::Options{
          .capacity = kCachedBytes, .weigh = [](std::string_view, const Opened& opened) { return opened.weight; }})) {}
SessionCredentials::~SessionCredentials() = default;

Result<std::shared_ptr<const auth::Credential>> SessionCredentials::find(const auth::ClaimedCredential& claimed) const {
  using Pointer = std::shared_ptr<const auth::Credential>;
  if (!claimed.session_token) return parts_.long_term.find(claimed);
  if (claimed.session_token->size() > kMaxTokenSize) return Pointer();
  const crypto::Digest digest = crypto::Sha256::of(*claimed.session_token);
  const std::string_view key(reinterpret_cast<const char*>(digest.data()), digest.size());
  COFFER_ASSIGN(const OpenedPointer opened, opened_->get(key, [&] { return open(claimed); }));
  if (opened == nullptr || opened->credential->caller().access_key.text() != claimed.access_key_id) return Pointer();
  if (claimed.now >= opened->expires) {
    return Error{ErrorCode::kExpiredToken, "The security token included in the request is expired"};
  }
  if (opened->unique_id.empty()) return opened->credential;
  COFFER_ASSIGN(const auto snapshot, parts_.identities.snapshot(opened->credential->caller().account));
  const iam::Identity* const identity = snapshot->by_unique_id(opened->unique_id);
  if (identity == nullptr) return Pointer();
  if (identity->arn == opened->identity_arn) return opened->credential;
  // The user was renamed, and so is the session.
  opened_->replace(key, opened.get(), nullptr);
  COFFER_ASSIGN(const OpenedPointer again, open(claimed));
  return again != nullptr ? again->credential : Pointer();
}

Result<SessionCredentials::OpenedPointer> SessionCredentials::open(const auth::ClaimedCredential& claimed) const {
  const auto access_key = AccessKeyId::parse(claimed.access_key_id);
  const auto sealed = SealedToken::parse(*claimed.session_token);
  if (!access_key || !sealed) return OpenedPointer();
  COFFER_ASSIGN(const SessionKeyPointer key, parts_.keys.find(sealed->key_id()));
  if (key == nullptr) return OpenedPointer();
  auto contents = sealed->open(access_key->text(), *key);
  if (!contents.ok() && contents.error().code == ErrorCode::kDecryptionFailure) return OpenedPointer();
  if (!contents.ok()) return std::move(contents).error();

  COFFER_ASSIGN(const auto snapshot, parts_.identities.snapshot(contents->account));
  const iam::Identity* const identity = snapshot->by_unique_id(contents->unique_id);
  if (identity == nullptr && !contents->unique_id.empty()) return OpenedPointer();
  auth::Caller caller{contents->account, contents->kind, arn_of(*contents, identity), *access_key,
                      user_id_of(*contents)};
  COFFER_ASSIGN(caller.session, session_of(*contents, identity));
  // What is made of a token is larger than it, a compiled policy above all.
  const size_t weight = 2048 + 8 * claimed.session_token->size();
  return std::make_shared<const Opened>(
      Opened{contents->unique_id, identity != nullptr ? identity->arn : std::string(), contents->expires, weight,
             std::make_shared<const auth::Credential>(std::move(caller), std::move(contents->secret_access_key),
                                                      auth::KeyState::kActive)});
}

}  // namespace coffer::sts
