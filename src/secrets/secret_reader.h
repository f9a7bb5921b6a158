// Reading secrets: from parsed views of those that are read most, from packed rows of as many as the memory may hold,
// or from the store. Plaintext is never kept. Both caches are invalidated by the store's commits, so that a caller
// reads its own writes. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "secrets/access_recorder.h"
#include "secrets/packed_secret.h"
#include "secrets/policy_cache.h"
#include "secrets/secret_store.h"
#include "store/row_cache.h"

namespace coffer::secrets {

class SecretReader {
 public:
  // Registers its caches with the store's commits.
  SecretReader(const SecretStore::Parts& parts, const AccessRecorder& accesses);

  // As SecretStore: a null pointer when there is none.
  Result<SecretPointer> find(const AccountId& account, std::string_view name) const;
  // The same for who looks at many secrets once: it takes no place among the views.
  Result<SecretPointer> look(const AccountId& account, std::string_view name) const;
  // The same from the store itself: what a change must start from, because a cached view may be one commit behind the
  // store while that commit is telling its listeners.
  Result<SecretPointer> load(const AccountId& account, std::string_view name) const;
  Result<SecretBytes> read_value(const SecretView& view, const VersionId& version) const;
  // After accesses were noted: every find() that begins later shows them.
  void keep_access(const SecretView& view, const AccessDates& noted);

 private:
  using PackedPointer = std::shared_ptr<const PackedSecret>;
  struct OtherRows {
    std::string access;
    std::vector<std::pair<std::string, std::string>> progress;  // region, row
  };

  // What the store has of a secret, and its record parsed.
  struct Fetched {
    PackedPointer packed;
    Secret secret;
  };

  // nullopt when there is none.
  Result<std::optional<Fetched>> fetch(const AccountId& account, std::string_view name) const;
  // The rows beside its record. False if the record is another one by then.
  Result<bool> fetch_beside(const Secret& secret, store::Revision revision, OtherRows& rows) const;
  Result<SecretPointer> parse(Secret secret, const PackedPointer& packed) const;
  Result<SecretPointer> unpack(const AccountId& account, std::string_view name, std::string_view key) const;
  void invalidate(std::string_view key);
  bool keep_access(std::string_view key, store::Revision revision, const AccessDates& noted) const;
  void keep_value(const SecretView& view, std::string_view sealed) const;

  const SecretStore::Parts parts_;
  const AccessRecorder& accesses_;
  mutable PolicyCache policies_;
  mutable store::RowCache<PackedSecret> packed_;
  mutable store::RowCache<SecretView> views_;
};

}  // namespace coffer::secrets
