#include "sts/json_web_keys.h"

#include <optional>

#include "base/encoding.h"
#include "wire/json.h"

namespace coffer::sts {
namespace {

using wire::Kind;
using wire::Value;

constexpr size_t kMaxKeys = 100;
constexpr wire::JsonLimits kLimits{.max_depth = 8, .max_values = 10'000};

std::string_view text(const Value& object, std::string_view member) {
  const Value* const value = object.find(member);
  return value != nullptr && value->kind() == Kind::kString ? value->as_string() : std::string_view();
}

// Empty for what is no base64url, which is no number either.
std::string number(const Value& object, std::string_view member) {
  const auto bytes = base64url_decode(text(object, member));
  return bytes ? std::string(bytes->view(SecretAccess("public keys are public"))) : std::string();
}

std::optional<crypto::PublicKey> read_key(const Value& key) {
  const std::string_view algorithm = text(key, "alg");
  const std::string_view use = text(key, "use");
  if (!use.empty() && use != "sig") return std::nullopt;
  if (text(key, "kty") == "RSA" && (algorithm.empty() || algorithm == "RS256")) {
    auto made = crypto::PublicKey::rsa(number(key, "n"), number(key, "e"));
    if (made.ok()) return *std::move(made);
  }
  if (text(key, "kty") == "EC" && text(key, "crv") == "P-256" && (algorithm.empty() || algorithm == "ES256")) {
    auto made = crypto::PublicKey::p256(number(key, "x"), number(key, "y"));
    if (made.ok()) return *std::move(made);
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<JsonWebKey>> read_key_set(std::string_view json) {
  const Error refused{ErrorCode::kCorrupt, "the answer is no set of JSON Web Keys"};
  wire::Document tree;
  if (!wire::parse_json(json, kLimits, tree).ok()) return refused;
  const Value* const list = tree.root().find("keys");
  if (list == nullptr || list->kind() != Kind::kList || list->as_list().size() > kMaxKeys) return refused;
  std::vector<JsonWebKey> keys;
  for (const Value& item : list->as_list()) {
    if (item.kind() != Kind::kObject) return refused;
    if (auto key = read_key(item)) keys.push_back({std::string(text(item, "kid")), *std::move(key)});
  }
  return keys;
}

const crypto::PublicKey* find_key(const std::vector<JsonWebKey>& keys, std::string_view id,
                                  crypto::SignatureAlgorithm algorithm) {
  const crypto::PublicKey* found = nullptr;
  for (const JsonWebKey& candidate : keys) {
    if (candidate.key.algorithm() != algorithm || (!id.empty() && candidate.id != id)) continue;
    if (found != nullptr && id.empty()) return nullptr;
    if (found == nullptr) found = &candidate.key;
  }
  return found;
}

}  // namespace coffer::sts
