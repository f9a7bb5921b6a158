#include "secrets/sealed_value.h"

namespace coffer::secrets {
namespace {

constexpr char kFormat = 1;
constexpr size_t kHeader = 1 + 2;  // format, size of the encrypted data key
constexpr std::string_view kDomain = "coffer secret value";

void append_part(std::string_view part, std::string& out) {
  for (const int shift : {24, 16, 8, 0})
    out.push_back(static_cast<char>(part.size() >> shift & 0xff));
  out.append(part);
}

// Each part with its length, so that no two contexts give the same bytes.
std::string associated_data(const ValueContext& context) {
  std::string out;
  out.reserve(3 * 4 + kDomain.size() + context.secret_arn.size() + context.version.text().size());
  append_part(kDomain, out);
  append_part(context.secret_arn, out);
  append_part(context.version.text(), out);
  return out;
}

kms::EncryptionContext encryption_context(const ValueContext& context) {
  return {{"SecretARN", context.secret_arn}, {"SecretVersionId", context.version.text()}};
}

Error damaged() {
  return Error{ErrorCode::kCorrupt, "a sealed value does not open"};
}

struct RowParts {
  std::string_view encrypted_key;
  std::string_view sealed;
};
std::optional<RowParts> parse_row(std::string_view row) {
  if (row.size() < kHeader || row[0] != kFormat) return std::nullopt;
  const size_t key_size = static_cast<unsigned char>(row[1]) | static_cast<size_t>(static_cast<unsigned char>(row[2]))
                                                                   << 8;
  row.remove_prefix(kHeader);
  if (row.size() < key_size) return std::nullopt;
  return RowParts{row.substr(0, key_size), row.substr(key_size)};
}

}  // namespace

Result<std::string> seal_value(kms::Keyring& keyring, Random& random, const ValueContext& context,
                               const SealingKey& key, const SecretBytes& value) {
  const kms::EncryptionContext bound_to = encryption_context(context);
  COFFER_ASSIGN(const kms::DataKey data_key,
                key ? keyring.generate_data_key(*key, bound_to) : keyring.generate_data_key(context.account, bound_to));
  const std::string& encrypted_key = data_key.ciphertext;
  if (encrypted_key.size() > 0xffff) return Error{ErrorCode::kCorrupt, "KMS returned a data key of an impossible size"};
  const std::string sealed = data_key.key.seal(value, associated_data(context), random);
  std::string row;
  row.reserve(kHeader + encrypted_key.size() + sealed.size());
  row.push_back(kFormat);
  row.push_back(static_cast<char>(encrypted_key.size() & 0xff));
  row.push_back(static_cast<char>(encrypted_key.size() >> 8));
  row.append(encrypted_key).append(sealed);
  return row;
}

Result<SecretBytes> open_value(const kms::Keyring& keyring, const ValueContext& context, std::string_view row) {
  const auto parts = parse_row(row);
  if (!parts) return damaged();
  COFFER_ASSIGN(SecretBytes data_key,
                keyring.decrypt(context.account, parts->encrypted_key, encryption_context(context)));
  if (data_key.size() != crypto::kAeadKeySize) return damaged();
  Result<SecretBytes> value = crypto::AeadKey(std::move(data_key)).open(parts->sealed, associated_data(context));
  if (!value.ok()) return damaged();
  return value;
}

std::optional<kms::KeyName> sealing_key_of(std::string_view row, const AccountId& account) {
  const auto parts = parse_row(row);
  return parts ? kms::key_of(parts->encrypted_key, account) : std::nullopt;
}

}  // namespace coffer::secrets
