#include "net/request_parser.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace coffer::net {
namespace {

using State = RequestParser::State;

State feed(RequestParser& parser, std::string_view bytes) {
  State state = parser.state();
  while (!bytes.empty() && state != State::kComplete && state != State::kRefused) {
    const std::span<char> space = parser.prepare();
    const size_t size = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), size);
    bytes.remove_prefix(size);
    state = parser.commit(size);
  }
  return state;
}

// 0 when the request is accepted.
int refusal_of(std::string_view bytes, const RequestParser::Limits& limits = {}) {
  RequestParser parser(limits);
  const State state = feed(parser, bytes);
  EXPECT_TRUE(state == State::kComplete || state == State::kRefused) << bytes;
  return state == State::kRefused ? parser.refusal() : 0;
}

int refusal_with_headers(const std::string& headers) {
  return refusal_of("POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
}

TEST(RequestParser, AWholeRequestIsReadWithItsParts) {
  RequestParser parser({});
  ASSERT_EQ(feed(parser,
                 "POST /a?b=c HTTP/1.1\r\nHost: a\r\nX-Amz-Date:  20260101T000000Z \r\nContent-Length: 4\r\n\r\nbody"),
            State::kComplete);
  const Request request = parser.request();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/a?b=c");
  EXPECT_EQ(request.body, "body");
  ASSERT_EQ(request.headers.size(), 3U);
  EXPECT_EQ(request.headers[1].name, "X-Amz-Date");
  EXPECT_EQ(request.header("x-amz-date"), "20260101T000000Z");
  EXPECT_EQ(request.header("absent"), std::nullopt);
  EXPECT_TRUE(parser.keep_alive());
}

// Where a network cuts the bytes must not matter, whatever the framing.
TEST(RequestParser, EveryCutGivesTheSameRequest) {
  const std::string requests[] = {
      "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=\"y\"\r\nllo\r\n0\r\nTrailer: "
      "z\r\n\r\n",
  };
  for (const std::string& bytes : requests) {
    for (size_t cut = 0; cut <= bytes.size(); ++cut) {
      RequestParser parser({});
      feed(parser, bytes.substr(0, cut));
      ASSERT_EQ(cut < bytes.size() ? feed(parser, bytes.substr(cut)) : parser.state(), State::kComplete) << cut;
      EXPECT_EQ(parser.request().body, "hello");
      EXPECT_EQ(parser.request().target, "/x");
      EXPECT_EQ(parser.request().header("trailer"), std::nullopt);
    }
    RequestParser parser({});
    for (const char c : bytes)
      feed(parser, {&c, 1});
    ASSERT_EQ(parser.state(), State::kComplete);
    EXPECT_EQ(parser.request().body, "hello");
  }
}

// The last chunk alone, one byte at a time, trips an assertion inside Beast's parser if it is fed carelessly.
TEST(RequestParser, AnEmptyChunkedBodyMayArriveByteByByte) {
  RequestParser parser({});
  feed(parser, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const char c : std::string("0\r\n\r\n"))
    feed(parser, {&c, 1});
  ASSERT_EQ(parser.state(), State::kComplete);
  EXPECT_EQ(parser.request().body, "");
}

TEST(RequestParser, PipelinedRequestsComeOutOneByOne) {
  RequestParser parser({});
  const std::string one = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nA";
  const std::string two = "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nB\r\n0\r\n\r\n";
  const std::string all = one + two + one;
  const std::span<char> space = parser.prepare();
  std::memcpy(space.data(), all.data(), all.size());
  ASSERT_EQ(parser.commit(all.size()), State::kComplete);
  EXPECT_EQ(parser.request().body, "A");
  ASSERT_EQ(parser.next(), State::kComplete);
  EXPECT_EQ(parser.request().target, "/2");
  EXPECT_EQ(parser.request().body, "B");
  ASSERT_EQ(parser.next(), State::kComplete);
  EXPECT_EQ(parser.request().body, "A");
  EXPECT_EQ(parser.next(), State::kEmpty);
}

// The buffer moves while a large body arrives; the views must move with it.
TEST(RequestParser, HeadersStayReadableWhenALargeBodyMakesTheBufferGrow) {
  const std::string body(300'000, 'x');
  std::string chunked = "POST /big HTTP/1.1\r\nHost: a\r\nX-Test: here\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (size_t at = 0; at < body.size(); at += 1000)
    chunked += "3E8\r\n" + body.substr(at, 1000) + "\r\n";
  const std::string requests[] = {
      "POST /big HTTP/1.1\r\nHost: a\r\nX-Test: here\r\nContent-Length: 300000\r\n\r\n" + body, chunked + "0\r\n\r\n"};
  for (const std::string& bytes : requests) {
    RequestParser parser({});
    ASSERT_EQ(feed(parser, bytes), State::kComplete);
    EXPECT_EQ(parser.request().header("x-test"), "here");
    EXPECT_EQ(parser.request().target, "/big");
    EXPECT_EQ(parser.request().body, body);
    EXPECT_EQ(parser.next(), State::kEmpty);
    // And the memory has gone back: the next read is offered a small buffer.
    EXPECT_LE(parser.prepare().size(), 8192U);
  }
}

// The beginning of another request behind a large one must not keep the large one's memory.
TEST(RequestParser, MemoryGoesBackAlsoWhenMoreWasReceived) {
  std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n493E0\r\n" +
                      std::string(300'000, 'x') + "\r\n0\r\n\r\n";
  const std::string next = "GET /next HTTP/1.1\r\nX: " + std::string(6000, 'x');
  RequestParser parser({});
  ASSERT_EQ(feed(parser, bytes + next), State::kComplete);
  EXPECT_GT(parser.memory_needed(), 300'000U);
  EXPECT_EQ(parser.next(), State::kHead);
  EXPECT_LE(parser.memory_needed(), RequestParser::kKeptBytes);
  ASSERT_EQ(feed(parser, "\r\nHost: a\r\n\r\n"), State::kComplete);
  EXPECT_EQ(parser.request().target, "/next");
}

// What is asked of the server's budget: all that was announced, or what a chunked body makes the buffer grow to.
TEST(RequestParser, TellsTheMemoryThatItNeedsBeforeItTakesIt) {
  RequestParser parser({});
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
  feed(parser, head);
  EXPECT_EQ(parser.memory_needed(), head.size() + 1'000'000);
  RequestParser chunked({});
  feed(chunked, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n493E0\r\n");
  for (int i = 0; i < 300; ++i) {
    const size_t promised = chunked.memory_needed();
    const size_t space = chunked.prepare().size();
    EXPECT_EQ(chunked.memory_needed(), promised);
    std::memset(chunked.prepare().data(), 'x', std::min<size_t>(space, 1000));
    ASSERT_EQ(chunked.commit(std::min<size_t>(space, 1000)), State::kBody);
  }
  EXPECT_GT(chunked.memory_needed(), 200'000U);
}

// A peer that announces much and sends little must not cost much.
TEST(RequestParser, MemoryGrowsWithWhatArrivesNotWithWhatIsAnnounced) {
  RequestParser parser({});
  feed(parser, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_LE(parser.prepare().size(), 8192U);
}

TEST(RequestParser, BytesOfAFinishedRequestAreWiped) {
  RequestParser parser({});
  const char* memory = parser.prepare().data();
  feed(parser, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nsecret");
  const std::string_view seen(memory, 100);
  ASSERT_NE(seen.find("secret"), std::string_view::npos);
  parser.next();
  EXPECT_EQ(seen.find_first_not_of('\0'), std::string_view::npos);
}

TEST(RequestParser, LimitsAreEnforced) {
  const RequestParser::Limits limits{.header_bytes = 200, .body_bytes = 10};
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(refusal_of(head + "X: " + std::string(300, 'x'), limits), 431);
  EXPECT_EQ(refusal_of(head + "X: " + std::string(300, 'x') + "\r\n\r\n", limits), 431);
  EXPECT_EQ(refusal_of("GET /" + std::string(300, 'x'), limits), 431);
  EXPECT_EQ(refusal_of(head + "Content-Length: 10\r\n\r\n0123456789", limits), 0);
  EXPECT_EQ(refusal_of(head + "Content-Length: 11\r\n\r\n", limits), 413);
  EXPECT_EQ(refusal_of(head + "Transfer-Encoding: chunked\r\n\r\nb\r\n01234", limits), 413);
  EXPECT_EQ(refusal_of(head + "Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n01234\r\n", limits), 413);
  EXPECT_EQ(refusal_of(head + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(300, 'x'), limits), 400);
  std::string many;
  for (int i = 0; i < 200; ++i)
    many += "a: b\r\n";
  EXPECT_EQ(refusal_with_headers(many), 431);
}

// Two servers in a row must not disagree about where a request ends: everything ambiguous is refused.
TEST(RequestParser, AmbiguousFramingIsRefused) {
  EXPECT_EQ(refusal_with_headers("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Transfer-Encoding: gzip\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Transfer-Encoding: gzip, chunked\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Transfer-Encoding: chunked, identity\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Transfer-Encoding: \x0b"
                                 "chunked\r\n"),
            400);
  EXPECT_EQ(refusal_with_headers("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Transfer-Encoding:\r\n chunked\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Content-Length: 0\r\nContent-Length: 0\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Content-Length: 0, 0\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Content-Length: +1\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Content-Length: -1\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Content-Length:\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Content-Length: 0x1\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Content-Length: 99999999999999999999\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Content-Length : 1\r\n"), 400);
  EXPECT_EQ(refusal_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  for (const char* chunk : {"x\r\n", "0x1\r\nA\r\n0\r\n\r\n", "-1\r\nAAAAA", "1\nA\r\n0\r\n\r\n",
                            "1\r\nAB\r\n0\r\n\r\n", "11111111111111111\r\nA", "1 1\r\nA\r\n0\r\n\r\n"}) {
    EXPECT_EQ(refusal_with_headers("Transfer-Encoding: chunked\r\n\r\n" + std::string(chunk)), 400) << chunk;
  }
}

TEST(RequestParser, MalformedHeadsAreRefused) {
  EXPECT_EQ(refusal_with_headers(""), 0);
  EXPECT_EQ(refusal_with_headers("A: b\r\n folded\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("A:\r\n folded\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("A:\r\n\t\r\n"), 400);
  EXPECT_EQ(refusal_with_headers(" A: b\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("A b: c\r\n"), 400);
  EXPECT_EQ(refusal_with_headers(": c\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("no colon\r\n"), 400);
  EXPECT_EQ(refusal_with_headers(std::string("A: \0b\r\n", 7)), 400);
  EXPECT_EQ(refusal_with_headers("A: b\rc\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("A: b\nC: d\r\n"), 400);
  EXPECT_EQ(refusal_with_headers("Host: b\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/1.0\r\n\r\n"), 0);
  EXPECT_EQ(refusal_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("G\tT / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET /\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("\r\n\r\n"), 400);
  // A TLS client that came to the wrong port is told at once, although no line end ever comes.
  EXPECT_EQ(refusal_of("\x16\x03\x01\x02"), 400);
}

TEST(RequestParser, PersistenceFollowsTheVersionAndTheConnectionHeader) {
  const auto keeps = [](const std::string& bytes) {
    RequestParser parser({});
    EXPECT_EQ(feed(parser, bytes), State::kComplete);
    return parser.keep_alive();
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

}  // namespace
}  // namespace coffer::net
