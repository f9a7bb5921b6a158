// Secrets to the bytes of their rows and back. What was written is read back exactly; anything else is kCorrupt and
// says which secret, never guessed at. Formats: records.proto, docs/formats/secrets.md. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "secrets/secret.h"

namespace coffer::secrets {

// When a secret and its versions were read last, as 00:00 UTC of that day.
struct AccessDates {
  std::optional<Time> secret;
  std::vector<std::pair<VersionId, Time>> versions;
  std::vector<std::pair<Region, Time>> copies;  // of a primary: in the regions that have replicas
};

std::string encode_secret(const Secret& secret);
// Account and name come from the row's key.
Result<Secret> decode_secret(const AccountId& account, std::string_view name, std::string_view row);

std::string encode_progress(const ReplicaProgress& progress);
Result<ReplicaProgress> decode_progress(std::string_view row);

std::string encode_access(const AccessDates& dates);
Result<AccessDates> decode_access(std::string_view row);

}  // namespace coffer::secrets
