#include "sim/accounts_family.h"

#include <algorithm>

#include "iam/account_states.h"
#include "secrets/cross_account.h"
#include "sim/json_member.h"
#include "store/keys.h"

namespace coffer::sim {
namespace {

using secrets::Role;

const AccountId kOther = *AccountId::parse("210987654321");

std::string describe(const Site& at, const std::string& name) {
  return "the replica of " + name + " in " + at.name.text();
}

// The account's own, and that of the primaries may encrypt.
std::string key_policy() {
  const auto root = [](const AccountId& account) { return R"(\"arn:aws:iam::)" + account.text() + R"(:root\")"; };
  return R"({\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":)" + root(kOther) +
         R"(},\"Action\":\"kms:*\",\"Resource\":\"*\"},{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":)" +
         root(kAccount) + R"(},\"Action\":\"kms:Encrypt\",\"Resource\":\"*\"}]})";
}

}  // namespace

secrets::SecretPointer AccountsFamily::find(const Site& at, const AccountId& account, const std::string& name) {
  const auto found = at.process->secrets.find(account, name);
  return found.ok() ? *found : nullptr;
}

bool AccountsFamily::is_same(const Content::Version& a, const Content::Version& b) {
  return a.text == b.text && (!a.value || !b.value || a.value == b.value);
}

bool AccountsFamily::is_same(const Content& a, const Content& b) {
  return a.description == b.description &&
         std::ranges::equal(a.versions, b.versions,
                            [](const auto& one, const auto& other) { return is_same(one, other); });
}

// An old version without labels is left out when it cannot be sealed at that moment.
bool AccountsFamily::is_copy(const Content& made, const Content& copied) {
  auto next = copied.versions.begin();
  for (const Content::Version& version : made.versions) {
    if (next != copied.versions.end() && is_same(version, *next)) {
      ++next;
    } else if (version.has_labels) {
      return false;
    }
  }
  return made.description == copied.description && next == copied.versions.end();
}

AccountsFamily::Content AccountsFamily::content_of(const Site& at, const secrets::SecretView& view) {
  Content content{view.secret.description, {}};
  for (const secrets::Version& version : view.secret.versions) {
    Content::Version& added = content.versions.emplace_back();
    added.text = version.id.text() + " " + std::to_string(version.generation);
    for (const std::string& stage : version.stages)
      added.text += " " + stage;
    added.has_labels = !version.stages.empty();
    if (version.kind == secrets::ValueKind::kNone) continue;
    const Result<SecretBytes> value = at.process->secrets.read_value(view, version.id);
    if (value.ok()) {
      added.value = std::string(value->view(SecretAccess("simulation")));
    } else if (value.error().code != ErrorCode::kDecryptionFailure) {
      world_.oracle.violated("a value of " + view.arn + " cannot be read: " + value.error().message);
    }
  }
  return content;
}

Answer AccountsFamily::call(Site& at, const std::string& name, std::string_view operation, const std::string& input) {
  const Answer answer = at.process->call_as(kOther, operation, input);
  world_.trace.tell(at.name.text(), " ", kOther.text(), " ", operation, " ", input, ": ", std::to_string(answer.status),
                    " ", answer.error, " ", answer.message);
  if (answer.is_unknown()) places_[at.name.text()].maybe[name] = true;
  look(at, Cause::kCall);
  return answer;
}

void AccountsFamily::happen(Site& at) {
  const std::string& name = world_.pick(world_.oracle.names());
  if (world_.chance(40)) return copy(at);
  const secrets::SecretPointer replica = find(at, kOther, name_of(name));
  if (replica == nullptr) return create(at, name);
  change(at, name, *replica);
}

void AccountsFamily::create(Site& at, const std::string& name) {
  std::string& key = places_[at.name.text()].key;
  if (key.empty()) {
    const Answer made = at.process->call_kms(kOther, "CreateKey", R"({"Policy":")" + key_policy() + R"("})");
    world_.trace.tell(at.name.text(), " CreateKey: ", std::to_string(made.status), " ", made.message);
    if (!made.ok()) return;
    key = json_member(made.output, "Arn");
  }
  const secrets::SecretPointer primary = find(at, kAccount, name);
  if (primary == nullptr) return;
  call(at, name, "CreateSecret",
       R"({"Name":")" + name_of(name) + R"(","ClientRequestToken":")" + world_.random.uuid() + R"(","KmsKeyId":")" +
           key + R"(","CrossAccountPrimaryARN":")" + primary->arn + R"("})");
}

void AccountsFamily::change(Site& at, const std::string& name, const secrets::SecretView& replica) {
  const std::string id = R"({"SecretId":")" + replica.secret.name + '"';
  const uint32_t kind = world_.random.uniform(100);
  const std::string arn = R"(,"CrossAccountReplicaARN":")" + replica.arn + '"';
  if (kind < 40) {
    change_primary(at, name, "AssociateCrossAccountReplica", arn + R"(,"ReplicaRestriction":"NoRestriction")");
  } else if (kind < 46) {
    change_primary(at, name, "DisassociateCrossAccountReplica", arn);
  } else if (kind < 51) {
    call(at, name, "StopReplicationToReplica", id + "}");
  } else if (kind < 60) {
    call(at, name, "DeleteSecret", id + R"(,"ForceDeleteWithoutRecovery":true})");
  } else if (kind < 66) {
    use_key(at, false);
  } else if (kind < 76) {
    use_key(at, true);
  } else if (kind < 84) {
    call(at, name, "PutSecretValue",
         id + R"(,"ClientRequestToken":")" + world_.random.uuid() + R"(","SecretString":")" + std::string(kCanary) +
             R"(another"})");
  } else if (kind < 88) {
    call(at, name, "TagResource", id + R"(,"Tags":[{"Key":"k","Value":"v"}]})");
  } else {
    read(at, name, replica);
  }
}

void AccountsFamily::change_primary(Site& at, const std::string& name, const std::string& operation,
                                    const std::string& more) {
  const std::string input = R"({"SecretId":")" + name + '"' + more + "}";
  const Answer answer = at.process->call_as(kAccount, operation, input);
  world_.trace.tell(at.name.text(), " ", operation, " ", input, ": ", std::to_string(answer.status), " ", answer.error,
                    " ", answer.message);
  if (answer.is_unknown()) places_[at.name.text()].maybe[name] = true;
  world_.oracle.after_call(at, {.operation = operation, .name = name, .regions = {}, .value = {}}, answer);
  look(at, Cause::kCall);
  const secrets::SecretPointer primary = find(at, kAccount, name);
  const bool is_gone = !primary || !primary->secret.cross_account_replica;
  if (answer.ok() && (operation == "DisassociateCrossAccountReplica") != is_gone)
    world_.oracle.violated(name + " in " + at.name.text() + ": " + operation + " was answered, and not done");
}

void AccountsFamily::use_key(Site& at, bool is_enabled) {
  const std::string& key = places_[at.name.text()].key;
  if (key.empty()) return;
  const std::string_view operation = is_enabled ? "EnableKey" : "DisableKey";
  const Answer answer = at.process->call_kms(kOther, operation, R"({"KeyId":")" + key + R"("})");
  world_.trace.tell(at.name.text(), " ", operation, ": ", std::to_string(answer.status));
}

void AccountsFamily::read(Site& at, const std::string& name, const secrets::SecretView& replica) {
  const secrets::Version* const current = replica.secret.version_with("AWSCURRENT");
  const Answer answer =
      at.process->call_as(kOther, "GetSecretValue", R"({"SecretId":")" + replica.secret.name + R"("})");
  if (answer.is_unknown()) return world_.oracle.violated(describe(at, name) + " cannot be read: " + answer.message);
  if (answer.ok() && current == nullptr) world_.oracle.violated(describe(at, name) + " is read, and has nothing");
}

void AccountsFamily::copy(Site& at) {
  for (const std::string& name : world_.oracle.names()) {
    const secrets::SecretPointer primary = find(at, kAccount, name);
    const secrets::SecretPointer replica = find(at, kOther, name_of(name));
    was_linked_[{at.name.text(), name}] = primary && replica && secrets::is_linked(primary->secret, replica->secret);
  }
  const Result<size_t> copied = [&] {
    const Visit visit(at);
    return at.process->copier.step();
  }();
  world_.trace.tell(at.name.text(), " copies: ", copied.ok() ? std::to_string(*copied) : copied.error().message);
  if (copied.ok()) world_.outcome.copies_across += static_cast<int>(*copied);
  if (at.process->store.failed()) {
    for (const std::string& name : world_.oracle.names())
      places_[at.name.text()].maybe[name] = true;
  }
  world_.oracle.after_step(at);
  look(at, Cause::kCopier);
}

void AccountsFamily::look(Site& at, Cause cause) {
  Place& place = places_[at.name.text()];
  if (!at.up()) return;
  if (place.start != at.process->start) {
    place.start = at.process->start;
    cause = Cause::kRestart;
  }
  for (const std::string& name : world_.oracle.names())
    look_at(at, name, cause);
  if (cause == Cause::kRestart) place.maybe.clear();
}

void AccountsFamily::look_at(Site& at, const std::string& name, Cause cause) {
  Place& place = places_[at.name.text()];
  Copy& before = place.copies[name];
  const secrets::SecretPointer replica = find(at, kOther, name_of(name));
  const store::Revision revision = replica ? replica->revision : 0;
  if (revision != before.revision || cause == Cause::kRestart) {
    Copy now{.revision = revision, .exists = replica != nullptr, .is_replica = false, .suffix = {}, .content = {}};
    if (replica) {
      now.is_replica = replica->secret.role == Role::kReplica;
      now.suffix = replica->secret.suffix;
      now.content = content_of(at, *replica);
    }
    check_change(at, name, before, now, cause);
    // What cannot be read at this moment is what it was.
    if (now.suffix == before.suffix && is_same(now.content, before.content)) {
      for (size_t i = 0; i < now.content.versions.size(); ++i) {
        auto& value = now.content.versions[i].value;
        if (!value) value = std::move(before.content.versions[i].value);
      }
    }
    before = std::move(now);
  }
  check_status(at, name);
}

void AccountsFamily::check_change(const Site& at, const std::string& name, const Copy& before, const Copy& now,
                                  Cause cause) {
  const std::string where = describe(at, name);
  const bool is_same_secret = before.exists && now.exists && before.suffix == now.suffix;
  const bool is_unchanged = before.exists == now.exists && before.suffix == now.suffix &&
                            before.is_replica == now.is_replica && is_same(before.content, now.content);
  if (is_unchanged) return;
  const bool is_maybe = places_[at.name.text()].maybe[name];
  if (cause == Cause::kNothing) return world_.oracle.violated(where + ": changed by what has nothing to do with it");
  if (cause == Cause::kRestart && !is_maybe)
    return world_.oracle.violated(where + ", after a restart: it is not what was acknowledged");
  if (cause == Cause::kRestart) return;
  if (before.exists && before.is_replica && !now.exists)
    return world_.oracle.violated(where + ": a replica was deleted that nobody has stopped");
  if (cause == Cause::kCall) {
    const bool is_written = is_same_secret && before.is_replica && !is_same(before.content, now.content);
    if (is_written) world_.oracle.violated(where + ": a replica was written");
    return;
  }
  if (!is_same_secret || !before.is_replica || !now.is_replica || !was_linked_[{at.name.text(), name}])
    return world_.oracle.violated(where + ": copied to, and its primary is none, or the two were taken apart");
  const secrets::SecretPointer primary = find(at, kAccount, name);
  const Content made = content_of(at, *primary);
  if (!is_copy(made, now.content)) world_.oracle.violated(where + ": copied, and it is not what the primary is");
}

// What it says of itself.
void AccountsFamily::check_status(const Site& at, const std::string& name) {
  const secrets::SecretPointer primary = find(at, kAccount, name);
  const secrets::SecretPointer replica = find(at, kOther, name_of(name));
  if (!primary || !replica || !primary->secret.cross_account_replica) return;
  auto& checked = places_[at.name.text()].copies[name].checked;
  const std::pair revisions(primary->revision, replica->revision);
  if (std::exchange(checked, revisions) == revisions) return;
  if (secrets::status_of_replica(*primary, replica.get()).status != "InSync") return;
  const Content made = content_of(at, *primary);
  const Content copied = content_of(at, *replica);
  if (!is_copy(made, copied)) world_.oracle.violated(describe(at, name) + ": InSync, and not what the primary is");
}

bool AccountsFamily::may_lose_disk(const Site& at) {
  const Place& place = places_[at.name.text()];
  return std::ranges::none_of(place.copies, [](const auto& entry) { return entry.second.exists; }) &&
         std::ranges::none_of(place.maybe, [](const auto& entry) { return entry.second; });
}

void AccountsFamily::lost_disk(const Site& at) {
  places_.erase(at.name.text());
}

// A new home may have lost them, if it had not heard of them yet.
bool AccountsFamily::knows_accounts(const Site& at) {
  return std::ranges::none_of(std::vector{kAccount, kOther}, [&at](const AccountId& account) {
    return Oracle::text_of(*at.process, iam::state_of_account(account)).empty();
  });
}

bool AccountsFamily::has_marks(const Site& at) {
  return !must(at.process->store.scan(store::ScanRange::prefix(store::OutboxKey::prefix(at.name)))).empty();
}

bool AccountsFamily::settle() {
  bool is_done = true;
  for (const auto& site : world_.sites) {
    if (!site->up() || site->is_out) continue;
    use_key(*site, true);
    for (const std::string& name : world_.oracle.names()) {
      const secrets::SecretPointer primary = find(*site, kAccount, name);
      const secrets::SecretPointer replica = find(*site, kOther, name_of(name));
      const bool is_linked = primary && replica && secrets::is_linked(primary->secret, replica->secret);
      if (!is_linked || secrets::status_of_replica(*primary, replica.get()).status != "Failed") continue;
      change_primary(*site, name, "AssociateCrossAccountReplica",
                     R"(,"CrossAccountReplicaARN":")" + replica->arn + R"(","ReplicaRestriction":"NoRestriction")");
    }
    copy(*site);
    is_done = is_done && !has_marks(*site);
  }
  return is_done;
}

void AccountsFamily::check_convergence() {
  for (const auto& site : world_.sites) {
    if (!site->up() || site->is_out || !knows_accounts(*site)) continue;
    for (const std::string& name : world_.oracle.names()) {
      const secrets::SecretPointer primary = find(*site, kAccount, name);
      const secrets::SecretPointer replica = find(*site, kOther, name_of(name));
      if (!primary || !replica || !secrets::is_linked(primary->secret, replica->secret)) continue;
      const auto status = secrets::status_of_replica(*primary, replica.get());
      if (status.status != "InSync")
        world_.oracle.violated(describe(*site, name) + ": " + std::string(status.status) +
                               " for ever: " + status.message);
    }
  }
}

}  // namespace coffer::sim
