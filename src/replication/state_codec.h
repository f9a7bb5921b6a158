// The part of the link codec that is about states which flow from the identity home (home/state.h). Inside of this room
// only. Limits and rules: docs/formats/region_link.md.
#pragma once

#include <string_view>

#include "base/result.h"
#include "home/state.h"

namespace coffer::replication {

namespace wire {
class Claim;
class StateAnswer;
class StateId;
class StatePart;
class StateQuestion;
}  // namespace wire

void encode_id(const home::StateId& from, wire::StateId& to);
// kCorrupt, as all of these.
Result<home::StateId> decode_id(const wire::StateId& from);

void encode_claim(const home::Claim& from, wire::Claim& to);
Result<home::Claim> decode_claim(const wire::Claim& from);

void encode_part(const home::StatePart& from, wire::StatePart& to);
// Takes the names and values out of `from`, and the secrets off the tail.
Result<home::StatePart> decode_part(wire::StatePart& from, std::string_view& tail);

void encode_question(const home::StateQuestion& from, wire::StateQuestion& to);
Result<home::StateQuestion> decode_question(const wire::StateQuestion& from);

void encode_answer(const home::StateAnswer& from, wire::StateAnswer& to);
Result<home::StateAnswer> decode_state_answer(const wire::StateAnswer& from);

}  // namespace coffer::replication
