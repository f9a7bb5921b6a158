// Amazon Resource Names: arn:partition:service:region:account:resource. Parsing keeps the parts as text; what a part
// must look like is the business of the room that owns the resource.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coffer {

struct Arn {
  std::string partition;
  std::string service;
  std::string region;    // may be empty (iam)
  std::string account;   // may be empty
  std::string resource;  // everything after the fifth colon; may hold colons

  // nullopt unless `text` starts with "arn:", has six parts, and partition, service and resource are not empty.
  // At most 2,048 bytes are accepted.
  static std::optional<Arn> parse(std::string_view text);
  std::string text() const;
  bool operator==(const Arn&) const = default;
};

}  // namespace coffer
