// Multi-region keys: made, replicated, handed over from region to region, given new material, disabled, deleted, and
// used everywhere meanwhile.
// Promises of the system that it checks: what was encrypted anywhere opens wherever the key is, from that moment on;
// one primary in each epoch, and one in the end; no key goes before its time, nor comes without being asked for; in the
// end the primary's list is what there is, and all have the same materials.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kms/key_rows.h"
#include "sim/family.h"

namespace coffer::sim {

class KeysFamily final : public Family {
 public:
  explicit KeysFamily(const World& world) : world_(world) {}

  void happen(Site& at) override;
  void look(Site& at) override;
  bool may_lose_disk(const Site& at) override;
  void lost_disk(const Site& at) override;
  bool settle() override;
  bool is_hopeless(const store::Row& mark) override;
  void check_convergence() override;

 private:
  struct Ciphertext {
    std::string blob;
    std::string plaintext;
  };
  // A key in a region.
  struct Place {
    bool is_there = false;
    std::optional<Time> deletion_date;
    int asked = 0;  // so often it may still come: ReplicateKey, or nobody heard its end
  };
  struct Key {
    kms::KeyName name;
    std::map<std::string, Place> places;   // by region
    std::map<uint64_t, Region> primaries;  // by epoch
    std::vector<Ciphertext> ciphertexts;
    bool is_gone = false;  // everywhere: a primary goes last
  };

  // Absent: there is none.
  static std::optional<kms::StoredKey> find(const Site& at, const Key& key);
  Answer call(Site& at, std::string_view operation, const std::string& input);
  void create(Site& at);
  void use(Site& at, Key& key);
  void change(Site& at, Key& key);
  void replicate(Site& at, Key& key, const Region& to);
  void encrypt(Site& at, Key& key);
  void erase(Site& at);
  void look_at(Site& at, Key& key);
  void check_opens(Site& at, Key& key, bool is_all);
  std::vector<Site*> members() const;
  // The primary of the highest epoch; null: there is none.
  Site* primary_of(const Key& key) const;
  bool mend(Key& key);
  void end_given_up(const Key& key, Site& site);
  void check_key(Key& key);

  const World& world_;
  std::vector<Key> keys_;
};

}  // namespace coffer::sim
