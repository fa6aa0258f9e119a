// A client that sends exactly the bytes that a test wants, in the pieces that it wants, and shows
// exactly those that came back. Every wait has a deadline, after which the test sees what is there.
#pragma once

#include <string>
#include <string_view>

namespace cobnut::test {

class RawSocket {
 public:
  explicit RawSocket(int port, const char* address = "127.0.0.1");
  explicit RawSocket(const std::string& unix_path);
  ~RawSocket();
  RawSocket(RawSocket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  bool ok() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  bool send(std::string_view bytes);         // all of them; false when the server closed
  size_t send_some(std::string_view bytes);  // what fits without waiting
  void end_sending();                        // half close: the server sees the end
  std::string read_bytes(size_t count);      // exactly so many, fewer on end or time-out
  std::string read_line();                   // through \r\n
  std::string read_to_end();                 // until the server closes; "(time-out)" if it does not
  bool is_closed();                          // waits for the server's close, reading nothing else

  // One round trip of one inline command whose reply is a line.
  std::string ask(std::string_view line);

 private:
  // Waits for bytes and appends some; false on end of stream or time-out.
  bool receive(std::string& to, size_t at_most);

  int fd_ = -1;
  bool timed_out_ = false;
};

// The request as clients send it: *n $len word ...
std::string request(std::initializer_list<std::string_view> words);

}  // namespace cobnut::test
