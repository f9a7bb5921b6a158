#include "kms/keyring.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "base/encoding.h"
#include "kms/records.pb.h"
#include "store/keys.h"

namespace coffer::kms {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kKeyFamily = "k";
constexpr std::string_view kAliasFamily = "ka";
constexpr size_t kCachedKeys = 10'000;
constexpr char kCiphertextFormat = 1;
constexpr size_t kKeyIdSize = 16;  // a UUID as raw bytes
constexpr size_t kCiphertextHeader = 1 + kKeyIdSize;

std::string key_row(const AccountId& account, std::string_view key_id) {
  return store::make_key(kKeyFamily, {account.text(), key_id});
}
std::string alias_row(const AccountId& account) {
  return store::make_key(kAliasFamily, {account.text(), kSecretsManagerAlias});
}

// "0f1e2d3c-..." to 16 bytes and back. REQUIRES: a UUID, as Random::uuid() makes them.
std::string uuid_bytes(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != '-'; });
  return hex_decode(digits).value_or(std::string(kKeyIdSize, '\0'));
}
void append_uuid(std::string_view bytes, std::string& out) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
    char digits[2];
    hex_encode(std::as_bytes(std::span(bytes).subspan(i, 1)), digits);
    out.append(digits, sizeof(digits));
  }
}

void append_part(std::string_view part, std::string& out) {
  for (int shift : {24, 16, 8, 0})
    out.push_back(static_cast<char>(part.size() >> shift & 0xff));
  out.append(part);
}

// What a ciphertext is bound to: key, account and the pairs of the context in sorted order, each with its length, so
// that no two contexts give the same bytes.
std::string associated_data(std::string_view key_id_bytes, const AccountId& account, const EncryptionContext& context) {
  std::string out;
  out.reserve(256);
  append_part(key_id_bytes, out);
  append_part(account.text(), out);
  EncryptionContext sorted;
  const EncryptionContext* pairs = &context;
  if (!std::ranges::is_sorted(context)) {
    sorted = context;
    std::ranges::sort(sorted);
    pairs = &sorted;
  }
  for (const auto& [name, value] : *pairs) {
    append_part(name, out);
    append_part(value, out);
  }
  return out;
}

Error refused() {
  return Error{ErrorCode::kDecryptionFailure,
               "Secrets Manager can't decrypt the protected secret text using the provided KMS key."};
}

}  // namespace

struct Keyring::Key {
  std::string id;        // UUID text
  std::string id_bytes;  // the same as 16 bytes
  crypto::AeadKey material;
};

class Keyring::Impl {
 public:
  explicit Impl(const Parts& parts) : parts_(parts), keys_(kCachedKeys), aliases_(kCachedKeys) {
    parts_.store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
      for (const store::Change& change : changes) {
        if (change.key.starts_with("k\0"sv)) keys_.invalidate(change.key);
        if (change.key.starts_with("ka\0"sv)) aliases_.invalidate(change.key);
      }
    });
  }

  using KeyPointer = std::shared_ptr<const Key>;

  // A null pointer when there is no such key. `row_key` as key_row() makes it.
  Result<KeyPointer> find(const std::string& row_key) const {
    return keys_.get(row_key, [&]() -> Result<KeyPointer> {
      const std::string key_id(store::key_parts(kKeyFamily, row_key).back());
      COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
      if (!row) return KeyPointer();
      KeyRecord record;
      if (!record.ParseFromString(row->value)) return Error{ErrorCode::kCorrupt, "a KMS key's record is damaged"};
      COFFER_ASSIGN(auto material, parts_.region_key.unwrap(record.wrapped_material(), row_key));
      if (material.size() != crypto::kAeadKeySize) return Error{ErrorCode::kCorrupt, "a KMS key has a wrong size"};
      return std::make_shared<const Key>(
          Key{key_id, uuid_bytes(key_id), crypto::AeadKey(std::move(material), crypto::KeyUse::kOften)});
    });
  }

  // The id behind alias/aws/secretsmanager; a null pointer if the account never used it.
  Result<std::shared_ptr<const std::string>> alias_target(const AccountId& account) const {
    const std::string row_key = alias_row(account);
    return aliases_.get(row_key, [&]() -> Result<std::shared_ptr<const std::string>> {
      COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
      if (!row) return std::shared_ptr<const std::string>();
      return std::make_shared<const std::string>(row->value);
    });
  }

  Result<KeyPointer> default_key(const AccountId& account) {
    // The second look finds the key of whoever was faster; a third is never needed, because keys are not deleted.
    for (int attempt = 0; attempt < 2; ++attempt) {
      COFFER_ASSIGN(const auto target, alias_target(account));
      if (target) {
        COFFER_ASSIGN(auto key, find(key_row(account, *target)));
        if (!key) return Error{ErrorCode::kCorrupt, "alias/aws/secretsmanager names a KMS key that does not exist"};
        return key;
      }
      Result<void> made = make_default_key(account);
      if (!made.ok() && made.error().code != ErrorCode::kConflict) return std::move(made).error();
    }
    return Error{ErrorCode::kCorrupt, "the account's default KMS key disappeared while it was made"};
  }

  const Parts& parts() const { return parts_; }

 private:
  Result<void> make_default_key(const AccountId& account) {
    const std::string key_id = parts_.random.uuid();
    const std::string row_key = key_row(account, key_id);
    const crypto::AeadKey key = crypto::AeadKey::generate(parts_.random);
    KeyRecord record;
    record.set_alias(std::string(kSecretsManagerAlias));
    record.set_created_ms(parts_.clock.now().time_since_epoch().count());
    record.set_wrapped_material(parts_.region_key.wrap(key.material(), row_key, parts_.random));
    store::Transaction transaction;
    transaction.preconditions = {{row_key, 0}, {alias_row(account), 0}};
    transaction.puts = {{row_key, record.SerializeAsString()}, {alias_row(account), key_id}};
    COFFER_TRY(parts_.store.commit(std::move(transaction)));
    return {};
  }

  const Parts parts_;
  mutable store::RowCache<Key> keys_;
  mutable store::RowCache<std::string> aliases_;
};

Keyring::Keyring(const Parts& parts) : impl_(std::make_unique<Impl>(parts)) {}
Keyring::~Keyring() = default;

Result<DataKey> Keyring::generate_data_key(const AccountId& account, const EncryptionContext& context) {
  COFFER_ASSIGN(const auto key, impl_->default_key(account));
  Random& random = impl_->parts().random;
  crypto::AeadKey data_key = crypto::AeadKey::generate(random);
  std::string ciphertext(1, kCiphertextFormat);
  ciphertext.append(key->id_bytes);
  ciphertext.append(key->material.seal(data_key.material(), associated_data(key->id_bytes, account, context), random));
  return DataKey{std::move(data_key), std::move(ciphertext)};
}

Result<SecretBytes> Keyring::decrypt(const AccountId& account, std::string_view ciphertext,
                                     const EncryptionContext& context) const {
  if (ciphertext.size() < kCiphertextHeader || ciphertext[0] != kCiphertextFormat) return refused();
  const std::string_view id_bytes = ciphertext.substr(1, kKeyIdSize);
  // One buffer per thread, since this runs for every value that is read.
  thread_local std::string row_key;
  row_key.assign(kKeyFamily).push_back(store::kSeparator);
  row_key.append(account.text()).push_back(store::kSeparator);
  append_uuid(id_bytes, row_key);
  COFFER_ASSIGN(const auto key, impl_->find(row_key));
  if (!key) return refused();
  Result<SecretBytes> opened =
      key->material.open(ciphertext.substr(kCiphertextHeader), associated_data(id_bytes, account, context));
  if (!opened.ok()) return refused();
  return opened;
}

Result<std::optional<std::string>> Keyring::default_key_arn(const AccountId& account) const {
  COFFER_ASSIGN(const auto target, impl_->alias_target(account));
  if (!target) return std::optional<std::string>();
  return std::optional("arn:aws:kms:" + impl_->parts().region.text() + ":" + account.text() + ":key/" + *target);
}

}  // namespace coffer::kms
