#include "wire/xml_encoder.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/shape.h"

namespace coffer::wire {
namespace {

std::string escaped(std::string_view text) {
  SecretBuffer out;
  append_xml_text(text, out);
  return std::string(out.view());
}

TEST(XmlEncoder, TextIsEscapedOnlyWhereItMustBe) {
  EXPECT_EQ(escaped(""), "");
  EXPECT_EQ(escaped("it's \"a\" \u00e9\U0001f600\x7f"), "it's \"a\" \u00e9\U0001f600\x7f");
  EXPECT_EQ(escaped("<a href='x'>&amp;]]></a>"), "&lt;a href='x'&gt;&amp;amp;]]&gt;&lt;/a&gt;");
  EXPECT_EQ(escaped("tab\tline\nreturn\r\n"), "tab\tline\nreturn&#xD;\n") << "a parser would drop a bare return";
}

// No reference can stand for them: a parser would refuse the whole answer.
TEST(XmlEncoder, CharactersThatXmlCannotHoldAreReplaced) {
  for (int c = 0; c < 0x20; ++c) {
    if (c == '\t' || c == '\n' || c == '\r') continue;
    EXPECT_EQ(escaped(std::string(1, static_cast<char>(c))), "\ufffd") << c;
  }
  EXPECT_EQ(escaped(std::string_view("a\0b", 3)), "a\ufffdb");
  EXPECT_EQ(escaped("\xef\xbf\xbe\xef\xbf\xbf\x01x"), "\ufffd\ufffd\ufffdx");
  EXPECT_EQ(escaped("\ufffd\uf000\uffef"), "\ufffd\uf000\uffef");
}

struct Item {
  std::string region;
  std::optional<Time> last;
  static constexpr Field kFields[] = {field<&Item::region>("Region"), field<&Item::last>("Last")};
};

struct Response {
  std::string name;
  std::optional<std::string> description;
  std::optional<Time> created;
  std::optional<SecretText> secret;
  std::optional<SecretBlob> blob;
  std::optional<Map<int64_t>> counts;
  std::optional<StringListMap> stages;
  std::optional<Map<Item>> regions;
  std::optional<std::vector<Item>> items;
  std::optional<std::vector<std::vector<std::string>>> nested;
  std::optional<Item> item;
  std::vector<std::string> labels;
  int64_t count = 0;
  bool done = false;
  static constexpr Field kFields[] = {
      field<&Response::name>("Name"),       field<&Response::description>("Description"),
      field<&Response::created>("Created"), field<&Response::secret>("Secret"),
      field<&Response::blob>("Blob"),       field<&Response::counts>("Counts"),
      field<&Response::stages>("Stages"),   field<&Response::regions>("Regions"),
      field<&Response::items>("Items"),     field<&Response::nested>("Nested"),
      field<&Response::item>("Item"),       field<&Response::labels>("Labels"),
      field<&Response::count>("Count"),     field<&Response::done>("Done"),
  };
};

std::string written(const Response& response) {
  SecretBuffer out;
  XmlEncoder encoder(out, "R");
  encoder.begin_object();
  encode(response, encoder);
  encoder.end_object();
  return std::string(out.view());
}

TEST(XmlEncoder, AbsentMembersAreLeftOut) {
  EXPECT_EQ(written({}), "<R><Name></Name><Labels></Labels><Count>0</Count><Done>false</Done></R>");
}

TEST(XmlEncoder, EveryShapeHasItsElements) {
  Response response{.name = "n",
                    .description = "<d>",
                    .created = Time(Duration(1767323045678)),
                    .secret = SecretText{SecretBytes::copy_of("p&w")},
                    .blob = SecretBlob{SecretBytes::copy_of("hello")},
                    .counts = Map<int64_t>{{"Users", 2}, {"<", -1}},
                    .stages = StringListMap{{"v1", {"A", "B"}}, {"v0", {}}},
                    .labels = {"l", "m"},
                    .count = 3,
                    .done = true};
  response.regions.emplace().emplace_back("r", Item{.region = "x", .last = Time()});
  response.items.emplace().push_back({.region = "a", .last = {}});
  response.items->push_back({.region = "b", .last = {}});
  response.nested = {{"a", "b"}, {}};
  response.item = Item{.region = "c", .last = {}};
  EXPECT_EQ(written(response),
            "<R><Name>n</Name><Description>&lt;d&gt;</Description><Created>2026-01-02T03:04:05Z</Created>"
            "<Secret>p&amp;w</Secret><Blob>aGVsbG8=</Blob>"
            "<Counts><entry><key>Users</key><value>2</value></entry>"
            "<entry><key>&lt;</key><value>-1</value></entry></Counts>"
            "<Stages><entry><key>v1</key><value><member>A</member><member>B</member></value></entry>"
            "<entry><key>v0</key><value></value></entry></Stages>"
            "<Regions><entry><key>r</key><value><Region>x</Region><Last>1970-01-01T00:00:00Z</Last></value></entry>"
            "</Regions>"
            "<Items><member><Region>a</Region></member><member><Region>b</Region></member></Items>"
            "<Nested><member><member>a</member><member>b</member></member><member></member></Nested>"
            "<Item><Region>c</Region></Item>"
            "<Labels><member>l</member><member>m</member></Labels><Count>3</Count><Done>true</Done></R>");
}

}  // namespace
}  // namespace coffer::wire
