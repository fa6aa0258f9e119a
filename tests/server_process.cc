#include "tests/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

#include "doctest/doctest.h"

namespace cobnut::test {
namespace {

constexpr std::chrono::seconds kStartMax{30};
constexpr std::chrono::seconds kStopMax{30};  // a sanitizer looks for leaks at the end
constexpr timeval kReplyMax{30, 0};
// Below the kernel's ephemeral ports (32768...), so that no outgoing connection takes one
// meanwhile.
constexpr int kPortFirst = 10000, kPorts = 22000;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Starts a program whose stdin is `in` and whose stdout and stderr are `out`; it dies with us.
pid_t spawn(const std::vector<std::string>& words, int in, int out) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  execvp(argv[0], argv.data());
  dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

int exit_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// -1: it did not end in time and was killed.
int reap(pid_t pid, std::chrono::milliseconds within) {
  int status = 0;
  if (eventually([&] { return waitpid(pid, &status, WNOHANG) == pid; }, within)) {
    return exit_status(status);
  }
  kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
  return -1;
}

bool names_redis(const std::string& binary) {
  return binary.find("redis-server") != std::string::npos;
}

bool has_flag(const Flags& flags, std::string_view name) {
  return std::find(flags.begin(), flags.end(), name) != flags.end();
}

}  // namespace

void pause_between_polls() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

void in_threads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; i++) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

std::string server_binary() {
  const char* other = getenv("COBNUT_TEST_BINARY");
  return other && *other ? other : COBNUT_BINARY;
}

bool is_redis() { return names_redis(server_binary()); }

bool is_sanitized() {
  // The names of the functions that a sanitized program starts with.
  static const bool found = [] {
    const std::string program = read_file(server_binary());
    return program.find("__asan_init") != std::string::npos ||
           program.find("__tsan_init") != std::string::npos;
  }();
  return found;
}

int rounds(int count) { return is_sanitized() ? count / 4 : count; }

std::string redis_binary() {
  // The same program is redis-server when it is called so.
  static const std::string path = [] {
    const std::string link = temporary_path(".redis-server");
    CHECK(symlink("/usr/bin/redis-check-rdb", link.c_str()) == 0);
    static const std::string removed_at_exit = link;
    atexit([] { unlink(removed_at_exit.c_str()); });
    return link;
  }();
  return path;
}

int free_port() {
  // Programs that run side by side start at different ports; the bind skips those in use.
  static std::atomic<int> next{getpid() * 101};
  for (int tries = 0; tries < kPorts; tries++) {
    const int port = kPortFirst + next++ % kPorts;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool free = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    close(fd);
    if (free) return port;
  }
  return 0;
}

std::string temporary_path(std::string_view suffix) {
  static std::atomic<int> next{0};
  const char* folder = getenv("TMPDIR");
  return std::string(folder ? folder : "/tmp") + "/cobnut_test_" + std::to_string(getpid()) + "_" +
         std::to_string(next++) + std::string(suffix);
}

Finished run_program(const std::vector<std::string>& words, const std::string& input,
                     std::chrono::seconds within) {
  const std::string in_path = temporary_path(".in"), out_path = temporary_path(".out");
  std::ofstream(in_path, std::ios::binary) << input;
  const int in = open(in_path.c_str(), O_RDONLY | O_CLOEXEC);
  const int out = open(out_path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  const pid_t pid = spawn(words, in, out);
  close(in);
  close(out);
  Finished finished;
  finished.status = reap(pid, within);
  finished.output = read_file(out_path);
  unlink(in_path.c_str());
  unlink(out_path.c_str());
  return finished;
}

std::string Answer::text() const {
  return reply_ && reply_->str ? std::string(reply_->str, reply_->len) : std::string();
}

std::string Answer::text(size_t i) const {
  const redisReply* element = i < size() ? reply_->element[i] : nullptr;
  return element && element->str ? std::string(element->str, element->len) : std::string();
}

namespace {
std::string line_of(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      return std::to_string(reply.integer);
    case REDIS_REPLY_NIL:
      return "nil";
    case REDIS_REPLY_ARRAY:
      break;
    default:
      return {reply.str, reply.len};
  }
  std::string line = "[";
  for (size_t i = 0; i < reply.elements; i++) line += line_of(*reply.element[i]) + ", ";
  return line + "]";
}
}  // namespace

std::string Answer::line() const { return reply_ ? line_of(*reply_) : "(no reply)"; }

Connection::Connection(int port)
    : context_(redisConnectWithTimeout("127.0.0.1", port, kReplyMax), redisFree) {
  if (ok()) redisSetTimeout(context_.get(), kReplyMax);
}

Connection::Connection(const std::string& unix_path)
    : context_(redisConnectUnixWithTimeout(unix_path.c_str(), kReplyMax), redisFree) {
  if (ok()) redisSetTimeout(context_.get(), kReplyMax);
}

void Connection::wait_up_to(std::chrono::seconds time) {
  redisSetTimeout(context_.get(), timeval{time.count(), 0});
}

void Connection::append(const std::vector<std::string>& words) {
  std::vector<const char*> starts;
  std::vector<size_t> lengths;
  for (const std::string& word : words) {
    starts.push_back(word.data());
    lengths.push_back(word.size());
  }
  redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), starts.data(),
                         lengths.data());
}

Answer Connection::answer() {
  void* reply = nullptr;
  if (redisGetReply(context_.get(), &reply) != REDIS_OK) reply = nullptr;
  return Answer(static_cast<redisReply*>(reply));
}

Answer Connection::run(const std::vector<std::string>& words) {
  append(words);
  return answer();
}

ServerProcess::ServerProcess(const Flags& flags, int threads, const std::string& binary) {
  signal(SIGPIPE, SIG_IGN);
  constexpr int kTries = 3;  // somebody may take the port between our look and the server's bind
  for (int i = 0; i < kTries; i++) {
    if (start(flags, threads, binary) != Started::kPortTaken) break;
  }
}

ServerProcess::Started ServerProcess::start(const Flags& flags, int threads,
                                            const std::string& binary) {
  port_ = free_port();
  std::vector<std::string> words{binary};
  const bool file_first = !flags.empty() && !flags[0].starts_with("-");
  if (file_first) words.push_back(flags[0]);
  if (!has_flag(flags, "--port")) {
    words.insert(words.end(), {"--port", std::to_string(port_)});
  }
  if (!has_flag(flags, "--bind")) words.insert(words.end(), {"--bind", "127.0.0.1"});
  if (names_redis(binary)) {
    words.insert(words.end(), {"--save", "", "--enable-debug-command", "yes"});
  } else if (!has_flag(flags, "--threads")) {
    words.insert(words.end(), {"--threads", std::to_string(threads)});
  }
  words.insert(words.end(), flags.begin() + (file_first ? 1 : 0), flags.end());
  output_path_ = temporary_path(".log");
  const int out = open(output_path_.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  pid_ = spawn(words, in, out);
  close(in);
  close(out);
  const auto socket_flag = std::find(flags.begin(), flags.end(), "--unixsocket");
  bool ended = false;
  const bool answers = eventually(
      [&] {
        int status = 0;
        ended = waitpid(pid_, &status, WNOHANG) == pid_;
        if (ended) return true;
        Connection client =
            socket_flag == flags.end() ? Connection(port_) : Connection(*(socket_flag + 1));
        return client.ok() && client.run({"PING"}).ok();  // -NOAUTH is an answer too
      },
      kStartMax);
  if (answers && !ended) return Started::kYes;
  const std::string printed = output();
  // Only a port that somebody took meanwhile is worth another try.
  const bool again = printed.find("in use") != std::string::npos;
  MESSAGE("the server did not start: " << printed);
  if (!ended) reap(pid_, std::chrono::milliseconds(0));
  unlink(output_path_.c_str());
  pid_ = -1;
  return again ? Started::kPortTaken : Started::kFailed;
}

ServerProcess::~ServerProcess() {
  if (ok()) CHECK_MESSAGE(stop(SIGTERM) == 0, "the server did not end well");
  if (!output_path_.empty()) unlink(output_path_.c_str());
}

int64_t ServerProcess::rss_bytes() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6)) << 10;
  }
  return 0;
}

std::string ServerProcess::output() const { return read_file(output_path_); }

int ServerProcess::stop(int signal_number) {
  kill(pid_, signal_number);
  return wait_for_end();
}

int ServerProcess::wait_for_end() {
  const int status = reap(pid_, kStopMax);
  pid_ = -1;
  if (status != 0) MESSAGE("exit status " << status << "; it printed:\n" << output());
  return status;
}

}  // namespace cobnut::test
