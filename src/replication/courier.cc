#include "replication/courier.h"

#include <algorithm>

namespace coffer::replication {
namespace {

using secrets::ApplyOutcome;
using secrets::ApplyVerdict;
using secrets::ReplicaState;
using secrets::ValuesToSend;
using Kind = Delivery::Kind;

constexpr std::string_view kFailed = "Replication failed: ";

// For a region that refused without saying why.
std::string reason(ApplyVerdict verdict, const std::string& name, const Region& region) {
  switch (verdict) {
    case ApplyVerdict::kNameTaken:
      return "Secret name " + name + " already exists in region " + region.text() + ".";
    case ApplyVerdict::kOtherLineage:
      return "Secret name " + name + " is currently replicated to " + region.text() + " with a different arn";
    case ApplyVerdict::kFenced:
      return "The replica in region " + region.text() + " was promoted to a stand-alone secret.";
    case ApplyVerdict::kAhead:
      return "The copy in region " + region.text() + " is ahead of its primary.";
    case ApplyVerdict::kKeyUnusable:
      return "The KMS key in region " + region.text() + " cannot be used.";
    default:
      return "Region " + region.text() + " gave an unexpected answer.";
  }
}

// The region lacks these versions, and here nobody can read their values because their KMS keys are disabled or gone.
// Takes out those without a label, which keep nobody from the others; a label does not go without its value: says so.
std::string leave_out_unreadable(const std::vector<VersionId>& needed, const Region& here, ReplicaState& state) {
  std::string message;
  std::erase_if(state.versions, [&](const secrets::ReplicaVersion& sent) {
    const bool is_needed = std::ranges::find(needed, sent.version.id) != needed.end();
    if (!is_needed || sent.value) return false;
    if (sent.version.stages.empty()) return true;
    message = std::string(kFailed) + "The KMS key of version " + sent.version.id.text() + " with staging label " +
              sent.version.stages.front() + " is disabled, pending deletion or deleted in region " + here.text() + ".";
    return false;
  });
  return message;
}

}  // namespace

Delivery Courier::deliver(const store::Row& row) {
  const auto key = store::OutboxKey::parse(row.key);
  const auto mark = store::OutboxMark::parse(row.value);
  if (!key || !mark) return {Kind::kSetAside, "the outbox row is damaged"};
  if (key->kind == kms::kOutboxKind) return keys_.deliver(*key, row);
  if (key->kind != "secret") return states_.deliver(*key, row);
  if (mark->action == store::OutboxMark::Action::kRemove) return remove(*key, *mark, row);
  return update(*key, row);
}

Delivery Courier::update(const store::OutboxKey& key, const store::Row& row) {
  std::vector<VersionId> needed;
  for (const ValuesToSend values : {ValuesToSend::kUnacknowledged, ValuesToSend::kAll}) {
    Result<std::optional<ReplicaState>> state =
        parts_.secrets.export_state(key.account, key.name, parts_.destination, values);
    if (!state.ok()) return export_failed(key, state.error());
    if (!*state) return cleared(row);
    const std::string unreadable = leave_out_unreadable(needed, parts_.region, **state);
    if (!unreadable.empty()) return refused(key, row, {ApplyVerdict::kKeyUnusable, {}, unreadable});
    const uint64_t generation = (*state)->generation;
    const std::string suffix = (*state)->suffix;
    const uint64_t state_id = (*state)->state_id;
    Result<ApplyOutcome> outcome = parts_.link.send(**state);
    if (!outcome.ok()) return send_failed(key, outcome.error());
    switch (outcome->verdict) {
      case ApplyVerdict::kNeedVersions:
        needed = std::move(outcome->needed);
        continue;
      case ApplyVerdict::kApplied:
      case ApplyVerdict::kAlreadyNewer: {
        const secrets::ReplicaProgress progress{.acknowledged_generation = generation,
                                                .acknowledged_state_id = state_id,
                                                .failed = false,
                                                .message = {},
                                                .last_attempt = parts_.clock.now()};
        const Result<void> recorded =
            parts_.secrets.record_progress({key.account, key.name, suffix, parts_.destination, progress, row});
        if (!recorded.ok()) return export_failed(key, recorded.error());
        return {};
      }
      case ApplyVerdict::kAhead:
        if ((*state)->force_overwrite) return overtake(key, suffix, outcome->generation);
        return refused(key, row, *outcome);
      case ApplyVerdict::kNameTaken:
      case ApplyVerdict::kOtherLineage:
      case ApplyVerdict::kFenced:
      case ApplyVerdict::kKeyUnusable:
        return refused(key, row, *outcome);
    }
  }
  return set_aside(
      key, std::string(kFailed) + "Region " + parts_.destination.text() + " asks for values that do not exist.");
}

Delivery Courier::overtake(const store::OutboxKey& key, const std::string& suffix, uint64_t generation) {
  const auto raised = parts_.secrets.update(
      key.account, key.name, [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
        // Deleted and made again meanwhile: nothing of this concerns the new one.
        if (view.secret.suffix != suffix || view.secret.generation > generation) {
          return std::optional<secrets::Change>();
        }
        secrets::Change change;
        change.secret = view.secret;
        change.generation_above = generation;
        return std::optional(std::move(change));
      });
  // The mark was written anew by that change, and is sent next.
  if (!raised.ok() && raised.error().code != ErrorCode::kResourceNotFound) return export_failed(key, raised.error());
  return {Kind::kMarkedAnew, {}};
}

Delivery Courier::remove(const store::OutboxKey& key, const store::OutboxMark& mark, const store::Row& row) {
  const secrets::ReplicaRemoval removal{.account = key.account,
                                        .name = key.name,
                                        .suffix = mark.suffix,
                                        .primary_region = parts_.region,
                                        .lineage_epoch = mark.lineage_epoch};
  const Result<ApplyOutcome> outcome = parts_.link.send(removal);
  if (!outcome.ok()) return send_failed(key, outcome.error());
  // Whatever the verdict: there is no copy of ours there any more.
  return cleared(row);
}

Delivery Courier::cleared(const store::Row& row) {
  const Result<void> result = clear_mark(parts_.store, row);
  if (!result.ok()) return store_down(result.error());
  return {};
}

Delivery Courier::refused(const store::OutboxKey& key, const store::Row& row, const ApplyOutcome& outcome) {
  std::string message = outcome.message;
  if (message.empty()) message = std::string(kFailed) + reason(outcome.verdict, key.name, parts_.destination);
  const Result<void> recorded =
      record_failure(key, {.message = message, .replaced_by = outcome.successor, .mark_to_clear = row});
  if (!recorded.ok()) return export_failed(key, recorded.error());
  // Other verdicts say that what has the name there is no copy of this secret, or of another primary.
  // A copy with a higher epoch of this very region's: the primary was restored from before its own promotion.
  const bool is_ours = outcome.successor && outcome.successor->region == parts_.region;
  const bool leaves_copy =
      outcome.verdict == ApplyVerdict::kAhead || outcome.verdict == ApplyVerdict::kKeyUnusable || is_ours;
  return {Kind::kRefused, std::move(message), leaves_copy};
}

Delivery Courier::export_failed(const store::OutboxKey& key, const Error& error) {
  if (is_store_trouble(error.code)) return store_down(error);
  // Only the name of the error is shown to clients; its text is for the log.
  Delivery delivery = set_aside(
      key, std::string(kFailed) + std::string(error_name(error.code)) + " in region " + parts_.region.text() + ".");
  delivery.message += " (" + error.message + ")";
  return delivery;
}

Delivery Courier::send_failed(const store::OutboxKey& key, const Error& error) {
  if (is_link_trouble(error.code)) return {Kind::kLinkDown, error.message};
  return set_aside(key, std::string(kFailed) + error.message);
}

Delivery Courier::set_aside(const store::OutboxKey& key, std::string message) {
  const Result<void> recorded = record_failure(key, {.message = message});
  if (!recorded.ok() && is_store_trouble(recorded.error().code)) return store_down(recorded.error());
  return {Kind::kSetAside, std::move(message)};
}

Result<void> Courier::record_failure(const store::OutboxKey& key, const Failure& failure) {
  secrets::ReplicaProgress progress;
  COFFER_ASSIGN(const secrets::SecretPointer view, parts_.secrets.find(key.account, key.name));
  if (view) {
    for (const auto& [region, known] : view->progress) {
      if (region == parts_.destination) progress = known;
    }
  }
  // A row that is retried for hours does not write the same message for hours.
  if (!failure.mark_to_clear && progress.failed && progress.message == failure.message) return {};
  progress.failed = true;
  progress.message = failure.message;
  progress.replaced_by = failure.replaced_by;
  progress.last_attempt = parts_.clock.now();
  return parts_.secrets.record_progress({.account = key.account,
                                         .name = key.name,
                                         .suffix = view ? view->secret.suffix : std::string(),
                                         .region = parts_.destination,
                                         .progress = progress,
                                         .mark_to_clear = failure.mark_to_clear});
}

}  // namespace coffer::replication
