// Keys of the secrets room's rows: built, and taken apart again. Layout: docs/formats/keys.md, docs/formats/secrets.md.
// RowKey is for look-ups on the hot path: it lives on the stack. Pure.
#pragma once

#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"

namespace coffer::secrets {

inline constexpr size_t kMaxNameSize = 512;

// A key of family "s" without an allocation. REQUIRES: name.size() <= kMaxNameSize, version ids as VersionId has them.
class RowKey {
 public:
  // What all rows of one secret begin with: "s" NUL account NUL name NUL.
  RowKey(const AccountId& account, std::string_view name);
  RowKey& append(std::string_view text) {
    std::memcpy(bytes_.data() + size_, text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 2 + 12 + 1 + kMaxNameSize + 1 + 2 + 128> bytes_;
  size_t size_ = 0;
};

// The prefix as RowKey has it, and the keys below it.
std::string secret_prefix(const AccountId& account, std::string_view name);
std::string record_key(const AccountId& account, std::string_view name);
std::string access_key(const AccountId& account, std::string_view name);
std::string progress_key(const AccountId& account, std::string_view name, const Region& region);
std::string value_key(const AccountId& account, std::string_view name, const VersionId& version);

enum class RowKind : uint8_t { kAccess, kRecord, kProgress, kValue };

// A key of family "s" taken apart; views into `key`.
struct SecretRowKey {
  std::string_view prefix;
  RowKind kind;
  std::string_view id;  // the region or the version id
};
// nullopt for keys of other families and of no known kind.
std::optional<SecretRowKey> parse_secret_row_key(std::string_view key);

// Index of creation "c" and index of planned deletion "d": family NUL account NUL time NUL name, and
// family NUL time NUL account NUL name. Times are 16 hexadecimal digits of milliseconds since 1970, so that they sort.
std::string creation_key(const AccountId& account, Time created, std::string_view name);
std::string creation_prefix(const AccountId& account);
std::string deletion_key(Time due, const AccountId& account, std::string_view name);
// The first key that is not yet due at `now`.
std::string deletion_bound(Time now);
extern const std::string_view kCreationPrefix;
extern const std::string_view kDeletionPrefix;

// Family "f": a promoted copy of this lineage was here and was deleted. Its value is the lineage epoch.
std::string fence_key(const AccountId& account, std::string_view name, std::string_view suffix);
std::string encode_fence(uint64_t lineage_epoch);
std::optional<uint64_t> decode_fence(std::string_view row);

struct IndexEntry {
  AccountId account;
  Time time;
  std::string name;
};
std::optional<IndexEntry> parse_creation_key(std::string_view key);
std::optional<IndexEntry> parse_deletion_key(std::string_view key);

}  // namespace coffer::secrets
