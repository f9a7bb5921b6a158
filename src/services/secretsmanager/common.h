// What most cards of this folder need: the secret that was authorized, and the refusals that many operations share.
// Texts and their order follow AWS: name, token, authorization, existence, pending deletion, replica.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "api/operation.h"
#include "services/secretsmanager/rooms.h"

namespace coffer::secretsmanager {

inline constexpr wire::Constraint kSecretIdBounds{.min = 1, .max = 2048};
inline constexpr wire::Constraint kVersionIdBounds{.min = 32, .max = 64};
inline constexpr wire::Constraint kClientRequestTokenBounds{.min = 32, .max = 64, .idempotency_token = true};
inline constexpr wire::Constraint kStageBounds{.min = 1, .max = 256};
inline constexpr wire::Constraint kKmsKeyIdBounds{.min = 0, .max = 2048};
inline constexpr wire::Constraint kDescriptionBounds{.max = 2048};
inline constexpr wire::Constraint kTypeBounds{.min = 0, .max = 256};
inline constexpr wire::Constraint kMaxResultsBounds{.min = 1, .max = 100};
inline constexpr wire::Constraint kNextTokenBounds{.min = 1, .max = 4096};

// The answer of operations that AWS answers with an empty body.
struct NoMembers {
  static constexpr std::array<wire::Field, 0> kFields = {};
};

Error secret_not_found();
Error version_not_found(std::string_view version_id);

// The characters of a SecretId, for cards whose check() would otherwise report something that AWS reports later.
Result<void> check_secret_id(std::string_view secret_id);
// kInvalidRequest (AWS's text) when there is none, kInvalidParameter when it cannot be a version's id.
Result<void> check_client_request_token(const std::optional<std::string>& token);

// The secret, with its policy, by its full ARN; by the id as given when there is none. Others than its own account must
// name a secret by its full ARN: what they may not know is as if it were not there.
Result<api::Resource> secret_resource(std::string_view secret_id, const auth::Caller& caller, const Rooms& rooms);

// The secret that somebody was authorized for. Only target() makes one, of an Authorized or a Permit, so that nothing
// is read or changed but what was authorized. It refers to what it was made of.
class Target {
 public:
  std::string_view secret_id() const { return secret_id_; }
  const api::Authority& authority() const { return authority_; }
  const auth::Caller& caller() const { return authority_.caller(); }
  const api::Resource& resource() const { return resource_; }

 private:
  template <class Card>
  friend Target target(const api::Authorized<Card>& authorized);
  template <class Action>
  friend Target target(const api::Permit<Action>& permit);
  Target(const std::string& secret_id, const api::Authority& authority, const api::Resource& resource)
      : secret_id_(secret_id), authority_(authority), resource_(resource) {}
  Target(const std::optional<std::string>& secret_id, const api::Authority& authority, const api::Resource& resource)
      : Target(*secret_id, authority, resource) {}

  std::string_view secret_id_;
  const api::Authority& authority_;
  const api::Resource& resource_;
};
// REQUIRES: the request names a secret.
template <class Card>
Target target(const api::Authorized<Card>& authorized) {
  return {authorized.request().secret_id, authorized.authority(), authorized.resource()};
}
template <class Action>
Target target(const api::Permit<Action>& permit) {
  return {permit.resource().name, permit.authority(), permit.resource()};
}

// The secret that was authorized, as it was then. kResourceNotFound when there is none.
Result<secrets::SecretPointer> find_secret(const Target& target, const Rooms& rooms);
// The same as it is now. kResourceNotFound also when a new one has taken its name since.
Result<secrets::SecretPointer> find_secret_again(const Target& target, const Rooms& rooms);
// SecretStore::update() of the secret that was authorized. Waits: for cards that write.
Result<secrets::SecretPointer> change_secret(const Target& target, const Rooms& rooms,
                                             const secrets::SecretStore::Edit& edit);
// SecretStore::erase(), likewise.
Result<secrets::SecretPointer> erase_secret(const Target& target, const Rooms& rooms,
                                            const secrets::SecretStore::Check& check);
// The change that begins with the secret as it is.
inline secrets::Change change_of(const secrets::SecretView& view) {
  return {.secret = view.secret, .values = {}, .removed_replicas = {}, .restarted_replicas = {}};
}

// kInvalidParameter when it is given: managed external secrets do not exist.
Result<void> refuse_type(const std::optional<std::string>& type);
Result<void> refuse_pending_deletion(const secrets::SecretView& view);
Result<void> refuse_replica(const secrets::SecretView& view);
// For what a replica in another account has of its own: refuses those of other regions only.
Result<void> refuse_region_replica(const secrets::SecretView& view);
// kInvalidRequest: replication to other accounts is set up by the account that owns the primary.
Result<void> refuse_other_account(const auth::Caller& caller, const AccountId& owner);

}  // namespace coffer::secretsmanager
