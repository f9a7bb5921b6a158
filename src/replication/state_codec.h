// The part of the link codec that is about states which flow from the identity home (home/state.h). Inside of this room
// only. Limits and rules: docs/formats/region_link.md.
#pragma once

#include <string_view>

#include "base/result.h"
#include "home/state.h"

namespace coffer::replication {

namespace wire {
class StateAnswer;
class StatePart;
class StateQuestion;
}  // namespace wire

void encode_part(const home::StatePart& from, wire::StatePart& to);
// Takes the names and values out of `from`, and the secrets off the tail. kCorrupt, as the others.
Result<home::StatePart> decode_part(wire::StatePart& from, std::string_view& tail);

void encode_question(const home::StateQuestion& from, wire::StateQuestion& to);
Result<home::StateQuestion> decode_question(const wire::StateQuestion& from);

void encode_answer(const home::StateAnswer& from, wire::StateAnswer& to);
Result<home::StateAnswer> decode_state_answer(const wire::StateAnswer& from);

}  // namespace coffer::replication
