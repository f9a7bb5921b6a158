#include <utility>

#include "sim/simulation.h"

namespace coffer::sim {
namespace {

constexpr std::pair<std::string_view, int Outcome::*> kCounts[] = {{"writes", &Outcome::writes},
                                                                   {"copies in sync", &Outcome::copies_in_sync},
                                                                   {"crashes", &Outcome::crashes},
                                                                   {"promotions", &Outcome::promotions},
                                                                   {"identity changes", &Outcome::identity_changes},
                                                                   {"adoptions", &Outcome::adoptions},
                                                                   {"lost disks", &Outcome::lost_disks},
                                                                   {"told lags", &Outcome::told_lags},
                                                                   {"rejoined", &Outcome::rejoined},
                                                                   {"regions left", &Outcome::regions_left},
                                                                   {"regions joined", &Outcome::regions_joined},
                                                                   {"copies across", &Outcome::copies_across},
                                                                   {"keys replicated", &Outcome::keys_replicated},
                                                                   {"keys handed over", &Outcome::keys_handed_over},
                                                                   {"keys rotated", &Outcome::keys_rotated},
                                                                   {"keys deleted", &Outcome::keys_deleted},
                                                                   {"encrypted", &Outcome::encrypted}};

}  // namespace

Outcome& Outcome::operator+=(const Outcome& other) {
  for (const auto& [name, count] : kCounts)
    this->*count += other.*count;
  return *this;
}

std::string Outcome::text() const {
  std::string text;
  for (const auto& [name, count] : kCounts)
    text.append(text.empty() ? "" : ", ").append(name).append(" ").append(std::to_string(this->*count));
  return text;
}

}  // namespace coffer::sim
