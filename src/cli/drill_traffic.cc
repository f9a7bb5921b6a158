#include "cli/drill_traffic.h"

#include <algorithm>
#include <map>

#include "cli/drill_calls.h"

namespace coffer::cli {
namespace {

using std::chrono::milliseconds;

constexpr Duration kReadEvery = milliseconds(20);
constexpr Duration kWriteOneSecretEvery = std::chrono::seconds(1);
constexpr Duration kCallTimeout = std::chrono::seconds(10);  // the lost region may be silent
constexpr int kMaxWrites = 180;  // to one secret: it may have 200 versions that are younger than a day

}  // namespace

DrillTraffic::DrillTraffic(Parts parts) : parts_(std::move(parts)), primary_region_(parts_.primary_region) {
  for (const std::string& region : parts_.regions)
    clients_.push_back({.region = region, .first_failed_read = {}});
}

int64_t DrillTraffic::calls_per_second(Duration write_every) {
  constexpr Duration kSecond = std::chrono::seconds(1);
  return kSecond / kReadEvery + kSecond / write_every;
}

void DrillTraffic::start() {
  for (size_t i = 0; i < clients_.size(); ++i) {
    DrillClient& client = clients_[i];
    threads_.emplace_back([this, &client](const std::stop_token& stop) { read_on(stop, client); });
    // Each writes secrets of its own, so that what it is told is the order of things.
    std::vector<std::string> names;
    for (size_t k = i; k < parts_.names.size(); k += clients_.size())
      names.push_back(parts_.names[k]);
    threads_.emplace_back(
        [this, &client, names = std::move(names)](const std::stop_token& stop) { write_on(stop, client, names); });
  }
}

void DrillTraffic::ask_to_stop() {
  for (std::jthread& thread : threads_)
    thread.request_stop();
}

void DrillTraffic::stop() {
  ask_to_stop();
  threads_.clear();
}

void DrillTraffic::send_writes_to(const std::string& region) {
  const std::lock_guard lock(mutex_);
  primary_region_ = region;
}

void DrillTraffic::read_on(const std::stop_token& stop, DrillClient& client) {
  Deployment deployment = parts_.make();
  deployment.set_timeout(kCallTimeout);
  for (size_t i = 0; rest(stop, kReadEvery); ++i) {
    const Result<void> done = read_drill_secret(deployment, client.region, parts_.names[i % parts_.names.size()]);
    if (done.ok()) {
      ++client.reads;
    } else if (done.error().code == ErrorCode::kAborted) {
      return;  // it is the drill that gave up
    } else {
      ++client.failed_reads;
      if (!client.first_failed_read) client.first_failed_read = done.error().message;
    }
  }
}

void DrillTraffic::write_on(const std::stop_token& stop, DrillClient& client, const std::vector<std::string>& names) {
  Deployment deployment = parts_.make();
  deployment.set_timeout(kCallTimeout);
  const Duration every = std::max(parts_.write_every, kWriteOneSecretEvery / static_cast<int64_t>(names.size()));
  std::map<std::string, int> tried;
  for (size_t i = 0; rest(stop, every); ++i) {
    const std::string& name = names[i % names.size()];
    if (++tried[name] > kMaxWrites) continue;
    const std::string region = primary_region();
    Result<DrillVersion> version = write_drill_secret(deployment, region, name, parts_.random);
    if (!version.ok() && version.error().code == ErrorCode::kAborted) return;
    if (!version.ok()) {
      ++client.failed_writes;
      continue;
    }
    ++client.writes;
    const std::lock_guard lock(mutex_);
    writes_.push_back({.version = std::move(*version), .region = region, .at = parts_.clock.monotonic()});
  }
}

bool DrillTraffic::rest(const std::stop_token& stop, Duration time) {
  std::unique_lock lock(mutex_);
  stopping_.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

std::string DrillTraffic::primary_region() const {
  const std::lock_guard lock(mutex_);
  return primary_region_;
}

}  // namespace coffer::cli
