#include "secrets/version_stages.h"

#include <algorithm>
#include <utility>

namespace coffer::secrets {
namespace {

bool has(const VersionStages& version, std::string_view stage) {
  return std::ranges::find(version.stages, stage) != version.stages.end();
}

VersionStages* holder(StageMap& map, std::string_view stage) {
  const auto found = std::ranges::find_if(map, [&](const VersionStages& version) { return has(version, stage); });
  return found == map.end() ? nullptr : &*found;
}

void detach(StageMap& map, std::string_view stage) {
  for (VersionStages& version : map)
    std::erase(version.stages, stage);
}

// Puts a label on a version, taking it from whoever has it.
void attach(StageMap& map, VersionStages& target, std::string_view stage) {
  detach(map, stage);
  target.stages.insert(std::ranges::upper_bound(target.stages, stage), std::string(stage));
}

// AWSCURRENT goes to `target`; whoever had it becomes AWSPREVIOUS.
void make_current(StageMap& map, VersionStages& target) {
  VersionStages* const former = holder(map, kAwsCurrent);
  if (former == &target) return;
  attach(map, target, kAwsCurrent);
  std::erase(target.stages, kAwsPrevious);
  if (former) attach(map, *former, kAwsPrevious);
}

Result<StageMap> within_limit(StageMap map) {
  size_t count = 0;
  for (const VersionStages& version : map)
    count += version.stages.size();
  if (count <= kMaxStagesPerSecret) return map;
  return Error{ErrorCode::kLimitExceeded,
               "The operation would exceed the limit of 20 staging labels on all versions of a secret together."};
}

Error invalid(std::string message) {
  return Error{ErrorCode::kInvalidParameter, std::move(message)};
}

Error unknown_version(const VersionId& id) {
  return Error{ErrorCode::kResourceNotFound,
               "Secrets Manager can't find the specified secret value for VersionId: " + id.text()};
}

Result<void> check_move(const StageMap& map, const StageMove& move) {
  for (const auto& id : {move.remove_from, move.move_to}) {
    if (id && !find_version(map, *id)) return unknown_version(*id);
  }
  if (!move.remove_from && !move.move_to) {
    return invalid("You must provide RemoveFromVersionId, MoveToVersionId, or both.");
  }
  if (!move.move_to && move.stage == kAwsCurrent) {
    return invalid(
        "You can only move staging label AWSCURRENT to a different secret version. It can\u2019t be completely "
        "removed.");
  }
  const VersionStages* const current_holder = find_stage(map, move.stage);
  if (move.remove_from && (!current_holder || current_holder->id != *move.remove_from)) {
    return invalid("When you move staging label " + move.stage +
                   ", if you specify RemoveFromVersionId, it must be set to the version that currently has the staging "
                   "label " +
                   move.stage + ".");
  }
  if (!move.remove_from && current_holder && current_holder->id != *move.move_to) {
    return invalid("The parameter RemoveFromVersionId can't be empty. Staging label " + move.stage +
                   " is currently attached to version " + current_holder->id.text() +
                   ", so you must explicitly reference that version in RemoveFromVersionId.");
  }
  if (move.move_to && move.stage == kAwsPrevious && has(*find_version(map, *move.move_to), kAwsCurrent)) {
    return invalid("You can't attach staging label AWSPREVIOUS to the version that has staging label AWSCURRENT.");
  }
  return {};
}

}  // namespace

Result<StageMap> add_version(StageMap map, const VersionId& id, const std::vector<std::string>& stages) {
  const VersionStages* const former = find_stage(map, kAwsCurrent);
  const bool takes_current = !former || stages.empty() || std::ranges::find(stages, kAwsCurrent) != stages.end();
  // A write that takes AWSCURRENT away abandons the rotation that the former version came from.
  if (former && takes_current) std::erase(holder(map, kAwsCurrent)->stages, kAwsPending);
  map.push_back({id, {}});
  VersionStages& added = map.back();
  for (const std::string& stage : stages) {
    if (stage != kAwsCurrent) attach(map, added, stage);
  }
  if (takes_current) make_current(map, added);
  return within_limit(std::move(map));
}

Result<StageMap> announce_version(StageMap map, const VersionId& id) {
  auto announced = std::ranges::find(map, id, &VersionStages::id);
  if (announced == map.end()) announced = map.insert(map.end(), {id, {}});
  attach(map, *announced, kAwsPending);
  return within_limit(std::move(map));
}

Result<StageMap> move_stage(StageMap map, const StageMove& move) {
  COFFER_TRY(check_move(map, move));
  if (!move.move_to) {
    detach(map, move.stage);
    return map;
  }
  VersionStages& target = *std::ranges::find(map, *move.move_to, &VersionStages::id);
  if (move.stage == kAwsCurrent) {
    make_current(map, target);
  } else {
    attach(map, target, move.stage);
  }
  return within_limit(std::move(map));
}

const VersionStages* find_stage(const StageMap& map, std::string_view stage) {
  const auto found = std::ranges::find_if(map, [&](const VersionStages& version) { return has(version, stage); });
  return found == map.end() ? nullptr : &*found;
}

const VersionStages* find_version(const StageMap& map, const VersionId& id) {
  const auto found = std::ranges::find(map, id, &VersionStages::id);
  return found == map.end() ? nullptr : &*found;
}

}  // namespace coffer::secrets
