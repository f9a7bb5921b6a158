// Storing a value under a ClientRequestToken: what CreateSecret and PutSecretValue have in common. Follows the label
// movements recorded from AWS and PutSecretValue's page on idempotency.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/operation.h"
#include "secrets/version_stages.h"
#include "services/secretsmanager/rooms.h"
#include "wire/shape.h"

namespace coffer::secretsmanager {

// The model's bound is in characters; the service's, checked here too, in bytes.
inline constexpr wire::Constraint kSecretStringBounds{.min = 1, .max = 65536};
inline constexpr wire::Constraint kSecretBinaryBounds{.min = 1, .max = 65536};

// Points into the request.
struct GivenValue {
  secrets::ValueKind kind = secrets::ValueKind::kNone;
  const SecretBytes* bytes = nullptr;

  explicit operator bool() const { return bytes != nullptr; }
};

GivenValue given_value(const std::optional<wire::SecretText>& text, const std::optional<wire::SecretBlob>& binary);
// kInvalidParameter (AWS's text) when both are given, kValidation for text of more than 65,536 bytes.
Result<void> check_given_value(const std::optional<wire::SecretText>& text,
                               const std::optional<wire::SecretBlob>& binary);

// Whether the token was used for exactly this value before: then there is nothing to do. False when the version does
// not exist or has no value yet; kResourceExists (AWS's text) when its value is another one. Fails as read_value()
// does.
Result<bool> is_repeated_write(const api::Authority& authority, const secrets::SecretView& view, const VersionId& token,
                               const GivenValue& value, const Rooms& rooms);

// Gives `change` a version of that token, value and labels (none: AWSCURRENT), moving labels as AWS does. A version
// that has no value yet is filled and keeps its labels too. REQUIRES: the version has no value. kLimitExceeded.
Result<void> add_value(const VersionId& token, const GivenValue& value, const std::vector<std::string>& stages,
                       secrets::Change& change);

// A value that a caller stores in a secret that is there.
struct ValueWrite {
  const api::Authority& authority;
  const VersionId& token;
  const GivenValue& value;
  const std::vector<std::string>& stages;  // none: AWSCURRENT
};
// add_value(), unless it is_repeated_write(): then false. Fails as these and permit_sealing() do. REQUIRES:
// choose_key().
Result<bool> write_value(const secrets::SecretView& view, const ValueWrite& write, const Rooms& rooms,
                         secrets::Change& change);

secrets::StageMap stages_of(const secrets::Secret& secret);
void set_stages(const secrets::StageMap& map, secrets::Secret& secret);

}  // namespace coffer::secretsmanager
