// Replicas of secrets in another account of the same region: made, associated, taken apart and made to stand alone by
// both accounts, while their primaries are written, replicated to other regions, failed over and rejoin.
// Promises of the system that it checks: a replica shows nothing but what its primary was when it was copied, and what
// is InSync is that; nothing arrives once either account has stopped it, or the primary is none any more; neither can
// be deleted before that; nobody but the copier writes the values of a replica.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/family.h"

namespace coffer::sim {

class AccountsFamily final : public Family {
 public:
  explicit AccountsFamily(const World& world) : world_(world) {}

  void happen(Site& at) override;
  void look(Site& at) override { look(at, Cause::kNothing); }
  bool may_lose_disk(const Site& at) override;
  void lost_disk(const Site& at) override;
  bool settle() override;
  void check_convergence() override;

 private:
  // A secret as far as the two have to be the same. A value is absent as long as the key does not let it be read.
  struct Content {
    struct Version {
      std::string text;  // all but its value
      std::optional<std::string> value;
      bool has_labels = false;
    };
    std::string description;
    std::vector<Version> versions;
  };
  struct Copy {
    store::Revision revision = 0;
    bool exists = false;
    bool is_replica = false;
    std::string suffix;
    Content content;
    std::pair<store::Revision, store::Revision> checked;  // of primary and replica, when they were compared
  };
  struct Place {
    std::string key;  // ARN of the replicas' key; empty: it is not made yet
    uint64_t start = 0;
    std::map<std::string, Copy> copies;  // by the primary's name
    std::map<std::string, bool> maybe;   // nobody heard the end of a change of that copy
  };
  enum class Cause : uint8_t { kNothing, kCopier, kCall, kRestart };

  static std::string name_of(const std::string& primary) { return "copies/" + primary; }
  static secrets::SecretPointer find(const Site& at, const AccountId& account, const std::string& name);
  static bool is_same(const Content::Version& a, const Content::Version& b);
  static bool is_same(const Content& a, const Content& b);
  static bool is_copy(const Content& made, const Content& copied);
  Content content_of(const Site& at, const secrets::SecretView& view);
  // Of the other account.
  Answer call(Site& at, const std::string& name, std::string_view operation, const std::string& input);
  void create(Site& at, const std::string& name);
  void change(Site& at, const std::string& name, const secrets::SecretView& replica);
  void change_primary(Site& at, const std::string& name, const std::string& operation, const std::string& more);
  void use_key(Site& at, bool is_enabled);
  void read(Site& at, const std::string& name, const secrets::SecretView& replica);
  void copy(Site& at);
  void look(Site& at, Cause cause);
  void look_at(Site& at, const std::string& name, Cause cause);
  void check_change(const Site& at, const std::string& name, const Copy& before, const Copy& now, Cause cause);
  void check_status(const Site& at, const std::string& name);
  static bool knows_accounts(const Site& at);
  bool has_marks(const Site& at);

  const World& world_;
  std::map<std::string, Place> places_;                             // by region
  std::map<std::pair<std::string, std::string>, bool> was_linked_;  // by region and name, before the copier's step
};

}  // namespace coffer::sim
