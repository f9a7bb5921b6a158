#include "server/chores.h"

namespace coffer::server {
namespace {

// A chore that has nothing to count.
template <class Run>
std::function<Result<size_t>()> uncounted(Run run) {
  return [run = std::move(run)]() -> Result<size_t> {
    COFFER_TRY(run());
    return size_t{0};
  };
}

}  // namespace

std::vector<Chore> region_chores(const ChoreParts& parts) {
  using std::chrono::minutes;
  using std::chrono::seconds;
  std::vector<Chore> chores;
  if (parts.session_keys != nullptr) {
    chores.push_back({.every = minutes(1),
                      .run = uncounted([keys = parts.session_keys, &clock = parts.clock]() -> Result<void> {
                        COFFER_TRY(keys->step(clock.now()));
                        return {};
                      }),
                      .done = {},
                      .failed = "session_keys_not_made"});
  }
  if (parts.home_duties != nullptr) {
    chores.push_back({.every = seconds(1),
                      .run = [duties = parts.home_duties] { return duties->step(); },
                      .done = "account_requests_ended",
                      .failed = "home_duties_not_done"});
  }
  if (parts.cross_account != nullptr) {
    chores.push_back({.every = seconds(1),
                      .run = [copier = parts.cross_account] { return copier->step(); },
                      .done = {},
                      .failed = "cross_account_replication_failed"});
  }
  if (parts.departures != nullptr) {
    chores.push_back({.every = seconds(1),
                      .run = [departures = parts.departures] { return departures->step(); },
                      .done = "region_being_forgotten",
                      .failed = "region_not_forgotten"});
  }
  chores.push_back({.every = minutes(1),
                    .run = [&secrets = parts.secrets] { return secrets.erase_expired(); },
                    .done = "expired_secrets_erased",
                    .failed = "expired_secrets_not_erased"});
  chores.push_back({.every = minutes(1),
                    .run = [&keyring = parts.keyring] { return keyring.erase_expired(); },
                    .done = "expired_keys_erased",
                    .failed = "expired_keys_not_erased"});
  chores.push_back({.every = minutes(1),
                    .run = [&rotator = parts.rotator] { return rotator.step(); },
                    .done = "keys_rotated",
                    .failed = "keys_not_rotated"});
  chores.push_back({.every = seconds(10),
                    .run = uncounted([&uses = parts.key_uses] { return uses.flush(); }),
                    .done = {},
                    .failed = "access_key_uses_not_written",
                    .is_last_at_stop = true});
  chores.push_back({.every = seconds(1),
                    .run = uncounted([&secrets = parts.secrets] { return secrets.flush_accesses(); }),
                    .done = {},
                    .failed = "access_dates_not_written",
                    .is_last_at_stop = true});
  return chores;
}

}  // namespace coffer::server
