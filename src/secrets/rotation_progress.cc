#include "secrets/rotation_progress.h"

#include <algorithm>

#include "secrets/version_stages.h"

namespace coffer::secrets {
namespace {

void abandon(const VersionId& pending, Secret& secret) {
  const auto version = std::ranges::find(secret.versions, pending, &Version::id);
  if (version != secret.versions.end()) std::erase(version->stages, kAwsPending);
}

}  // namespace

void settle_rotation(const Secret& before, Change& change) {
  Secret& secret = change.secret;
  if (!secret.rotation) return;
  Rotation& rotation = *secret.rotation;
  const Version* const former = before.version_with(kAwsCurrent);
  const Version* const current = secret.version_with(kAwsCurrent);
  if (current != nullptr && (former == nullptr || former->id != current->id)) {
    const bool is_finished = rotation.pending == current->id;
    const bool is_written =
        std::ranges::find(change.values, current->id, &Change::NewValue::version) != change.values.end();
    if (is_finished) rotation.last_rotated = secret.changed;
    // A value that becomes current counts as a rotation for a schedule in days, whoever stored it.
    const bool counts = is_written && rotation.rules.automatically_after_days;
    if (is_finished || counts) rotation.counted_from = secret.changed;
    if (is_written && !is_finished && rotation.pending) abandon(*rotation.pending, secret);
  }
  // For as long RotateSecret refuses to begin another one.
  const Version* const waiting = secret.version_with(kAwsPending);
  const bool is_under_way = waiting != nullptr && waiting != current && rotation.pending == waiting->id;
  if (!is_under_way) rotation.pending.reset();
}

}  // namespace coffer::secrets
