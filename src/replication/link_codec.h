// Messages between regions as bytes and back: docs/formats/region_link.md. A frame is the size of a protobuf header,
// the header, and a tail with the plaintext of the values, access keys, session keys and key materials, because
// protobuf does not wipe its strings. Promises: what decodes is complete and within limits (sizes, ids, regions,
// labels); what does not is kCorrupt. Must never: put a secret into the header or into an error. Pure functions; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "home/state.h"
#include "kms/key_exchange.h"
#include "secrets/copy_check.h"
#include "secrets/replica_lag.h"
#include "secrets/replica_state.h"

namespace coffer::replication {

inline constexpr uint32_t kProtocolVersion = 8;
inline constexpr size_t kMaxFrameBytes = 16 << 20;
inline constexpr size_t kMaxHeaderBytes = 4 << 20;
inline constexpr size_t kMaxValueBytes = 65'536;
inline constexpr size_t kMaxVersions = 200;
inline constexpr size_t kMaxStates = 64;          // of secrets, in one message
inline constexpr size_t kMaxCheckedCopies = 500;  // and as many accesses in an answer
inline constexpr size_t kMaxBehind = 500;         // copies that a heartbeat names
inline constexpr size_t kMaxStateRows = 1000;     // in one part
inline constexpr size_t kMaxStateChanges = 2048;
inline constexpr size_t kMaxStateSecretBytes = 4096;
inline constexpr size_t kMaxKeyMaterials = 1000;
inline constexpr size_t kMaxKeyReplicas = 100;
inline constexpr size_t kMaxSiblings = 100;

// Opens a session: messages of older sessions of the sender, still on their way, are refused from then on.
struct Hello {
  uint64_t start = 0;  // random, of the sender's process; not 0
};

// `session` is the number that the answer to the last hello gave; questions and heartbeats are of none. kUsage when the
// message is larger than a frame may be.
Result<SecretBuffer> encode(uint64_t session, const Hello& hello);
Result<SecretBuffer> encode(uint64_t session, std::span<const secrets::ReplicaState> states);
Result<SecretBuffer> encode(uint64_t session, const secrets::ReplicaRemoval& removal);
Result<SecretBuffer> encode(uint64_t session, const home::StatePart& part);
Result<SecretBuffer> encode(const home::StateQuestion& question);
Result<SecretBuffer> encode(const secrets::CopyCheck& check);
Result<SecretBuffer> encode(const secrets::Heartbeat& heartbeat);
Result<SecretBuffer> encode(uint64_t session, const kms::SharedKey& shared);
Result<SecretBuffer> encode(uint64_t session, const kms::ReplicaReport& report);

struct Message {
  uint64_t session = 0;
  std::variant<Hello, std::vector<secrets::ReplicaState>, secrets::ReplicaRemoval, home::StatePart, home::StateQuestion,
               secrets::CopyCheck, secrets::Heartbeat, kms::SharedKey, kms::ReplicaReport>
      body;
};
// kUsage when the frame is of another protocol version, kCorrupt for everything else that is not a frame of ours.
Result<Message> decode_message(std::string_view frame);

struct Answer {
  uint64_t session = 0;                           // to a hello: the number of the session
  std::vector<secrets::ApplyOutcome> outcomes{};  // of each state of secrets, or of a removal
  std::optional<home::StateAnswer> state{};       // to a part of a home's state, or a question about one
  std::optional<kms::KeyAnswer> key{};            // to a shared key, or a replica's report
  secrets::CopyAnswer copies{};                   // to a check
  uint64_t start = 0;                             // random, of the answering process; 0: not told
  uint64_t moment = 0;                            // ReplicaLags::moment() there, before it answered; 0: not told
  uint64_t departures = 0;                        // SecretStore::departures_from() the sender
};
SecretBuffer encode(const Answer& answer);
// As decode_message().
Result<Answer> decode_answer(std::string_view frame);

}  // namespace coffer::replication
