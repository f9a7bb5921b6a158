#include "secrets/replica_lag.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace coffer::secrets {
namespace {

using std::chrono::microseconds;

constexpr size_t kKept = 16;

// The age was measured on the clock of another machine, which may be this much slower.
constexpr int64_t kClocksAgreeTo = 1000;

bool is_behind(const Heartbeat& heartbeat, const AccountId& account, std::string_view name) {
  const auto found = std::ranges::lower_bound(
      heartbeat.behind, std::pair(std::string_view(account.text()), name), {}, [](const SecretName& secret) {
        return std::pair(std::string_view(secret.account.text()), std::string_view(secret.name));
      });
  return found != heartbeat.behind.end() && found->account == account && found->name == name;
}

}  // namespace

uint64_t ReplicaLags::moment() const {
  return static_cast<uint64_t>(clock_.stopwatch().count());
}

void ReplicaLags::heard(const Region& primary, Heartbeat heartbeat) {
  const microseconds now = clock_.stopwatch();
  if (heartbeat.moment > static_cast<uint64_t>(now.count())) return;
  const std::unique_lock lock(mutex_);
  std::vector<Heard>& heard = heard_[primary];
  if (!heard.empty() && heartbeat.moment <= heard.back().heartbeat.moment) return;
  if (heard.size() == kKept) heard.erase(heard.begin());
  heard.push_back({now, std::move(heartbeat)});
}

std::optional<Duration> ReplicaLags::lag(const Region& primary, const AccountId& account, std::string_view name,
                                         microseconds as_of) const {
  const std::shared_lock lock(mutex_);
  const auto found = heard_.find(primary);
  if (found == heard_.end()) return std::nullopt;
  const auto known = std::ranges::find_if(found->second.rbegin(), found->second.rend(),
                                          [as_of](const Heard& heard) { return heard.at <= as_of; });
  if (known == found->second.rend() || is_behind(known->heartbeat, account, name)) return std::nullopt;
  return since(known->heartbeat);
}

std::optional<ReplicaLags::OfRegion> ReplicaLags::lag_of_region(const Region& primary) const {
  const std::shared_lock lock(mutex_);
  const auto found = heard_.find(primary);
  if (found == heard_.end()) return std::nullopt;
  const Heartbeat& newest = found->second.back().heartbeat;
  return OfRegion{.lag = since(newest), .behind = newest.behind.size()};
}

Duration ReplicaLags::since(const Heartbeat& heartbeat) const {
  const microseconds undelivered = heartbeat.undelivered + heartbeat.undelivered / kClocksAgreeTo;
  const microseconds elapsed = clock_.stopwatch() - microseconds(heartbeat.moment);
  return std::max(Duration(1), std::chrono::ceil<Duration>(elapsed + undelivered));
}

}  // namespace coffer::secrets
