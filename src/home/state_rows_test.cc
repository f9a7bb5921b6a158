#include "home/state_rows.h"

#include <gtest/gtest.h>

namespace coffer::home {
namespace {

using std::string_literals::operator""s;

const std::string kState = "i\000123456789012"s;

store::Row row(std::string name, std::string value, store::Revision revision = 1) {
  return {row_key(kState, name), std::move(value), revision};
}
store::Row staged(std::string_view name, std::optional<std::string> value) {
  return {staged_key(kState, name), encode(StagedRow{std::move(value), {}}), 9};
}

std::string text_of(const Result<std::vector<store::Row>>& rows) {
  if (!rows.ok()) return std::string(error_name(rows.error().code));
  std::string text;
  for (const store::Row& each : *rows)
    text += std::string(row_name(kState, each.key)) + "=" + each.value + ";";
  return text;
}

TEST(StateRows, WhatIsEncodedIsDecoded) {
  const HomeRow home{{*Region::parse("us-east-1"), 7}, {*Region::parse("eu-west-1")}};
  EXPECT_EQ(decode_home(encode(home))->claim, home.claim);
  EXPECT_EQ(decode_home(encode(home))->told, home.told);

  const Reception reception{{1, 2, 3}, {4, 5, 6}, Extent::kWhole, 8};
  const StateInfo info{{UINT64_MAX, 2, UINT64_MAX}, true, reception};
  const StateInfo back = *decode_state(encode(info));
  EXPECT_EQ(back.stamp, info.stamp);
  EXPECT_TRUE(back.is_settling);
  ASSERT_TRUE(back.reception);
  EXPECT_EQ(back.reception->base, reception.base);
  EXPECT_EQ(back.reception->target, reception.target);
  EXPECT_EQ(back.reception->extent, Extent::kWhole);
  EXPECT_EQ(back.reception->rows, 8u);

  const StateId id{"identities", *AccountId::parse("123456789012"), ""};
  const HistoryEntry entry{{77, 2, 3}, {"u\0alice"s, ""}};
  const HistoryEntry remembered = *decode_history(history_key(id, 77), encode(entry));
  EXPECT_EQ(remembered.stamp, entry.stamp);
  EXPECT_EQ(remembered.erased, entry.erased);

  const StagedRow arrived{"value", {{"key", "secret"}}};
  EXPECT_EQ(decode_staged(encode(arrived))->value, "value");
  EXPECT_EQ(decode_staged(encode(arrived))->attendants.at(0).value, "secret");
  EXPECT_FALSE(decode_staged(encode(StagedRow()))->value.has_value());
}

TEST(StateRows, AStateIsFoundByTheKeyOfItsStamp) {
  for (const StateId& id : {StateId{"identities", *AccountId::parse("123456789012"), ""},
                            StateId{"session_keys", {}, ""}, StateId{"organization", {}, "o-abcdefghij"}}) {
    EXPECT_EQ(state_of_key(state_key(id)), id);
    EXPECT_TRUE(state_key(id).starts_with(state_family()));
  }
  EXPECT_FALSE(state_of_key("hs\0identities\0nobody\0"s));
  EXPECT_FALSE(state_of_key("i\000123456789012"s));
}

TEST(StateRows, DamageIsFound) {
  EXPECT_EQ(decode_home("").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_home(encode(HomeRow{{*Region::parse("us-east-1"), 0}, {}})).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_state("\xff").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_marker("x").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_history("hh\0k\0a\0n\0zzzzzzzzzzzzzzzz"s, "").error().code, ErrorCode::kCorrupt);
}

// An id may begin with another one: "o-abcdefghij" and "o-abcdefghijk".
TEST(StateRows, TheRangeOfAStateHasNoRowOfAnother) {
  const store::ScanRange range = state_range(kState);
  const auto has = [&range](const std::string& key) { return key >= range.begin && key < range.end; };
  EXPECT_TRUE(has(kState));
  EXPECT_TRUE(has(row_key(kState, "u\0alice"s)));
  EXPECT_TRUE(has(staged_key(kState, "u\0\xff"s)));
  EXPECT_FALSE(has(kState + "3"));
  EXPECT_FALSE(has(kState.substr(0, kState.size() - 1)));
}

// Half of a state must not be seen: a policy may have come, and not who lost it.
TEST(StateRows, WhatArrivesDoesNotCountBeforeTheMarkerIsThere) {
  const std::vector<store::Row> rows = {row("", "main"), row("r\0a"s, "old"), staged("r\0a"s, "new"),
                                        staged("u\0b"s, "new"), row("u\0b"s, "old")};
  EXPECT_EQ(text_of(rows_in_force(kState, rows)), "=main;r\0a=old;u\0b=old;"s);
}

TEST(StateRows, WithTheMarkerOfADeltaWhatArrivedReplacesWhatItNames) {
  const std::vector<store::Row> rows = {row("", "main"),
                                        row("g\0a"s, "stays"),
                                        row("r\0a"s, "old"),
                                        row("s", encode_marker(Extent::kDelta)),
                                        staged("r\0a"s, "new"),
                                        staged("r\0b"s, "added"),
                                        staged("u\0b"s, std::nullopt),
                                        row("u\0b"s, "old"),
                                        row("u\0c"s, "stays")};
  EXPECT_EQ(text_of(rows_in_force(kState, rows)), "=main;g\0a=stays;r\0a=new;r\0b=added;u\0c=stays;"s);
}

TEST(StateRows, WithTheMarkerOfAWholeStateNothingElseIsLeft) {
  const std::vector<store::Row> rows = {
      row("", "main"),        row("g\0a"s, "goes"), row("s", encode_marker(Extent::kWhole)),
      staged("u\0b"s, "new"), row("u\0b"s, "old"),  row("u\0c"s, "goes")};
  EXPECT_EQ(text_of(rows_in_force(kState, rows)), "=main;u\0b=new;"s);
}

TEST(StateRows, DamagedRowsThatAreInForceFailTheWholeState) {
  EXPECT_EQ(text_of(rows_in_force(kState, {row("", "main"), row("s", "?")})), "Corrupt");
  const store::Row bad{staged_key(kState, "u\0b"s), "\xff", 1};
  EXPECT_EQ(text_of(rows_in_force(kState, {row("", "main"), row("s", encode_marker(Extent::kDelta)), bad})), "Corrupt");
}

}  // namespace
}  // namespace coffer::home
