#include "wire/query.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/shape.h"

namespace coffer::wire {
namespace {

// The tree in a notation of its own: {name:value,...} [item,...] 'text' null
void print(const Value& value, std::string& out) {
  switch (value.kind()) {
    case Kind::kString:
      EXPECT_TRUE(value.is_untyped());
      out.append("'").append(value.as_string()).append("'");
      return;
    case Kind::kList:
      out.push_back('[');
      for (const Value& item : value.as_list()) {
        if (&item != value.as_list().data()) out.push_back(',');
        print(item, out);
      }
      out.push_back(']');
      return;
    case Kind::kObject:
      out.push_back('{');
      for (const Member& member : value.as_object()) {
        if (&member != value.as_object().data()) out.push_back(',');
        out.append(member.name).push_back(':');
        print(member.value, out);
      }
      out.push_back('}');
      return;
    default:
      EXPECT_TRUE(value.is_null());
      out.append("null");
  }
}

std::string tree(std::string_view form, const QueryLimits& limits = {}) {
  Document document;
  const Result<void> parsed = parse_query(form, limits, document);
  if (!parsed.ok()) {
    EXPECT_EQ(parsed.error().code, ErrorCode::kSerialization);
    EXPECT_TRUE(document.root().is_null());
    return "! " + parsed.error().message;
  }
  std::string text;
  print(document.root(), text);
  return text;
}

struct Case {
  std::string_view form;
  std::string_view tree;
};

// The forms that the AWS Query protocol has for each shape.
TEST(Query, KeysAloneSayWhatTheTreeIs) {
  const Case cases[] = {
      {"", "{}"},
      {"Action=GetUser&Version=2010-05-08", "{Action:'GetUser',Version:'2010-05-08'}"},
      {"A=", "{A:''}"},
      {"A", "{A:''}"},
      {"A=b=c", "{A:'b=c'}"},
      {"&&A=1&", "{A:'1'}"},
      {"=x&A=1", "{A:'1'}"},
      {"S.A=1&S.B.C=2", "{S:{A:'1',B:{C:'2'}}}"},
      {"L.member.1=a&L.member.2=b", "{L:['a','b']}"},
      {"L.member.1.Key=k&L.member.1.Value=v&L.member.2.Key=l", "{L:[{Key:'k',Value:'v'},{Key:'l'}]}"},
      {"L.member.1.member.1=a&L.member.2.member.1=b", "{L:[['a'],['b']]}"},
      {"M.entry.1.key=k&M.entry.1.value=v&M.entry.2.key=l&M.entry.2.value=", "{M:{k:'v',l:''}}"},
      {"M.entry.1.key=k&M.entry.1.value.member.1=a", "{M:{k:['a']}}"},
      {"M.entry.1.key=k.with.dots&M.entry.1.value.A=1", "{M:{k.with.dots:{A:'1'}}}"},
  };
  for (const auto& [form, expected] : cases)
    EXPECT_EQ(tree(form), expected) << form;
}

TEST(Query, TextIsDecoded) {
  const Case cases[] = {
      {"A=a+b%20c%2Bd", "{A:'a b c+d'}"},
      {"%41=%c3%a9%C3%A9", "{A:'\u00e9\u00e9'}"},
      {"A=%26%3D", "{A:'&='}"},
      {"L%2Emember%2e1=a", "{L:['a']}"},
      {"A=%", "! The request is not well-formed."},
      {"A=%4", "! The request is not well-formed."},
      {"A=%4g", "! The request is not well-formed."},
      {"A=%ff", "! The request is not well-formed."},
      {"A=\xc3", "! The request is not well-formed."},
      {"%ff=a", "! The request is not well-formed."},
  };
  for (const auto& [form, expected] : cases)
    EXPECT_EQ(tree(form), expected) << form;
  EXPECT_EQ(tree("A=%00"), std::string("{A:'\0'}", 7));
}

// Probed on AWS: of Action, Version and members alike.
TEST(Query, OfTwoEqualKeysTheFirstCounts) {
  EXPECT_EQ(tree("A=1&A=2&B=3"), "{A:'1',B:'3'}");
  EXPECT_EQ(tree("B=3&A=2&A=1"), "{A:'2',B:'3'}");
  EXPECT_EQ(tree("L.member.1=a&L.member.1=b&L.member.01=c"), "{L:['a']}");
  EXPECT_EQ(tree("L.member.01=c&L.member.1=a"), "{L:['c']}");
  EXPECT_EQ(tree("L.member.1.K=a&L.member.01.K=b&L.member.001.V=c"), "{L:[{K:'a',V:'c'}]}");
}

TEST(Query, ItemsStandInTheOrderOfTheirIndexes) {
  EXPECT_EQ(tree("L.member.10=j&L.member.9=i&L.member.1=a&L.member.2=b&L.member.3=c&L.member.4=d&L.member.5=e&"
                 "L.member.8=h&L.member.7=g&L.member.6=f"),
            "{L:['a','b','c','d','e','f','g','h','i','j']}");
  EXPECT_EQ(tree("L.member.2.K=b&M=x&L.member.1.K=a&L.member.2.V=c"), "{L:[{K:'a'},{K:'b',V:'c'}],M:'x'}");
  EXPECT_EQ(tree("M.entry.2.value=b&M.entry.1.value=a&M.entry.2.key=l&M.entry.1.key=k"), "{M:{k:'a',l:'b'}}");
}

// AWS pads them, so that whoever forgot an item learns of it; a position stays what the client wrote.
TEST(Query, AGapIsAnItemThatIsMissing) {
  EXPECT_EQ(tree("L.member.3=c&L.member.1=a"), "{L:['a',null,'c']}");
  EXPECT_EQ(tree("L.member.2=b"), "{L:[null,'b']}");
  EXPECT_EQ(tree("L.member.3.K=c"), "{L:[{},{},{K:'c'}]}");
  EXPECT_EQ(tree("M.entry.7.key=k&M.entry.7.value=v"), "{M:{k:'v'}}");
}

TEST(Query, WhatHasNoPlaceInAListOrMapIsIgnored) {
  EXPECT_EQ(tree("L.member.1=a&L.member.x=b&L.member.-1=c&L.member.=d&L.other=e&L.1=f"), "{L:['a']}");
  EXPECT_EQ(tree("L.member.x=b"), "{L:null}");
  EXPECT_EQ(tree("L.member.\u0661=b"), "{L:null}") << "a digit of another script";
  EXPECT_EQ(tree("M.entry.1.key=k&M.entry.1.value=v&M.entry.1.other=x&M.entry.x.key=l&M.y=z"), "{M:{k:'v'}}");
  EXPECT_EQ(tree("A..B=1"), "{A:{:{B:'1'}}}");
  EXPECT_EQ(tree("A.=1"), "{A:{:'1'}}");
}

TEST(Query, WhatCannotBeMeantIsRefused) {
  const Case cases[] = {
      {"L.member.0=a", "! 0 is not a valid index"},
      {"L.member.1=b&L.member.00=a", "! 0 is not a valid index"},
      {"L.member=a", "! Unexpected list element termination"},
      {"M.entry=a", "! Unexpected map entry termination"},
      {"L.1=a", "! Top level element may not be treated as a list"},
      {"A=1&A.B=2", "! A parameter has both a value and members."},
      {"A.B=2&A=", "! A parameter has both a value and members."},
      {"L.member.1=a&L.member.1.K=b", "! A parameter has both a value and members."},
      {"M.entry.1.key=k", "! A map entry has no key or no value."},
      {"M.entry.1.value=k", "! A map entry has no key or no value."},
      {"M.entry.1.key.A=k&M.entry.1.value=v", "! A map entry has no key or no value."},
      {"M.entry.1=k", "! A map entry has no key or no value."},
      {"M.entry.0.key=k&M.entry.0.value=v", "! 0 is not a valid index"},
      {"M.entry.1.key=k&M.entry.1.value=v&M.entry.2.key=k&M.entry.2.value=w",
       "! Two entries of a map have the same key."},
  };
  for (const auto& [form, expected] : cases)
    EXPECT_EQ(tree(form), expected) << form;
}

// An index costs nothing to write: it must not cost memory.
TEST(Query, IndexesAreBounded) {
  EXPECT_EQ(tree("L.member.999999999=a"), "! 999999999 is not a valid index");
  EXPECT_EQ(tree("L.member.99999999999999999999999999999999999999=a"),
            "! 99999999999999999999999999999999 is not a valid index");
  EXPECT_EQ(tree("L.member.18446744073709551617=a"), "! 18446744073709551617 is not a valid index");
  EXPECT_EQ(tree("L.member.20001=a"), "! 20001 is not a valid index");
  const QueryLimits limits{.max_values = 8};
  EXPECT_EQ(tree("L.member.7=a", limits), "{L:[null,null,null,null,null,null,'a']}");
  EXPECT_EQ(tree("L.member.8=a", limits), "! The request has too many values.");
  EXPECT_EQ(tree("L.member.4=a&M.member.3=a", limits), "! The request has too many values.");
}

TEST(Query, DepthSizeAndNumberAreBounded) {
  const QueryLimits limits{.max_depth = 4, .max_key_size = 20, .max_parameters = 3};
  EXPECT_EQ(tree("A.B.C.D=1", limits), "{A:{B:{C:{D:'1'}}}}");
  EXPECT_EQ(tree("A.B.C.D.E=1", limits), "! A parameter is nested too deeply.");
  EXPECT_EQ(tree("a2345678901234567890=1", limits), "{a2345678901234567890:'1'}");
  EXPECT_EQ(tree("a23456789012345678901=1", limits), "! A parameter's name is too long.");
  EXPECT_EQ(tree("a=1&b=2&c=3", limits), "{a:'1',b:'2',c:'3'}");
  EXPECT_EQ(tree("a=1&b=2&c=3&d=4", limits), "! The request has too many parameters.");
}

// A megabyte of whatever is worst must not hold up an I/O thread; that it ends here at all is the test, and what the
// sanitizers say.
TEST(Query, AMegabyteIsRead) {
  std::vector<std::string> forms(4);
  for (int i = 4'900; i > 0; --i) {
    const std::string number = std::to_string(i);
    forms[0] += "L.member." + number + ".Key=" + std::string(180, 'x') + "&";
    forms[1] += std::string(200, '0') + number + "=&";
    forms[2] += std::string(200, 'x') + number + "=&";
    forms[3] += "M.entry." + number + ".key=" + number + "&M.entry." + number + ".value=v&";
  }
  for (const std::string& form : forms) {
    const std::string text = tree(form);
    EXPECT_TRUE(text.ends_with('}')) << text.substr(0, 100);
  }
}

TEST(Query, OneParameterIsFoundWithoutATree) {
  EXPECT_EQ(query_parameter("A=1&Action=Get%2B+x&Action=other", "Action"), "Get+ x");
  EXPECT_EQ(query_parameter("%41ction=a", "Action"), "a");
  EXPECT_EQ(query_parameter("Action=", "Action"), "");
  EXPECT_EQ(query_parameter("Action", "Action"), "");
  EXPECT_EQ(query_parameter("", "Action"), std::nullopt);
  EXPECT_EQ(query_parameter("action=a&Actions=b&XAction=c&Action.x=d", "Action"), std::nullopt);
  EXPECT_EQ(query_parameter("%zzction=b&Action=%zz&Action=a", "Action"), std::nullopt);
}

// --- what shapes make of it ---------------------------------------------------------------------------------------

constexpr Constraint kItem = {.min = 2, .max = 4};

struct Tag {
  std::string key;
  std::optional<std::string> value;
  static constexpr Field kFields[] = {field<&Tag::key>("Key", {.min = 1}), field<&Tag::value>("Value")};
};

// Of the same name as a class of shape_test.cc, and another one: they must not be mixed up.
struct Request {
  std::optional<std::string> name;
  std::optional<int64_t> duration;
  std::optional<bool> force;
  std::optional<Time> since;
  std::optional<SecretBlob> blob;
  std::optional<std::vector<std::string>> words;
  std::optional<std::vector<Tag>> tags;
  std::optional<Tag> tag;
  std::optional<Map<std::string>> context;
  std::optional<Map<std::vector<Tag>>> groups;
  static constexpr Field kFields[] = {field<&Request::name>("Name", {.min = 2}),
                                      field<&Request::duration>("DurationSeconds", {.min = 900, .max = 43200}),
                                      field<&Request::force>("Force"),
                                      field<&Request::since>("Since"),
                                      field<&Request::blob>("Blob", {.max = 4}),
                                      field<&Request::words>("Words", {.max = 2, .item = &kItem}),
                                      field<&Request::tags>("Tags", {.max = 2}),
                                      field<&Request::tag>("Tag"),
                                      field<&Request::context>("Context", {.max = 2}),
                                      field<&Request::groups>("Groups")};
};

Result<Request> read(std::string_view form) {
  Document document;
  COFFER_TRY(parse_query(form, {}, document));
  return decode<Request>(document.root());
}

TEST(Query, AShapeReadsTextAsWhatItWants) {
  const Result<Request> request = read(
      "Name=12&DurationSeconds=3600&Force=true&Since=2026-01-02T03%3A04%3A05Z&Blob=aGk%3D&Words.member.1=xx&"
      "Tags.member.1.Key=1&Tags.member.1.Value=&Tag.Key=k&Context.entry.1.key=a&Context.entry.1.value=true&"
      "Groups.entry.1.key=g&Groups.entry.1.value.member.1.Key=t&Unknown.member.1=x");
  ASSERT_TRUE(request.ok()) << request.error().message;
  EXPECT_EQ(request->name, "12");
  EXPECT_EQ(request->duration, 3600);
  EXPECT_EQ(request->force, true);
  EXPECT_EQ(request->since->time_since_epoch(), std::chrono::seconds(1767323045));
  EXPECT_TRUE(request->blob->bytes.equals(SecretBytes::copy_of("hi")));
  EXPECT_EQ(request->words, (std::vector<std::string>{"xx"}));
  ASSERT_EQ(request->tags->size(), 1u);
  EXPECT_EQ((*request->tags)[0].value, "");
  EXPECT_EQ(request->tag->key, "k");
  EXPECT_EQ(request->context, (Map<std::string>{{"a", "true"}}));
  EXPECT_EQ(request->groups->at(0).second.at(0).key, "t");
}

TEST(Query, EmptyTextIsAnEmptyListWhereOneIsWanted) {
  const Result<Request> request = read("Tags=&Words=");
  ASSERT_TRUE(request.ok());
  EXPECT_TRUE(request->tags && request->tags->empty());
  EXPECT_TRUE(request->words && request->words->empty());
}

// Booleans and times have these words on AWS; see shape.cc for numbers.
TEST(Query, AShapeRefusesWhatItCannotReadInTheWordsOfQuery) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"Force=1", "ok"},
      {"Force=0", "ok"},
      {"Force=false", "ok"},
      {"Force=TRUE", "boolean must follow xsd1.1 definition"},
      {"Force=yes", "boolean must follow xsd1.1 definition"},
      {"Force=", "missing value for boolean type"},
      {"DurationSeconds=", "missing value for integer type"},
      {"DurationSeconds=abc", "integer must follow xsd1.1 definition"},
      {"DurationSeconds=3600.0", "integer must follow xsd1.1 definition"},
      {"DurationSeconds=+3600", "integer must follow xsd1.1 definition"},
      {"DurationSeconds=3600+", "integer must follow xsd1.1 definition"},
      {"DurationSeconds=99999999999999999999", "integer must follow xsd1.1 definition"},
      {"Since=", "timestamp must follow ISO8601"},
      {"Since=1767323045", "timestamp must follow ISO8601"},
      {"Blob=a", "Member 'blob' is not valid base64"},
      {"Tags=x", "Unexpected list element termination"},
      {"Words=x", "Unexpected list element termination"},
      {"Tag=", "Unexpected complex element termination"},
      {"Tags.member.1=x", "Unexpected complex element termination"},
      {"Context=x", "Unexpected complex element termination"},
      {"Name.x=1", "Start of structure or map found where not expected."},
      {"Name.member.1=1", "Start of list found where not expected"},
      {"Tags.x=1", "Start of structure or map found where not expected."},
  };
  for (const auto& [form, expected] : cases) {
    const Result<Request> request = read(form);
    if (!request.ok()) {
      EXPECT_EQ(request.error().code, ErrorCode::kSerialization) << form;
    }
    EXPECT_EQ(request.ok() ? "ok" : request.error().message, expected) << form;
  }
}

TEST(Query, ViolationsReadAsThoseOfJson) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"Name=", "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2"},
      {"DurationSeconds=-1",
       "Value '-1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to "
       "900"},
      {"Tags.member.1.Value=v",
       "Value null at 'tags.1.member.key' failed to satisfy constraint: Member must not be null"},
      {"Tags.member.2.Key=k",
       "Value null at 'tags.1.member.key' failed to satisfy constraint: Member must not be null"},
      {"Words.member.2=xx", "Value null at 'words.1.member' failed to satisfy constraint: Member must not be null"},
      {"Words.member.1=x",
       "Value '[x]' at 'words' failed to satisfy constraint: Member must satisfy constraint: [Member must have length "
       "less than or equal to 4, Member must have length greater than or equal to 2]"},
      {"Groups.entry.1.key=Group.One&Groups.entry.1.value.member.1.Key=",
       "Value '' at 'groups.Group.One.member.1.member.key' failed to satisfy constraint: Member must have length "
       "greater than or equal to 1"},
  };
  for (const auto& [form, expected] : cases) {
    const Result<Request> request = read(form);
    ASSERT_FALSE(request.ok()) << form;
    EXPECT_EQ(request.error().code, ErrorCode::kValidation) << form;
    EXPECT_EQ(request.error().message, "1 validation error detected: " + std::string(expected)) << form;
  }
}

}  // namespace
}  // namespace coffer::wire
