#include "replication/courier.h"

#include <algorithm>

#include "replication/link_codec.h"

namespace coffer::replication {
namespace {

using secrets::ApplyOutcome;
using secrets::ApplyVerdict;
using secrets::ReplicaState;
using secrets::ValuesToSend;
using Kind = Delivery::Kind;

constexpr std::string_view kFailed = "Replication failed: ";
constexpr std::string_view kSecretKind = "secret";
// Of a message with more than one secret: so that a slow link is not busy for long, and an answer lost costs little.
constexpr size_t kMessageBytes = 256 << 10;

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

bool is_applied(const ApplyOutcome& outcome) {
  return outcome.verdict == ApplyVerdict::kApplied || outcome.verdict == ApplyVerdict::kAlreadyNewer;
}

// Whatever is tried next fails as well.
bool is_trouble(const Delivery& delivery) {
  return delivery.kind == Kind::kLinkDown || delivery.kind == Kind::kStoreDown;
}

// Of a row that says that a secret has a newer state.
std::optional<store::OutboxKey> key_of_update(const store::Row& row) {
  auto key = store::OutboxKey::parse(row.key);
  const auto mark = store::OutboxMark::parse(row.value);
  const bool is_update = key && mark && key->kind == kSecretKind && mark->action != store::OutboxMark::Action::kRemove;
  if (!is_update) return std::nullopt;
  return key;
}

// In a message, rather too much than too little.
size_t size_of(const ReplicaState& state) {
  constexpr size_t kFields = 256;
  size_t bytes = kFields + state.name.size() + state.description.size() + state.resource_policy.size();
  for (const secrets::Tag& tag : state.tags)
    bytes += tag.key.size() + tag.value.size();
  for (const policy::PrincipalBinding& binding : state.policy_bindings)
    bytes += binding.text.size() + binding.unique_id.size();
  for (const secrets::ReplicaVersion& sent : state.versions) {
    bytes += kFields + (sent.value ? sent.value->size() : 0);
    for (const std::string& stage : sent.version.stages)
      bytes += stage.size();
  }
  return bytes;
}

}  // namespace

std::vector<Delivery> Courier::deliver(std::span<const store::Row> rows) {
  if (!key_of_update(rows.front())) return {deliver_alone(rows.front())};
  std::vector<Delivery> deliveries;
  const Batch batch = gather(rows, deliveries);
  if (!batch.states.empty()) send(rows, batch, deliveries);
  return deliveries;
}

Delivery Courier::deliver_alone(const store::Row& row) {
  const auto key = store::OutboxKey::parse(row.key);
  const auto mark = store::OutboxMark::parse(row.value);
  if (!key || !mark) return {Kind::kSetAside, "the outbox row is damaged"};
  if (key->kind == kms::kOutboxKind) return keys_.deliver(*key, row);
  if (key->kind != kSecretKind) return states_.deliver(*key, row);
  if (mark->action == store::OutboxMark::Action::kRemove) return remove(*key, *mark, row);
  return update(*key, row);
}

Courier::Batch Courier::gather(std::span<const store::Row> rows, std::vector<Delivery>& deliveries) {
  Batch batch;
  size_t bytes = 0;
  for (const store::Row& row : rows) {
    auto key = key_of_update(row);
    if (!key || batch.states.size() == kMaxStates) break;
    Result<std::optional<ReplicaState>> state = parts_.secrets.export_state(
        key->account, key->name, parts_.destination, ValuesToSend::kUnacknowledged, row.revision);
    if (!state.ok() || !*state) {
      deliveries.push_back(state.ok() ? cleared(row) : export_failed(*key, state.error()));
      if (deliveries.back().kind == Kind::kStoreDown) break;
      continue;
    }
    bytes += size_of(**state);
    if (bytes > kMessageBytes && !batch.states.empty()) break;
    batch.places.push_back(deliveries.size());
    batch.keys.push_back(std::move(*key));
    batch.states.push_back(std::move(**state));
    deliveries.emplace_back();
  }
  return batch;
}

void Courier::send(std::span<const store::Row> rows, const Batch& batch, std::vector<Delivery>& deliveries) {
  const Result<std::vector<ApplyOutcome>> outcomes = parts_.link.send(batch.states);
  if (!outcomes.ok() && is_link_trouble(outcomes.error().code)) {
    deliveries.resize(batch.places.front());
    deliveries.push_back({Kind::kLinkDown, outcomes.error().message});
    return;
  }
  if (outcomes.ok()) record_applied(rows, batch, *outcomes, deliveries);
  // The others one by one, until one of them finds that nothing goes any more.
  std::optional<Delivery> trouble;
  for (size_t i = 0; i < batch.states.size(); ++i) {
    if (outcomes.ok() && is_applied((*outcomes)[i])) continue;
    Delivery& delivery = deliveries[batch.places[i]];
    delivery = trouble ? *trouble : send_on(rows[batch.places[i]], batch, i, outcomes);
    if (is_trouble(delivery)) trouble = delivery;
  }
}

void Courier::record_applied(std::span<const store::Row> rows, const Batch& batch,
                             const std::vector<ApplyOutcome>& outcomes, std::vector<Delivery>& deliveries) {
  std::vector<secrets::ProgressReport> reports;
  std::vector<size_t> reported;
  for (size_t i = 0; i < batch.states.size(); ++i) {
    if (!is_applied(outcomes[i])) continue;
    reports.push_back(acknowledged(batch.keys[i], rows[batch.places[i]], batch.states[i]));
    reported.push_back(i);
  }
  const std::vector<Result<void>> recorded = parts_.secrets.record_progress(reports);
  for (size_t k = 0; k < reported.size(); ++k) {
    const size_t i = reported[k];
    note_access(batch.states[i], outcomes[i]);
    if (!recorded[k].ok()) deliveries[batch.places[i]] = export_failed(batch.keys[i], recorded[k].error());
  }
}

Delivery Courier::send_on(const store::Row& row, const Batch& batch, size_t i,
                          const Result<std::vector<ApplyOutcome>>& outcomes) {
  const store::OutboxKey& key = batch.keys[i];
  if (!outcomes.ok()) {
    // It is about one of them: each alone tells which.
    return batch.states.size() == 1 ? send_failed(key, outcomes.error()) : update(key, row);
  }
  const ApplyOutcome& outcome = (*outcomes)[i];
  if (outcome.verdict == ApplyVerdict::kNeedVersions) return update(key, row, outcome.needed);
  return not_applied(key, row, batch.states[i], outcome);
}

secrets::ProgressReport Courier::acknowledged(const store::OutboxKey& key, const store::Row& row,
                                              const ReplicaState& state) const {
  return {.account = key.account,
          .name = key.name,
          .suffix = state.suffix,
          .region = parts_.destination,
          .progress = {.acknowledged_generation = state.generation,
                       .acknowledged_state_id = state.state_id,
                       .failed = false,
                       .message = {},
                       .last_attempt = parts_.clock.now()},
          .mark_to_clear = row};
}

void Courier::note_access(const ReplicaState& state, const ApplyOutcome& outcome) const {
  if (!outcome.accessed) return;
  const secrets::CopyAccess access{state.account, state.name, state.suffix, *outcome.accessed};
  parts_.secrets.note_copy_accesses(parts_.destination, std::span(&access, 1));
}

Delivery Courier::update(const store::OutboxKey& key, const store::Row& row, std::optional<Versions> needed) {
  for (;;) {
    const ValuesToSend values = needed ? ValuesToSend::kAll : ValuesToSend::kUnacknowledged;
    Result<std::optional<ReplicaState>> state =
        parts_.secrets.export_state(key.account, key.name, parts_.destination, values);
    if (!state.ok()) return export_failed(key, state.error());
    if (!*state) return cleared(row);
    const std::string unreadable = leave_out_unreadable(needed.value_or(Versions()), parts_.region, **state);
    if (!unreadable.empty()) return refused(key, row, {ApplyVerdict::kKeyUnusable, {}, unreadable});
    Result<std::vector<ApplyOutcome>> outcomes = parts_.link.send(std::span(&**state, 1));
    if (!outcomes.ok()) return send_failed(key, outcomes.error());
    ApplyOutcome& outcome = outcomes->front();
    if (is_applied(outcome)) {
      const Result<void> recorded = parts_.secrets.record_progress(acknowledged(key, row, **state));
      if (!recorded.ok()) return export_failed(key, recorded.error());
      note_access(**state, outcome);
      return {};
    }
    if (outcome.verdict != ApplyVerdict::kNeedVersions) return not_applied(key, row, **state, outcome);
    if (needed) break;
    needed = std::move(outcome.needed);
  }
  return set_aside(
      key, std::string(kFailed) + "Region " + parts_.destination.text() + " asks for values that do not exist.");
}

Delivery Courier::not_applied(const store::OutboxKey& key, const store::Row& row, const ReplicaState& state,
                              const ApplyOutcome& outcome) {
  if (outcome.verdict == ApplyVerdict::kAhead && state.force_overwrite) {
    return overtake(key, state.suffix, outcome.generation);
  }
  return refused(key, row, outcome);
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
  const Result<bool> is_cleared = clear_mark(parts_.store, row);
  if (!is_cleared.ok()) return store_down(is_cleared.error());
  // Nothing has arrived for the newer one: it may say that a copy is to go, which is there still and is as old as
  // before.
  if (!*is_cleared) return {Kind::kMarkedAnew, {}};
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
