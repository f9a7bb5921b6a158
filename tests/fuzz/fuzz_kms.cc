// A KmsKeyId, a ciphertext and a grant token come from clients: all say which row of which account is looked up. What
// is parsed must have the form that row keys rely on, and name again what it named.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "kms/ciphertext.h"
#include "kms/grants.h"
#include "secrets/sealed_value.h"

using namespace coffer;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const AccountId account = *AccountId::parse("123456789012");
  static const Region region = *Region::parse("us-east-1");
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);

  if (const auto key = kms::key_of(bytes, account)) {
    check(AccountId::parse(key->account.text()).has_value() && kms::is_key_id(key->id));
    const auto parts = kms::parse_ciphertext(bytes, account);
    check(std::string(parts->header).append(parts->sealed) == bytes);
    check(parts->format != 1 || key->account == account);
    check(parts->format != 3 || kms::ciphertext_header(*key, parts->material) == parts->header);
  }
  if (const auto grant = kms::Grants::parse_token(bytes); grant.ok()) {
    check(kms::is_key_id(grant->key.id) && kms::is_grant_id(grant->id));
  }
  if (const auto key = secrets::sealing_key_of(bytes, account)) check(kms::is_key_id(key->id));

  const auto reference = kms::parse_key_reference(bytes, account, region);
  if (reference.ok() && *reference) {
    const bool is_key = (*reference)->kind == kms::KeyReference::Kind::kKey;
    check(is_key ? kms::is_key_id((*reference)->text) : kms::is_alias((*reference)->text));
    const std::string arn =
        "arn:aws:kms:us-east-1:" + (*reference)->account.text() + (is_key ? ":key/" : ":") + (*reference)->text;
    check(bytes == arn || (bytes == (*reference)->text && (*reference)->account == account));
  }
  return 0;
}
