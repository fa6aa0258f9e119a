// What the harness of testing.h must get right itself.
#include "commands/testing.h"

#include <doctest/doctest.h>

namespace cobnut::testing {

void replay(TestServer& server, std::span<const Step> steps) {
  for (const Step& step : steps) {
    const std::string request = step.request;
    INFO(request);
    const bool other = server.client.resp == 3 && step.resp3 != nullptr;
    CHECK_EQ(server.run(request), std::string(other ? step.resp3 : step.reply));
  }
}

}  // namespace cobnut::testing

TEST_CASE("the harness splits lines and decodes replies") {
  using cobnut::testing::decode_reply;
  const auto words = cobnut::testing::split_line("set \"\" \"a \\x00\\\"\" b");
  REQUIRE(words.size() == 4);
  CHECK(words[1].empty());
  CHECK(words[2] == std::string("a \0\"", 4));
  CHECK(decode_reply("*2\r\n$1\r\n\x01\r\n*-1\r\n") == "[\"\\x01\", nil]");
  CHECK(decode_reply("%1\r\n+a\r\n:1\r\n") == "{+a: :1}");
}
