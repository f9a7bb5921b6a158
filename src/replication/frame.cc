#include "replication/frame.h"

#include <google/protobuf/message_lite.h>

#include <string>

#include "replication/link_codec.h"

namespace coffer::replication {
namespace {

constexpr size_t kSizeBytes = 4;

}  // namespace

Result<SecretBuffer> begin_frame(const google::protobuf::MessageLite& header, size_t tail_size) {
  const size_t size = header.ByteSizeLong();
  if (size > kMaxHeaderBytes || tail_size > kMaxFrameBytes || kSizeBytes + size + tail_size > kMaxFrameBytes) {
    return Error{ErrorCode::kUsage, "a message of " + std::to_string(size) + " + " + std::to_string(tail_size) +
                                        " bytes is too large for the region link"};
  }
  SecretBuffer frame;
  frame.reserve(kSizeBytes + size + tail_size);
  for (int shift = 24; shift >= 0; shift -= 8)
    frame.push_back(static_cast<char>(size >> shift & 0xff));
  header.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(frame.extend(size)));
  return frame;
}

Result<std::string_view> open_frame(std::string_view frame, google::protobuf::MessageLite& header) {
  if (frame.size() < kSizeBytes || frame.size() > kMaxFrameBytes)
    return Error{ErrorCode::kCorrupt, "link frame: impossible size"};
  size_t size = 0;
  for (size_t i = 0; i < kSizeBytes; ++i)
    size = size << 8 | static_cast<unsigned char>(frame[i]);
  frame.remove_prefix(kSizeBytes);
  if (size > kMaxHeaderBytes || size > frame.size())
    return Error{ErrorCode::kCorrupt, "link frame: the header is larger than the frame"};
  if (!header.ParseFromArray(frame.data(), static_cast<int>(size)))
    return Error{ErrorCode::kCorrupt, "link frame: the header does not parse"};
  return frame.substr(size);
}

Result<void> check_protocol(uint32_t protocol) {
  if (protocol == kProtocolVersion) return {};
  return Error{ErrorCode::kUsage, "the other region speaks version " + std::to_string(protocol) +
                                      " of the region link and this one version " + std::to_string(kProtocolVersion) +
                                      ": bring both to the same release"};
}

}  // namespace coffer::replication
