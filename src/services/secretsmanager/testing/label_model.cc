#include "services/secretsmanager/testing/label_model.h"

#include <algorithm>

namespace coffer::secretsmanager::testing {
namespace {

constexpr size_t kMaxLabels = 20;
constexpr size_t kKeptVersions = 100;
constexpr size_t kMaxVersions = 200;
constexpr Duration kDay = std::chrono::hours(24);

Outcome refused(std::string error, std::string message) {
  return {.refusals = {{std::move(error), std::move(message)}}};
}

Outcome not_found() {
  return refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
}

Outcome marked_for_deletion() {
  return refused("InvalidRequestException",
                 "You can't perform this operation on the secret because it was marked for deletion.");
}

}  // namespace

std::optional<std::string> LabelModel::Secret::holder(const std::string& label) const {
  const auto found = holders.find(label);
  return found == holders.end() ? std::nullopt : std::optional(found->second);
}

const LabelModel::Version* LabelModel::find(const std::string& id) const {
  const auto found = std::ranges::find(secret_->versions, id, &Version::id);
  return found == secret_->versions.end() ? nullptr : &*found;
}

std::vector<std::string> LabelModel::labels_of(const std::string& id) const {
  std::vector<std::string> labels;
  for (const auto& [label, holder] : secret_->holders) {
    if (holder == id) labels.push_back(label);
  }
  return labels;
}

Outcome LabelModel::apply(const Step& step) {
  switch (step.kind) {
    case Step::Kind::kCreate:
      return create(step);
    case Step::Kind::kPut:
    case Step::Kind::kUpdate:
      return write(step);
    case Step::Kind::kMove:
      return move(step);
    case Step::Kind::kDelete:
      return remove(step);
    case Step::Kind::kRestore:
      return restore();
    case Step::Kind::kWait:
      break;
  }
  return wait(step.wait);
}

Outcome LabelModel::create(const Step& step) {
  if (secret_ && pending_deletion()) {
    if (rules_.deletion_keeps_the_name) {
      return refused("InvalidRequestException",
                     "You can't create this secret because a secret with this name is already scheduled for deletion.");
    }
    secret_.reset();
  }
  if (!secret_) {
    secret_.emplace();
    return step.content ? store(step) : Outcome();
  }
  const Version* const known = step.content ? find(step.token) : nullptr;
  if (known != nullptr) return repeat(step, *known);
  return refused("ResourceExistsException", "The operation failed because the secret a already exists.");
}

Outcome LabelModel::write(const Step& step) {
  if (!secret_) return not_found();
  if (pending_deletion() && rules_.deletion_stops_writes) return marked_for_deletion();
  if (!step.content) return change(*secret_);
  const Version* const known = find(step.token);
  if (known == nullptr) return store(step);
  Outcome repeated = repeat(step, *known);
  const bool changes_more = repeated.refusals.empty() && step.has_description;
  return changes_more ? change(*secret_, step.token) : repeated;
}

Outcome LabelModel::repeat(const Step& step, const Version& known) {
  const bool same_bytes = known.content.bytes == step.content->bytes || !rules_.token_belongs_to_its_bytes;
  const bool same_kind = known.content.is_binary == step.content->is_binary || !rules_.token_belongs_to_its_kind;
  if (!same_bytes || !same_kind || !rules_.repetition_succeeds) {
    return refused("ResourceExistsException",
                   "You can't use ClientRequestToken " + step.token +
                       " because that value is already in use for a version of secret ${arn}.");
  }
  if (!rules_.repetition_changes_nothing) {
    for (const std::string& label : step.labels)
      secret_->holders[label] = step.token;
  }
  return {.version = step.token};
}

Outcome LabelModel::store(const Step& step) {
  Secret changed = *secret_;
  changed.versions.push_back({step.token, *step.content, now_});
  const auto former = changed.holder("AWSCURRENT");
  const auto was_pending = changed.holder("AWSPENDING");
  for (const std::string& label : step.labels) {
    if (rules_.write_takes_its_labels || !changed.holder(label)) changed.holders[label] = step.token;
  }
  const bool is_plain = step.labels.empty() && (step.kind != Step::Kind::kUpdate || rules_.update_takes_current);
  const bool is_first = !former && (step.labels.empty() || rules_.first_value_is_current);
  if (is_plain || is_first) changed.holders["AWSCURRENT"] = step.token;
  if (changed.holder("AWSCURRENT") == step.token) {
    if (changed.holder("AWSPREVIOUS") == step.token && rules_.first_value_is_not_previous) {
      changed.holders.erase("AWSPREVIOUS");
    }
    if (former && rules_.write_makes_former_previous) changed.holders["AWSPREVIOUS"] = *former;
    const bool is_former = was_pending == former;
    const bool goes = is_former ? rules_.write_takes_pending : !rules_.write_leaves_other_pending;
    if (was_pending && goes && changed.holder("AWSPENDING") == was_pending) changed.holders.erase("AWSPENDING");
  }
  return change(std::move(changed), step.token);
}

std::vector<Refusal> LabelModel::refusals_of(const Step& move) const {
  std::vector<Refusal> refusals;
  if (move.from && find(*move.from) == nullptr) refusals.push_back({"ResourceNotFoundException", ""});
  if (move.to && find(*move.to) == nullptr && rules_.unknown_versions_get_nothing) {
    refusals.push_back({"ResourceNotFoundException", ""});
  }
  const auto refuse = [&refusals](std::string message) {
    refusals.push_back({"InvalidParameterException", std::move(message)});
  };
  if (!move.from && !move.to) refuse("");
  if (move.label == "AWSCURRENT" && !move.to && rules_.current_is_never_removed) {
    refuse("You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.");
  }
  const auto holder = secret_->holder(move.label);
  if (!move.from && move.to && holder && *holder != *move.to && rules_.move_names_the_holder) {
    refuse("The parameter RemoveFromVersionId can't be empty. Staging label " + move.label +
           " is currently attached to version " + *holder +
           ", so you must explicitly reference that version in RemoveFromVersionId.");
  }
  if (move.from && move.from != holder && rules_.move_names_the_right_holder) {
    refuse("When you move staging label " + move.label +
           ", if you specify RemoveFromVersionId, it must be set to the version that currently has the staging label " +
           move.label + ".");
  }
  const bool is_current = move.to && move.to == secret_->holder("AWSCURRENT");
  if (move.label == "AWSPREVIOUS" && is_current) refuse("");
  return refusals;
}

Outcome LabelModel::move(const Step& step) {
  if (!secret_) return not_found();
  if (pending_deletion() && rules_.deletion_stops_writes) return marked_for_deletion();
  if (auto refusals = refusals_of(step); !refusals.empty()) return {.refusals = std::move(refusals)};
  Secret changed = *secret_;
  const auto former = changed.holder(step.label);
  if (step.to == former) return {};
  if (!step.to) {
    changed.holders.erase(step.label);
    return change(std::move(changed));
  }
  changed.holders[step.label] = *step.to;
  if (step.label == "AWSCURRENT") {
    if (former && rules_.move_makes_former_previous) changed.holders["AWSPREVIOUS"] = *former;
    if (changed.holder("AWSPENDING") == former && !rules_.move_leaves_pending) changed.holders.erase("AWSPENDING");
  }
  return change(std::move(changed));
}

Outcome LabelModel::remove(const Step& step) {
  const bool is_forced = !step.window_in_days;
  if (!secret_) return is_forced ? Outcome() : not_found();
  if (is_forced) {
    secret_.reset();
    return {};
  }
  if (pending_deletion()) return refused("InvalidRequestException", "");
  Secret changed = *secret_;
  changed.deletion = now_ + *step.window_in_days * kDay;
  return change(std::move(changed));
}

Outcome LabelModel::restore() {
  if (!secret_) return not_found();
  if (!pending_deletion()) return {};
  Secret changed = *secret_;
  changed.deletion.reset();
  if (!rules_.restored_is_as_it_was) changed.holders.erase("AWSPREVIOUS");
  return change(std::move(changed));
}

Outcome LabelModel::wait(Duration time) {
  now_ += time;
  const bool is_over = secret_ && secret_->deletion && *secret_->deletion <= now_;
  if (is_over && rules_.deletion_ends) secret_.reset();
  return {};
}

Outcome LabelModel::change(Secret changed, std::optional<std::string> version) {
  std::vector<Refusal> refusals;
  if (changed.holders.size() > kMaxLabels && rules_.labels_are_limited) {
    refusals.push_back({"LimitExceededException", ""});
  }
  remove_old_versions(changed);
  if (changed.versions.size() > kMaxVersions && rules_.versions_are_limited) {
    refusals.push_back({"LimitExceededException", ""});
  }
  if (!refusals.empty()) return {.refusals = std::move(refusals)};
  secret_ = std::move(changed);
  return {.version = std::move(version)};
}

void LabelModel::remove_old_versions(Secret& secret) const {
  const auto can_go = [&](const Version& version) {
    const auto is_its_holder = [&version](const auto& entry) { return entry.second == version.id; };
    const Duration age = now_ - version.created;
    const bool is_old = rules_.a_day_is_old ? age >= kDay : age > kDay;
    return !std::ranges::any_of(secret.holders, is_its_holder) && (is_old || !rules_.young_versions_stay);
  };
  while (secret.versions.size() > kKeptVersions && rules_.old_versions_go) {
    const auto oldest = std::ranges::find_if(secret.versions, can_go);
    if (oldest == secret.versions.end()) return;
    const auto newest = std::ranges::find_if(secret.versions.rbegin(), secret.versions.rend(), can_go);
    secret.versions.erase(rules_.oldest_go_first ? oldest : std::prev(newest.base()));
  }
}

std::string version_id(int number) {
  std::string digits = std::to_string(number);
  return "version-" + std::string(24 - digits.size(), '0') + digits;
}

std::string text_of(const Step& step) {
  std::string write = "(" + step.token;
  if (step.content) write += (step.content->is_binary ? ", binary " : ", string ") + step.content->bytes;
  for (const std::string& label : step.labels)
    write += ", " + label;
  if (step.has_description) write += ", a description";
  switch (step.kind) {
    case Step::Kind::kCreate:
      return "CreateSecret" + write + ")";
    case Step::Kind::kPut:
      return "PutSecretValue" + write + ")";
    case Step::Kind::kUpdate:
      return "UpdateSecret" + write + ")";
    case Step::Kind::kMove:
      return "UpdateSecretVersionStage(" + step.label + ", from " + step.from.value_or("-") + ", to " +
             step.to.value_or("-") + ")";
    case Step::Kind::kDelete:
      return "DeleteSecret(" + (step.window_in_days ? std::to_string(*step.window_in_days) + " days)" : "forced)");
    case Step::Kind::kRestore:
      return "RestoreSecret()";
    case Step::Kind::kWait:
      break;
  }
  return "wait " + std::to_string(step.wait.count()) + " ms";
}

}  // namespace coffer::secretsmanager::testing
