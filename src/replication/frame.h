// The outer layer of a link frame: header size, header, tail. Shared by the two halves of the codec; knows no message.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace google::protobuf {
class MessageLite;
}

namespace coffer::replication {

// A frame with `header`, an empty tail, and room for `tail_size` bytes to be appended. kUsage when it is larger than a
// frame may be.
Result<SecretBuffer> begin_frame(const google::protobuf::MessageLite& header, size_t tail_size);

// Fills `header` and returns the tail, a part of `frame`. kCorrupt.
Result<std::string_view> open_frame(std::string_view frame, google::protobuf::MessageLite& header);

// kUsage unless `protocol` is ours.
Result<void> check_protocol(uint32_t protocol);

}  // namespace coffer::replication
