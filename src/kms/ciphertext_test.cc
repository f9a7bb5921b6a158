#include "kms/ciphertext.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/encoding.h"

namespace coffer::kms {
namespace {

const AccountId kHome = *AccountId::parse("123456789012");
const KeyName kKey{*AccountId::parse("210987654321"), "0f1e2d3c-4b5a-4968-8776-8594a3b2c1d0"};
const KeyName kMultiRegionKey{kKey.account, "mrk-0f1e2d3c4b5a496887768594a3b2c1d0"};
const std::string kMaterial = "12345678 and twenty-four more...";
const std::string kSealed(28, 's');
const std::string kRawId = *hex_decode("0f1e2d3c4b5a496887768594a3b2c1d0");
const std::string kFirstFormat = "\x01" + kRawId + kSealed;
const std::string kSecondFormat =
    "\x02"
    "210987654321" +
    kRawId + kSealed;

std::string make(const KeyName& key) {
  return ciphertext_header(key, kMaterial) + kSealed;
}

std::string bound_to(std::string_view ciphertext, const EncryptionContext& context) {
  return associated_data(*parse_ciphertext(ciphertext, kHome), context);
}

TEST(Ciphertext, NamesItsKeyTheOwnerOfTheKeyAndTheMaterial) {
  const std::string ciphertext = make(kKey);
  EXPECT_EQ(ciphertext.substr(0, 38), std::string("\x03\0", 2) + "210987654321" + kRawId + "12345678");
  EXPECT_EQ(key_of(ciphertext, kHome), kKey);
  const auto parts = parse_ciphertext(ciphertext, kHome);
  EXPECT_EQ(parts->sealed, kSealed);
  EXPECT_EQ(parts->material, "12345678");
  EXPECT_EQ(key_of(make(kMultiRegionKey), kHome), kMultiRegionKey);
}

// What earlier versions wrote names no material: there was one only.
TEST(Ciphertext, OfTheFormatsBeforeIsStillRead) {
  EXPECT_EQ(key_of(kFirstFormat, kHome), (KeyName{kHome, kKey.id})) << "of the account it was made in";
  EXPECT_EQ(key_of(kFirstFormat, kKey.account), kKey);
  EXPECT_EQ(key_of(kSecondFormat, kHome), kKey);
  for (const std::string& ciphertext : {kFirstFormat, kSecondFormat}) {
    EXPECT_EQ(parse_ciphertext(ciphertext, kHome)->sealed, kSealed);
    EXPECT_EQ(parse_ciphertext(ciphertext, kHome)->material, "");
  }
}

// The owner becomes part of a row's key.
TEST(Ciphertext, OtherBytesAreNone) {
  std::string ciphertext = make(kKey);
  for (const std::string& whole : {ciphertext, kSecondFormat, kFirstFormat}) {
    for (size_t size = 0; size < whole.size(); ++size)
      EXPECT_FALSE(key_of(whole.substr(0, size), kHome)) << size;
  }
  for (const char format : {'\0', '\x04', '2', '\xff'}) {
    ciphertext[0] = format;
    EXPECT_FALSE(key_of(ciphertext, kHome)) << static_cast<int>(format);
  }
  for (const char kind : {'\x02', '0', '\xff'}) {
    ciphertext = make(kKey);
    ciphertext[1] = kind;
    EXPECT_FALSE(key_of(ciphertext, kHome)) << static_cast<int>(kind);
  }
  for (const char digit : {'\0', 'a', '/', ':', '\xff'}) {
    ciphertext = make(kKey);
    ciphertext[5] = digit;
    EXPECT_FALSE(key_of(ciphertext, kHome)) << static_cast<int>(digit);
  }
}

// Were two things bound to the same bytes, one ciphertext would open as the other.
TEST(Ciphertext, NoTwoContextsOwnersMaterialsOrFormatsAreBoundToTheSameBytes) {
  const KeyName other_owner{kHome, kKey.id};
  std::vector<std::string> all;
  for (const EncryptionContext& context :
       {EncryptionContext{}, EncryptionContext{{"a", "b"}}, EncryptionContext{{"ab", ""}},
        EncryptionContext{{"", "ab"}}, EncryptionContext{{"a", "b"}, {"c", "d"}}, EncryptionContext{{"a", "bcd"}}}) {
    for (const std::string& ciphertext :
         {make(kKey), make(other_owner), make(kMultiRegionKey), ciphertext_header(kKey, "another one") + kSealed,
          kSecondFormat, kFirstFormat})
      all.push_back(bound_to(ciphertext, context));
  }
  std::ranges::sort(all);
  EXPECT_TRUE(std::ranges::adjacent_find(all) == all.end());
  const std::string ciphertext = make(kKey);
  EXPECT_EQ(bound_to(ciphertext, {{"a", "b"}, {"c", "d"}}), bound_to(ciphertext, {{"c", "d"}, {"a", "b"}}));
  EXPECT_EQ(bound_to(ciphertext, {{"a", "b"}}), associated_data(ciphertext_header(kKey, kMaterial), {{"a", "b"}}))
      << "sealing and opening agree";
}

// It is stored nowhere: who reads a key of an earlier version must find the same one, whatever the version.
TEST(Ciphertext, TheFirstMaterialOfAKeyIsCalledAfterTheKey) {
  const auto shown = [](const KeyName& key) { return material_id_text(first_material_id(key)); };
  EXPECT_EQ(shown(kKey), "d784e616645d01d83884f7135148d6f08be3086a6e48e4e455f2e7eeed74be78");
  EXPECT_NE(shown(kKey), shown({kHome, kKey.id}));
  EXPECT_NE(shown(kKey), shown(kMultiRegionKey));
}

}  // namespace
}  // namespace coffer::kms
