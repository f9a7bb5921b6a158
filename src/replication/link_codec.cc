#include "replication/link_codec.h"

#include <algorithm>
#include <set>

#include "replication/frame.h"
#include "replication/frame_fields.h"
#include "replication/key_codec.h"
#include "replication/link.pb.h"
#include "replication/state_codec.h"

namespace coffer::replication {
namespace {

constexpr size_t kSuffixBytes = 6;
constexpr size_t kMaxTags = 200;
constexpr size_t kMaxTextBytes = 8192;  // description, key ids, messages
constexpr size_t kMaxPolicyBytes = 4 * 20480;
constexpr int kMaxBindings = 2000;
constexpr size_t kMaxLabelBytes = 1024;  // staging labels, tag keys and values, account names
constexpr size_t kMaxStagesPerVersion = 200;
constexpr uint64_t kMaxUndeliveredMicroseconds = 100ULL * 365 * 24 * 3600 * 1'000'000;  // a hundred years

bool is_suffix(std::string_view text) {
  return text.size() == kSuffixBytes && std::ranges::all_of(text, [](unsigned char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

// Account, name, suffix, region and epoch: the same fields in a state and in a removal.
template <class Body, class Target>
Result<void> decode_identity(const Body& body, Target& target) {
  COFFER_ASSIGN(target.account, parse_id<AccountId>(body.account(), "account"));
  COFFER_TRY(check(secrets::check_name(body.name()).ok(), "name"));
  COFFER_TRY(check(is_suffix(body.suffix()), "suffix"));
  COFFER_ASSIGN(target.primary_region, parse_id<Region>(body.primary_region(), "primary region"));
  COFFER_TRY(check(body.lineage_epoch() > 0, "lineage epoch"));
  target.name = body.name();
  target.suffix = body.suffix();
  target.lineage_epoch = body.lineage_epoch();
  return {};
}

template <class Body, class Source>
void encode_identity(const Source& source, Body& body) {
  body.set_account(source.account.text());
  body.set_name(source.name);
  body.set_suffix(source.suffix);
  body.set_primary_region(source.primary_region.text());
  body.set_lineage_epoch(source.lineage_epoch);
}

Result<secrets::ReplicaVersion> decode_version(const wire::Version& from, std::string_view& tail) {
  secrets::ReplicaVersion to;
  COFFER_ASSIGN(to.version.id, parse_id<VersionId>(from.id(), "version id"));
  COFFER_ASSIGN(to.version.created, parse_time(from.created_ms(), "version time"));
  COFFER_TRY(check(from.kind() <= static_cast<uint32_t>(secrets::ValueKind::kBinary), "version kind"));
  to.version.kind = static_cast<secrets::ValueKind>(from.kind());
  to.version.generation = from.generation();
  COFFER_TRY(check(static_cast<size_t>(from.stages_size()) <= kMaxStagesPerVersion, "number of labels"));
  for (const std::string& stage : from.stages()) {
    COFFER_TRY(check(!stage.empty() && stage.size() <= kMaxLabelBytes, "label"));
    to.version.stages.push_back(stage);
  }
  COFFER_TRY(check(std::ranges::is_sorted(to.version.stages), "order of labels"));
  if (from.has_value_size()) {
    COFFER_TRY(check(to.version.kind != secrets::ValueKind::kNone, "value of a version without value"));
    COFFER_ASSIGN(to.value, take(tail, from.value_size(), kMaxValueBytes, "value size"));
  }
  return to;
}

Result<secrets::ReplicaState> decode_state(const wire::SecretState& from, std::string_view& tail) {
  secrets::ReplicaState to;
  COFFER_TRY(decode_identity(from, to));
  to.generation = from.generation();
  to.state_id = from.state_id();
  to.base_state_id = from.base_state_id();
  to.force_overwrite = from.force_overwrite();
  COFFER_TRY(check(from.kms_key_id().size() <= kMaxTextBytes, "key id"));
  to.kms_key_id = from.kms_key_id();
  COFFER_TRY(check(from.description().size() <= kMaxTextBytes, "description"));
  to.description = from.description();
  COFFER_TRY(check(from.resource_policy().size() <= kMaxPolicyBytes, "resource policy"));
  to.resource_policy = from.resource_policy();
  COFFER_TRY(check(from.policy_bindings_size() <= kMaxBindings, "number of policy bindings"));
  for (const wire::PolicyBinding& binding : from.policy_bindings()) {
    COFFER_TRY(check(binding.text().size() <= kMaxTextBytes, "principal"));
    COFFER_TRY(check(!binding.unique_id().empty() && binding.unique_id().size() <= kMaxLabelBytes, "unique id"));
    to.policy_bindings.push_back({binding.text(), binding.unique_id()});
  }
  COFFER_TRY(check(static_cast<size_t>(from.siblings_size()) <= kMaxSiblings, "number of siblings"));
  std::set<std::string_view> siblings;
  for (const wire::Sibling& sibling : from.siblings()) {
    COFFER_ASSIGN(Region region, parse_id<Region>(sibling.region(), "sibling"));
    COFFER_TRY(check(siblings.insert(sibling.region()).second, "sibling twice"));
    COFFER_TRY(check(sibling.kms_key_id().size() <= kMaxTextBytes, "key id"));
    to.siblings.push_back({std::move(region), sibling.kms_key_id(), false});
  }
  COFFER_TRY(check(from.foreign_replica().size() <= kMaxTextBytes, "replica in another account"));
  to.foreign_replica = from.foreign_replica();
  to.tagged = from.tagged();
  COFFER_TRY(check(static_cast<size_t>(from.tags_size()) <= kMaxTags, "number of tags"));
  for (const wire::Tag& tag : from.tags()) {
    COFFER_TRY(check(!tag.key().empty() && tag.key().size() <= kMaxLabelBytes, "tag key"));
    COFFER_TRY(check(tag.value().size() <= kMaxLabelBytes, "tag value"));
    to.tags.push_back({tag.key(), tag.value()});
  }
  COFFER_TRY(check(static_cast<size_t>(from.versions_size()) <= kMaxVersions, "number of versions"));
  std::set<std::string_view> ids;
  std::set<std::string_view> labels;
  for (const wire::Version& version : from.versions()) {
    COFFER_TRY(check(ids.insert(version.id()).second, "version twice"));
    for (const std::string& stage : version.stages())
      COFFER_TRY(check(labels.insert(stage).second, "label twice"));
    COFFER_TRY(check(version.generation() <= from.generation(), "version generation"));
    COFFER_ASSIGN(auto decoded, decode_version(version, tail));
    to.versions.push_back(std::move(decoded));
  }
  return to;
}

Result<secrets::CopyCheck> decode_check(const wire::CopyCheck& from) {
  COFFER_TRY(check(static_cast<size_t>(from.copies_size()) <= kMaxCheckedCopies, "number of copies"));
  secrets::CopyCheck to;
  for (const wire::ExpectedCopy& copy : from.copies()) {
    secrets::ExpectedCopy& added = to.copies.emplace_back();
    COFFER_ASSIGN(added.account, parse_id<AccountId>(copy.account(), "account"));
    COFFER_TRY(check(secrets::check_name(copy.name()).ok(), "name"));
    COFFER_TRY(check(is_suffix(copy.suffix()), "suffix"));
    COFFER_TRY(check(copy.lineage_epoch() > 0 && copy.generation() > 0, "lineage epoch"));
    added.name = copy.name();
    added.suffix = copy.suffix();
    added.lineage_epoch = copy.lineage_epoch();
    added.generation = copy.generation();
    added.state_id = copy.state_id();
  }
  to.accesses_after = from.accesses_after();
  return to;
}

void encode_copies(const secrets::CopyAnswer& from, wire::AnswerHeader& to) {
  for (const secrets::CopyVerdict verdict : from.verdicts)
    to.add_copies(static_cast<uint32_t>(verdict));
  for (const secrets::CopyAccess& access : from.accesses) {
    wire::CopyAccess& added = *to.add_accesses();
    added.set_account(access.account.text());
    added.set_name(access.name);
    added.set_suffix(access.suffix);
    added.set_day_ms(access.day.time_since_epoch().count());
  }
  to.set_accesses_to(from.accesses_to);
  to.set_accesses_lost(from.are_accesses_lost);
}

Result<secrets::CopyAnswer> decode_copies(const wire::AnswerHeader& from) {
  COFFER_TRY(check(static_cast<size_t>(from.copies_size()) <= kMaxCheckedCopies, "number of verdicts"));
  COFFER_TRY(check(static_cast<size_t>(from.accesses_size()) <= kMaxCheckedCopies, "number of accesses"));
  secrets::CopyAnswer to;
  for (const uint32_t verdict : from.copies()) {
    COFFER_TRY(check(verdict <= static_cast<uint32_t>(secrets::CopyVerdict::kAhead), "verdict"));
    to.verdicts.push_back(static_cast<secrets::CopyVerdict>(verdict));
  }
  for (const wire::CopyAccess& access : from.accesses()) {
    secrets::CopyAccess& added = to.accesses.emplace_back();
    COFFER_ASSIGN(added.account, parse_id<AccountId>(access.account(), "account"));
    COFFER_TRY(check(secrets::check_name(access.name()).ok(), "name"));
    COFFER_TRY(check(is_suffix(access.suffix()), "suffix"));
    COFFER_ASSIGN(added.day, parse_time(access.day_ms(), "day"));
    added.name = access.name();
    added.suffix = access.suffix();
  }
  to.accesses_to = from.accesses_to();
  to.are_accesses_lost = from.accesses_lost();
  return to;
}

Result<secrets::Heartbeat> decode_heartbeat(const wire::Heartbeat& from) {
  COFFER_TRY(check(from.start() != 0 && from.moment() != 0, "start or moment"));
  COFFER_TRY(check(from.undelivered_us() <= kMaxUndeliveredMicroseconds, "age"));
  COFFER_TRY(check(static_cast<size_t>(from.behind_size()) <= kMaxBehind, "number of copies"));
  secrets::Heartbeat to{.start = from.start(),
                        .moment = from.moment(),
                        .undelivered = std::chrono::microseconds(from.undelivered_us()),
                        .behind = {}};
  for (const wire::SecretName& copy : from.behind()) {
    secrets::SecretName& added = to.behind.emplace_back();
    COFFER_ASSIGN(added.account, parse_id<AccountId>(copy.account(), "account"));
    COFFER_TRY(check(secrets::check_name(copy.name()).ok(), "name"));
    added.name = copy.name();
  }
  COFFER_TRY(check(std::ranges::is_sorted(to.behind), "order of copies"));
  return to;
}

// All or none. No two are of the same name: they are applied together.
Result<std::vector<secrets::ReplicaState>> decode_states(const wire::SecretStates& from, std::string_view& tail) {
  COFFER_TRY(check(from.states_size() > 0, "number of states"));
  COFFER_TRY(check(static_cast<size_t>(from.states_size()) <= kMaxStates, "number of states"));
  std::vector<secrets::ReplicaState> to;
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (const wire::SecretState& state : from.states()) {
    COFFER_TRY(check(names.insert({state.account(), state.name()}).second, "secret twice"));
    COFFER_ASSIGN(auto decoded, decode_state(state, tail));
    to.push_back(std::move(decoded));
  }
  return to;
}

wire::RequestHeader request_header(uint64_t session) {
  wire::RequestHeader header;
  header.set_protocol(kProtocolVersion);
  header.set_session(session);
  return header;
}

// What does not go into the tail. Adds to its size.
Result<void> encode_state(const secrets::ReplicaState& state, wire::SecretState& to, size_t& tail_size) {
  if (state.versions.size() > kMaxVersions)
    return Error{ErrorCode::kUsage, "the secret has more versions than the region link carries"};
  encode_identity(state, to);
  to.set_generation(state.generation);
  to.set_state_id(state.state_id);
  to.set_base_state_id(state.base_state_id);
  to.set_force_overwrite(state.force_overwrite);
  to.set_kms_key_id(state.kms_key_id);
  to.set_description(state.description);
  to.set_tagged(state.tagged);
  to.set_resource_policy(state.resource_policy);
  for (const policy::PrincipalBinding& binding : state.policy_bindings) {
    wire::PolicyBinding& added = *to.add_policy_bindings();
    added.set_text(binding.text);
    added.set_unique_id(binding.unique_id);
  }
  for (const secrets::ReplicaRegion& sibling : state.siblings) {
    wire::Sibling& added = *to.add_siblings();
    added.set_region(sibling.region.text());
    added.set_kms_key_id(sibling.kms_key_id);
  }
  to.set_foreign_replica(state.foreign_replica);
  for (const secrets::Tag& tag : state.tags) {
    wire::Tag& added = *to.add_tags();
    added.set_key(tag.key);
    added.set_value(tag.value);
  }
  for (const secrets::ReplicaVersion& from : state.versions) {
    wire::Version& version = *to.add_versions();
    version.set_id(from.version.id.text());
    for (const std::string& stage : from.version.stages)
      version.add_stages(stage);
    version.set_created_ms(from.version.created.time_since_epoch().count());
    version.set_kind(static_cast<uint32_t>(from.version.kind));
    version.set_generation(from.version.generation);
    if (from.value) {
      if (from.value->size() > kMaxValueBytes)
        return Error{ErrorCode::kUsage, "a value is larger than the region link carries"};
      version.set_value_size(static_cast<uint32_t>(from.value->size()));
      tail_size += from.value->size();
    }
  }
  return {};
}

void encode_outcome(const secrets::ApplyOutcome& from, wire::Outcome& to) {
  to.set_verdict(static_cast<uint32_t>(from.verdict));
  to.set_generation(from.generation);
  if (from.successor) {
    to.set_primary(from.successor->region.text());
    to.set_primary_epoch(from.successor->lineage_epoch);
  }
  if (from.accessed) to.set_accessed_ms(from.accessed->time_since_epoch().count());
  for (const VersionId& id : from.needed)
    to.add_needed(id.text());
  if (from.message.size() <= kMaxTextBytes) to.set_message(from.message);
}

Result<secrets::ApplyOutcome> decode_outcome(const wire::Outcome& from) {
  COFFER_TRY(check(from.verdict() <= static_cast<uint32_t>(secrets::ApplyVerdict::kAhead), "verdict"));
  COFFER_TRY(check(static_cast<size_t>(from.needed_size()) <= kMaxVersions, "number of needed versions"));
  COFFER_TRY(check(from.message().size() <= kMaxTextBytes, "message"));
  secrets::ApplyOutcome to;
  to.verdict = static_cast<secrets::ApplyVerdict>(from.verdict());
  to.message = from.message();
  to.generation = from.generation();
  if (!from.primary().empty()) {
    COFFER_ASSIGN(Region primary, parse_id<Region>(from.primary(), "primary region"));
    COFFER_TRY(check(from.primary_epoch() > 0, "lineage epoch"));
    to.successor = {std::move(primary), from.primary_epoch()};
  }
  if (from.has_accessed_ms()) {
    COFFER_ASSIGN(to.accessed, parse_time(from.accessed_ms(), "day"));
  }
  for (const std::string& needed : from.needed()) {
    COFFER_ASSIGN(auto id, parse_id<VersionId>(needed, "needed version"));
    to.needed.push_back(std::move(id));
  }
  return to;
}

}  // namespace

Result<SecretBuffer> encode(uint64_t session, const Hello& hello) {
  wire::RequestHeader header = request_header(session);
  header.mutable_hello()->set_start(hello.start);
  return begin_frame(header, 0);
}

Result<SecretBuffer> encode(uint64_t session, std::span<const secrets::ReplicaState> states) {
  if (states.size() > kMaxStates) return Error{ErrorCode::kUsage, "more secrets than a message of the region link has"};
  wire::RequestHeader header = request_header(session);
  size_t tail_size = 0;
  for (const secrets::ReplicaState& state : states)
    COFFER_TRY(encode_state(state, *header.mutable_secret_states()->add_states(), tail_size));
  COFFER_ASSIGN(SecretBuffer frame, begin_frame(header, tail_size));
  for (const secrets::ReplicaState& state : states) {
    for (const secrets::ReplicaVersion& version : state.versions) {
      if (version.value) frame.append(bytes_of(*version.value));
    }
  }
  return frame;
}

Result<SecretBuffer> encode(uint64_t session, const secrets::ReplicaRemoval& removal) {
  wire::RequestHeader header = request_header(session);
  encode_identity(removal, *header.mutable_secret_removal());
  return begin_frame(header, 0);
}

Result<SecretBuffer> encode(uint64_t session, const home::StatePart& part) {
  wire::RequestHeader header = request_header(session);
  encode_part(part, *header.mutable_state_part());
  size_t tail_size = 0;
  for (const home::StateRow& row : part.rows) {
    for (const SecretBytes& secret : row.secrets)
      tail_size += secret.size();
  }
  COFFER_ASSIGN(SecretBuffer frame, begin_frame(header, tail_size));
  for (const home::StateRow& row : part.rows) {
    for (const SecretBytes& secret : row.secrets)
      frame.append(bytes_of(secret));
  }
  return frame;
}

Result<SecretBuffer> encode(const home::StateQuestion& question) {
  wire::RequestHeader header = request_header(0);
  encode_question(question, *header.mutable_state_question());
  return begin_frame(header, 0);
}

Result<SecretBuffer> encode(const secrets::CopyCheck& check) {
  wire::RequestHeader header = request_header(0);
  wire::CopyCheck& to = *header.mutable_copy_check();
  for (const secrets::ExpectedCopy& copy : check.copies) {
    wire::ExpectedCopy& added = *to.add_copies();
    added.set_account(copy.account.text());
    added.set_name(copy.name);
    added.set_suffix(copy.suffix);
    added.set_lineage_epoch(copy.lineage_epoch);
    added.set_generation(copy.generation);
    added.set_state_id(copy.state_id);
  }
  to.set_accesses_after(check.accesses_after);
  return begin_frame(header, 0);
}

Result<SecretBuffer> encode(const secrets::Heartbeat& heartbeat) {
  wire::RequestHeader header = request_header(0);
  wire::Heartbeat& to = *header.mutable_heartbeat();
  to.set_start(heartbeat.start);
  to.set_moment(heartbeat.moment);
  to.set_undelivered_us(static_cast<uint64_t>(heartbeat.undelivered.count()));
  for (const secrets::SecretName& copy : heartbeat.behind) {
    wire::SecretName& added = *to.add_behind();
    added.set_account(copy.account.text());
    added.set_name(copy.name);
  }
  return begin_frame(header, 0);
}

Result<SecretBuffer> encode(uint64_t session, const kms::SharedKey& shared) {
  wire::RequestHeader header = request_header(session);
  encode_shared_key(shared, *header.mutable_shared_key());
  size_t tail_size = 0;
  for (const kms::SharedMaterial& material : shared.materials)
    tail_size += material.value.size();
  COFFER_ASSIGN(SecretBuffer frame, begin_frame(header, tail_size));
  for (const kms::SharedMaterial& material : shared.materials)
    frame.append(bytes_of(material.value));
  return frame;
}

Result<SecretBuffer> encode(uint64_t session, const kms::ReplicaReport& report) {
  wire::RequestHeader header = request_header(session);
  encode_report(report, *header.mutable_replica_report());
  return begin_frame(header, 0);
}

Result<Message> decode_message(std::string_view frame) {
  wire::RequestHeader header;
  COFFER_ASSIGN(std::string_view tail, open_frame(frame, header));
  COFFER_TRY(check_protocol(header.protocol()));
  Message message;
  message.session = header.session();
  switch (header.message_case()) {
    case wire::RequestHeader::kHello:
      COFFER_TRY(check(header.hello().start() != 0, "start"));
      message.body = Hello{header.hello().start()};
      break;
    case wire::RequestHeader::kSecretStates: {
      COFFER_ASSIGN(message.body, decode_states(header.secret_states(), tail));
      break;
    }
    case wire::RequestHeader::kSecretRemoval: {
      secrets::ReplicaRemoval removal;
      COFFER_TRY(decode_identity(header.secret_removal(), removal));
      message.body = std::move(removal);
      break;
    }
    case wire::RequestHeader::kStatePart: {
      COFFER_ASSIGN(message.body, decode_part(*header.mutable_state_part(), tail));
      break;
    }
    case wire::RequestHeader::kStateQuestion: {
      COFFER_ASSIGN(message.body, decode_question(header.state_question()));
      break;
    }
    case wire::RequestHeader::kCopyCheck: {
      COFFER_ASSIGN(message.body, decode_check(header.copy_check()));
      break;
    }
    case wire::RequestHeader::kHeartbeat: {
      COFFER_ASSIGN(message.body, decode_heartbeat(header.heartbeat()));
      break;
    }
    case wire::RequestHeader::kSharedKey: {
      COFFER_ASSIGN(message.body, decode_shared_key(header.shared_key(), tail));
      break;
    }
    case wire::RequestHeader::kReplicaReport: {
      COFFER_ASSIGN(message.body, decode_report(header.replica_report()));
      break;
    }
    case wire::RequestHeader::MESSAGE_NOT_SET:
      return corrupt("kind of message");
  }
  COFFER_TRY(check(tail.empty(), "size: bytes after the last value"));
  return message;
}

SecretBuffer encode(const Answer& answer) {
  wire::AnswerHeader header;
  header.set_protocol(kProtocolVersion);
  header.set_session(answer.session);
  for (const secrets::ApplyOutcome& outcome : answer.outcomes)
    encode_outcome(outcome, *header.add_outcomes());
  if (answer.state) encode_answer(*answer.state, *header.mutable_state());
  header.set_start(answer.start);
  header.set_moment(answer.moment);
  header.set_departures(answer.departures);
  encode_copies(answer.copies, header);
  if (answer.key) encode_key_answer(*answer.key, *header.mutable_key());
  Result<SecretBuffer> frame = begin_frame(header, 0);
  // Bounded: for each of kMaxStates at most kMaxVersions ids of 64 bytes and a text, or as many verdicts as were asked,
  // and accesses.
  return std::move(frame).value();
}

Result<Answer> decode_answer(std::string_view frame) {
  wire::AnswerHeader header;
  COFFER_ASSIGN(std::string_view tail, open_frame(frame, header));
  COFFER_TRY(check_protocol(header.protocol()));
  COFFER_TRY(check(tail.empty(), "size: bytes after an answer"));
  COFFER_TRY(check(static_cast<size_t>(header.outcomes_size()) <= kMaxStates, "number of outcomes"));
  Answer answer;
  answer.session = header.session();
  for (const wire::Outcome& outcome : header.outcomes()) {
    COFFER_ASSIGN(auto decoded, decode_outcome(outcome));
    answer.outcomes.push_back(std::move(decoded));
  }
  if (header.has_state()) {
    COFFER_ASSIGN(answer.state, decode_state_answer(header.state()));
  }
  answer.start = header.start();
  answer.moment = header.moment();
  answer.departures = header.departures();
  COFFER_ASSIGN(answer.copies, decode_copies(header));
  if (header.has_key()) {
    COFFER_ASSIGN(answer.key, decode_key_answer(header.key()));
  }
  return answer;
}

}  // namespace coffer::replication
