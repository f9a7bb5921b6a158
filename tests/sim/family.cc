#include "sim/family.h"

#include "sim/accounts_family.h"
#include "sim/keys_family.h"
#include "sim/regions_family.h"

namespace coffer::sim {

std::unique_ptr<Family> make_family(std::string_view name, const World& world) {
  if (name == "regions") return std::make_unique<RegionsFamily>(world);
  if (name == "accounts") return std::make_unique<AccountsFamily>(world);
  if (name == "keys") return std::make_unique<KeysFamily>(world);
  return nullptr;
}

const std::vector<std::string_view>& family_names() {
  static const std::vector<std::string_view> names = {"regions", "accounts", "keys"};
  return names;
}

}  // namespace coffer::sim
