// The part of the link codec that is about multi-region keys (kms/key_exchange.h). Inside of this room only. Limits and
// rules: docs/formats/region_link.md.
#pragma once

#include <string_view>

#include "base/result.h"
#include "kms/key_exchange.h"

namespace coffer::replication {

namespace wire {
class KeyAnswer;
class ReplicaReport;
class SharedKey;
}  // namespace wire

// All but the materials themselves.
void encode_shared_key(const kms::SharedKey& from, wire::SharedKey& to);
// Takes the materials off the tail. kCorrupt, as all of these.
Result<kms::SharedKey> decode_shared_key(const wire::SharedKey& from, std::string_view& tail);

void encode_report(const kms::ReplicaReport& from, wire::ReplicaReport& to);
Result<kms::ReplicaReport> decode_report(const wire::ReplicaReport& from);

void encode_key_answer(const kms::KeyAnswer& from, wire::KeyAnswer& to);
Result<kms::KeyAnswer> decode_key_answer(const wire::KeyAnswer& from);

}  // namespace coffer::replication
