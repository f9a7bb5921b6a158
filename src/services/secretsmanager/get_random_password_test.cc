// GetRandomPassword's rules are cases as data; here is what takes many passwords to see.
#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <set>

#include "services/secretsmanager/testing/world.h"

namespace coffer::secretsmanager::testing {
namespace {

struct Passwords {
  std::string next(std::string_view input) {
    const Answer answer = world.call(kHome, root_of("123456789012"), "GetRandomPassword", input);
    if (answer.status != 200) fail({ErrorCode::kUsage, answer.message});
    return std::string(boost::json::parse(answer.output).at("RandomPassword").as_string());
  }
  SeededRandom random{7};
  World world{random};
};

// Sum of (seen - expected)^2 / expected. For n kinds, far above n + 5 * sqrt(2 n) nobody believes in chance.
double chi_square(const std::vector<size_t>& seen, double expected) {
  double sum = 0;
  for (const size_t count : seen)
    sum += (static_cast<double>(count) - expected) * (static_cast<double>(count) - expected) / expected;
  return sum;
}

double bound(size_t kinds) {
  return static_cast<double>(kinds) + 5 * std::sqrt(2.0 * static_cast<double>(kinds));
}

// A modulo bias, or a character that is never drawn, would show here.
TEST(GetRandomPassword, DrawsEveryCharacterEquallyOften) {
  Passwords passwords;
  std::vector<size_t> seen(128);
  constexpr int kDrawn = 40;
  for (int i = 0; i < kDrawn; ++i) {
    for (const char c : passwords.next(R"({"PasswordLength": 4096, "RequireEachIncludedType": false})"))
      ++seen.at(static_cast<size_t>(c));
  }
  const std::vector<size_t> printable(seen.begin() + '!', seen.begin() + '~' + 1);
  EXPECT_EQ(printable.size(), 94u);
  EXPECT_LT(chi_square(printable, kDrawn * 4096 / 94.0), bound(94));
  EXPECT_EQ(seen[' '], 0u) << "the space only on request";
}

// Without the shuffle the required kinds would sit at the front, in the order of the code.
TEST(GetRandomPassword, ARequiredCharacterMayBeAnywhere) {
  Passwords passwords;
  constexpr size_t kLength = 8;
  constexpr int kDrawn = 4000;
  // One digit at most would be drawn by chance; exactly one is when the rest excludes them.
  std::vector<size_t> places(kLength);
  size_t found = 0;
  for (int i = 0; i < kDrawn; ++i) {
    const std::string password = passwords.next(
        R"({"PasswordLength": 8, "ExcludeUppercase": true, "ExcludePunctuation": true, "ExcludeCharacters": "123456789"})");
    for (size_t place = 0; place < kLength; ++place) {
      if (password[place] != '0') continue;
      ++places[place];
      ++found;
    }
  }
  EXPECT_GE(found, static_cast<size_t>(kDrawn)) << "each password has at least one";
  EXPECT_LT(chi_square(places, static_cast<double>(found) / kLength), bound(kLength));
}

TEST(GetRandomPassword, EveryRequiredKindIsThereEvenInTheShortestPassword) {
  Passwords passwords;
  std::set<std::string> different;
  for (int i = 0; i < 500; ++i) {
    const std::string password = passwords.next(R"({"PasswordLength": 4})");
    std::array<int, 4> kinds{};
    for (const unsigned char c : password)
      ++kinds.at(std::isupper(c) ? 0 : std::islower(c) ? 1 : std::isdigit(c) ? 2 : 3);
    EXPECT_EQ(kinds, (std::array<int, 4>{1, 1, 1, 1})) << password;
    different.insert(password);
  }
  EXPECT_GT(different.size(), 450u);
}

TEST(GetRandomPassword, LeavesOutWhatIsExcluded) {
  Passwords passwords;
  std::set<char> seen;
  for (int i = 0; i < 20; ++i) {
    for (const char c : passwords.next(R"({"PasswordLength": 4096, "ExcludeCharacters": "abcXYZ019/@\"'\\",
                                           "ExcludeUppercase": false, "IncludeSpace": true})"))
      seen.insert(c);
  }
  for (const char c : std::string("abcXYZ019/@\"'\\"))
    EXPECT_FALSE(seen.contains(c)) << c;
  EXPECT_TRUE(seen.contains(' '));
  EXPECT_EQ(seen.size(), 95u - 14u);
}

}  // namespace
}  // namespace coffer::secretsmanager::testing
