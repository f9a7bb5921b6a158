#include "kms/ciphertext.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/encoding.h"

namespace coffer::kms {
namespace {

const AccountId kHome = *AccountId::parse("123456789012");
const KeyName kKey{*AccountId::parse("210987654321"), "0f1e2d3c-4b5a-4968-8776-8594a3b2c1d0"};
const std::string kSealed(28, 's');
const std::string kFirstFormat = *hex_decode("010f1e2d3c4b5a496887768594a3b2c1d0") + kSealed;

std::string bound_to(std::string_view ciphertext, const EncryptionContext& context) {
  return associated_data(*parse_ciphertext(ciphertext, kHome), context);
}

TEST(Ciphertext, NamesItsKeyAndTheOwnerOfTheKey) {
  const std::string ciphertext = ciphertext_header(kKey) + kSealed;
  EXPECT_EQ(ciphertext.substr(0, 29),
            "\x02"
            "210987654321" +
                *hex_decode("0f1e2d3c4b5a496887768594a3b2c1d0"));
  EXPECT_EQ(key_of(ciphertext, kHome), kKey);
  EXPECT_EQ(parse_ciphertext(ciphertext, kHome)->sealed, kSealed);
}

TEST(Ciphertext, OfTheFirstFormatBelongsToTheAccountItWasMadeIn) {
  EXPECT_EQ(key_of(kFirstFormat, kHome), (KeyName{kHome, kKey.id}));
  EXPECT_EQ(key_of(kFirstFormat, kKey.account), kKey);
  EXPECT_EQ(parse_ciphertext(kFirstFormat, kHome)->sealed, kSealed);
}

// The owner becomes part of a row's key.
TEST(Ciphertext, OtherBytesAreNone) {
  std::string ciphertext = ciphertext_header(kKey) + kSealed;
  for (const std::string& whole : {ciphertext, kFirstFormat}) {
    for (size_t size = 0; size < whole.size(); ++size)
      EXPECT_FALSE(key_of(whole.substr(0, size), kHome)) << size;
  }
  for (const char format : {'\0', '\x03', '2', '\xff'}) {
    ciphertext[0] = format;
    EXPECT_FALSE(key_of(ciphertext, kHome)) << static_cast<int>(format);
  }
  for (const char digit : {'\0', 'a', '/', ':', '\xff'}) {
    ciphertext = ciphertext_header(kKey) + kSealed;
    ciphertext[5] = digit;
    EXPECT_FALSE(key_of(ciphertext, kHome)) << static_cast<int>(digit);
  }
}

// Were two things bound to the same bytes, one ciphertext would open as the other.
TEST(Ciphertext, NoTwoContextsOwnersOrFormatsAreBoundToTheSameBytes) {
  const KeyName other_owner{kHome, kKey.id};
  std::vector<std::string> all;
  for (const EncryptionContext& context :
       {EncryptionContext{}, EncryptionContext{{"a", "b"}}, EncryptionContext{{"ab", ""}},
        EncryptionContext{{"", "ab"}}, EncryptionContext{{"a", "b"}, {"c", "d"}}, EncryptionContext{{"a", "bcd"}}}) {
    for (const std::string& ciphertext :
         {ciphertext_header(kKey) + kSealed, ciphertext_header(other_owner) + kSealed, kFirstFormat})
      all.push_back(bound_to(ciphertext, context));
  }
  std::ranges::sort(all);
  EXPECT_TRUE(std::ranges::adjacent_find(all) == all.end());
  const std::string ciphertext = ciphertext_header(kKey) + kSealed;
  EXPECT_EQ(bound_to(ciphertext, {{"a", "b"}, {"c", "d"}}), bound_to(ciphertext, {{"c", "d"}, {"a", "b"}}));
  EXPECT_EQ(bound_to(ciphertext, {{"a", "b"}}), associated_data(ciphertext_header(kKey), {{"a", "b"}}))
      << "sealing and opening agree";
}

}  // namespace
}  // namespace coffer::kms
