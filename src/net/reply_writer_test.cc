#include "net/reply_writer.h"

#include <gtest/gtest.h>

namespace coffer::net {
namespace {

std::string written(const Reply& reply, Persistence persistence = Persistence::kKeepAlive,
                    BodyRule rule = BodyRule::kSend) {
  SecretBuffer out;
  write_reply(reply, "date: D\r\n", persistence, rule, out);
  return std::string(out.view());
}

TEST(ReplyWriter, AReplyHasItsHeadersInOrderThenTheBody) {
  Reply reply;
  reply.headers = {{"x-first", "1"}, {"x-second", "2"}};
  reply.body.append("{}");
  EXPECT_EQ(written(reply),
            "HTTP/1.1 200 OK\r\ndate: D\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
            "x-first: 1\r\nx-second: 2\r\n\r\n{}");
}

TEST(ReplyWriter, AnEmptyReplyHasALengthButNoType) {
  Reply reply;
  reply.status = 503;
  EXPECT_EQ(written(reply, Persistence::kClose),
            "HTTP/1.1 503 Service Unavailable\r\ndate: D\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}

// AWS's answers without output members have the type of all its answers.
TEST(ReplyWriter, ATypeThatWasSetIsSentWithAnEmptyBodyToo) {
  Reply reply;
  reply.content_type = "application/x-amz-json-1.1";
  EXPECT_EQ(written(reply),
            "HTTP/1.1 200 OK\r\ndate: D\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: 0\r\n\r\n");
}

// HEAD tells the length of what GET would have returned; 204 and 304 must not have a length or a body at all.
TEST(ReplyWriter, RepliesWithoutBodyFollowTheRulesOfHttp) {
  Reply reply;
  reply.body.append("{}");
  EXPECT_TRUE(written(reply, Persistence::kKeepAlive, BodyRule::kOmit).ends_with("content-length: 2\r\n\r\n"));
  reply.status = 204;
  EXPECT_EQ(written(reply), "HTTP/1.1 204 No Content\r\ndate: D\r\n\r\n");
}

// A value that came from a client must not be able to add headers or a second reply.
TEST(ReplyWriter, AHeaderValueCannotStartANewLine) {
  Reply reply;
  reply.headers = {{"x-echo", "a\r\nset-cookie: b"}};
  EXPECT_EQ(written(reply), "HTTP/1.1 200 OK\r\ndate: D\r\ncontent-length: 0\r\nx-echo: a  set-cookie: b\r\n\r\n");
}

TEST(ReplyWriter, DatesAreWrittenAsHttpWantsThem) {
  DateLine line;
  line.update(Time(std::chrono::milliseconds(784111777'250)));
  EXPECT_EQ(line.text(), "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  line.update(Time(std::chrono::milliseconds(1709251199'999)));
  EXPECT_EQ(line.text(), "date: Thu, 29 Feb 2024 23:59:59 GMT\r\n");
}

}  // namespace
}  // namespace coffer::net
