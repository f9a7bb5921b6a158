// A host that may be asked wherever it is, as an operator names it: "issuer.example", "issuer.example:6443", an address
// "10.0.0.7", "10.0.0.7:6443" or "[fd00::7]:6443", or a block of addresses "127.0.0.0/8".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/condition_value.h"

namespace coffer::sts {

class AllowedHost {
 public:
  // nullopt for anything else: URLs, patterns.
  static std::optional<AllowedHost> parse(std::string_view text);

  const std::string& text() const { return text_; }

  // Of a name what the URL says counts, whatever the case; of addresses the one that is connected to.
  bool includes(std::string_view host, uint16_t port, std::string_view address) const;

 private:
  std::string text_;
  std::string name_;  // in small letters; empty: addresses_ is set
  std::optional<policy::AddressRange> addresses_;
  std::optional<uint16_t> port_;  // none: all
};

}  // namespace coffer::sts
