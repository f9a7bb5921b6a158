#include "api/request_rates.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace coffer::api {
namespace {

std::vector<uint32_t> rates(const std::vector<Service>& services) {
  std::vector<uint32_t> rates;
  for (const Service& service : services) {
    for (const RequestQuota& quota : service.quotas)
      rates.push_back(quota.per_second);
  }
  return rates;
}

// The id behind a one, so that it is never zero; of no account that is the one alone.
uint64_t number_of(const AccountId& account) {
  uint64_t number = 1;
  for (const char digit : account.text())
    number = number * 10 + static_cast<uint64_t>(digit - '0');
  return number;
}

uint64_t number_of(const uint8_t* bytes, size_t count) {
  uint64_t number = 0;
  for (size_t i = 0; i < count; ++i)
    number = number << 8 | bytes[i];
  return number;
}

// Never zero, and one number for all who have no address.
uint64_t number_of(std::string_view address) {
  constexpr uint64_t kIpv4 = uint64_t{1} << 32;
  const std::string text(address);
  std::array<uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return kIpv4 | number_of(bytes.data(), 4);
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return std::max<uint64_t>(2, number_of(bytes.data(), 8));
  return 1;
}

}  // namespace

RequestRates::RequestRates(const std::vector<Service>& services)
    : signed_(rates(services)), unsigned_(rates(services)), sources_(rates(services)) {}

RequestRates::Counted RequestRates::counted(const std::vector<Service>& services, const Service& service,
                                            const Operation& operation) {
  Counted counted{.is_unsigned = operation.is_unsigned};
  size_t index = 0;
  for (const Service& one : services) {
    for (const RequestQuota& quota : one.quotas) {
      const bool has = std::ranges::find(quota.operations, operation.name) != quota.operations.end();
      if (&one == &service && has) {
        (quota.counted_by == CountedBy::kAccount ? counted.by_account : counted.by_source) = index;
      }
      ++index;
    }
  }
  return counted;
}

bool RequestRates::admit(const Counted& counted, const Asker& asker, std::chrono::microseconds now) {
  // What is refused for where it comes from must not count on the account that it names.
  if (counted.by_source && !sources_.admit(number_of(asker.address), *counted.by_source, now)) return false;
  Throttle& accounts = counted.is_unsigned ? unsigned_ : signed_;
  return !counted.by_account || accounts.admit(number_of(asker.account), *counted.by_account, now);
}

}  // namespace coffer::api
