// The part of a key's row that only multi-region keys have. Inside of this room only. Pure.
#pragma once

#include <optional>

#include "base/result.h"
#include "kms/lineage.h"
#include "kms/records.pb.h"

namespace coffer::kms {

KeyRecord::State encode_state(KeyState state);
// nullopt for what a newer Coffer may have written: such a key must not be taken for an enabled one.
std::optional<KeyState> decode_state(int state);

void encode_lineage(const Lineage& from, LineageRecord& to);
// kCorrupt.
Result<Lineage> decode_lineage(const LineageRecord& from);

}  // namespace coffer::kms
